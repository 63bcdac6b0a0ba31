import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readFolder } from '../../src/script/folder/read-folder'
import { layoutNamed } from '../../src/script/other-layouts/layouts'
import type { SqlPart } from '../../src/script/script'
import type { LayoutName } from '../../src/settings/value/setting-types'
import { failureOf } from '../support/failure'
import { withFolder } from '../support/folder'

type Files = Readonly<Record<string, string>>

/** `revision title: upgrade | downgrade`; `!` before what runs outside a transaction. */
async function read(layout: LayoutName, files: Files): Promise<string[]> {
  let found: string[] = []
  await withFolder(files, async (folder) => {
    const scripts = await readFolder(folder, { layout: layoutNamed(layout) })
    found = scripts.map((one) => {
      const parts = [one.upgrade, one.downgrade].flatMap((part) => (part ? said(part) : []))
      return `${one.repeatable ? 'R' : one.revision} ${one.title}: ${parts.join(' | ')}`
    })
  })
  return found
}

function said({ text, options }: SqlPart): string {
  const words = text
    .replace(/^--.*$/gm, '')
    .replace(/\s+/g, ' ')
    .trim()
  return `${options.transaction ? '' : '!'}${words}`
}

const table: readonly [layout: LayoutName, files: Files, scripts: readonly string[]][] = [
  [
    'golang-migrate',
    { '000000_zero.up.sql': 'z;', '000002_b.up.sql': 'b;', '000002_b.down.sql': '-b;' },
    ['1 zero: z;', '2 b: b; | -b;'],
  ],
  [
    'node-pg-migrate',
    {
      '1700000000000_a.sql': '-- Up Migration\na;\n-- Down Migration\nb;',
      '1700000000001_c.sql': 'c;',
    },
    ['1700000000000 a: a; | b;', '1700000000001 c: c;'],
  ],
  [
    'dbmate',
    {
      '20240101000000_a.sql': '-- migrate:up transaction:false\na;\n\n-- migrate:down\nb;\n',
    },
    ['20240101000000 a: !a; | b;'],
  ],
  [
    'prisma',
    {
      'migration_lock.toml': '',
      '20240101000000_init/migration.sql': 'a;',
      '20240102000000_more/migration.sql': '-- Down\nb;',
      '20240102000000_more/down.sql': 'c;',
      '20260101120000_ours.sql': 'd;',
    },
    ['20240101000000 init: a;', '20240102000000 more: b; | c;', '20260101120000 ours: d;'],
  ],
  [
    'diesel',
    {
      '00000000000000_diesel_initial_setup/up.sql': 'a;',
      '00000000000000_diesel_initial_setup/down.sql': 'b;',
      '2024-01-01-000000_users/up.sql': 'c;',
      '2024-01-01-000000_users/metadata.toml': 'run_in_transaction = false',
    },
    ['1 diesel_initial_setup: a; | b;', '20240101000000 users: !c;'],
  ],
  [
    'sqlx',
    { '20240101_a.sql': '-- no-transaction\na;', '2_b.up.sql': 'b;', '2_b.down.sql': 'c;' },
    ['2 b: b; | c;', '20240101 a: !a;'],
  ],
  [
    'goose',
    {
      '00001_a.sql':
        '-- +goose Up\n-- +goose StatementBegin\nCREATE FUNCTION f() RETURNS int AS $$\n-- +goose Down\nSELECT 1; $$ LANGUAGE sql;\n-- +goose StatementEnd\n-- +goose Down\nb;\n',
      '00002_c.sql': '-- +goose NO TRANSACTION\n-- +goose Up\nc;',
    },
    ['1 a: CREATE FUNCTION f() RETURNS int AS $$ SELECT 1; $$ LANGUAGE sql; | b;', '2 c: !c;'],
  ],
  [
    'flyway',
    {
      'V1__first.sql': 'a;',
      'U1__first.sql': 'b;',
      'V20240101__second.sql': 'c;',
      'V20240101__second.sql.conf': 'executeInTransaction=false',
      'R__views.sql': 'd;',
    },
    ['1 first: a; | b;', '20240101 second: !c;', 'R R__views: d;'],
  ],
  [
    'flyway-dotted',
    { 'V1__a.sql': 'a;', 'V1.2__b.sql': 'b;', 'V1.10__c.sql': 'c;', 'V2__d.sql': 'd;' },
    [
      '1000000000000000 a: a;',
      '1000020000000000 b: b;',
      '1000100000000000 c: c;',
      '2000000000000000 d: d;',
    ],
  ],
  ['supabase', { '20240101000000_a.sql': '-- Down\na;' }, ['20240101000000 a: a;']],
  [
    'drizzle',
    {
      '0000_first.sql': 'a;\n--> statement-breakpoint\nb;',
      '0001_second.sql': 'c;',
      'meta/_journal.json': JSON.stringify({
        entries: [
          { idx: 0, when: 1700000000000, tag: '0000_first' },
          { idx: 1, when: 1700000000001, tag: '0001_second' },
        ],
      }),
      'meta/0000_snapshot.json': '{}',
      '20260101120000_ours.sql': 'd;',
    },
    ['1700000000000 0000_first: a; b;', '1700000000001 0001_second: c;', '20260101120000 ours: d;'],
  ],
  [
    'sql-migrate',
    { '1-a.sql': '-- +migrate Up notransaction\na;\n-- +migrate Down\nb;' },
    ['1 a: !a; | b;'],
  ],
  ['refinery', { 'V1__a.sql': 'a;', 'U2__b.sql': 'b;' }, ['1 a: a;', '2 b: b;']],
]

for (const [layout, files, scripts] of table)
  test(`a folder of ${layout} is read as it is`, async () => {
    assert.deepEqual(await read(layout, files), scripts)
  })

const refused: readonly [layout: LayoutName, files: Files, message: RegExp][] = [
  ['goose', { '1_a.sql': 'a;' }, /no upgrade is marked as goose does/],
  [
    'goose',
    { '1_a.sql': '-- +goose ENVSUB ON\n-- +goose Up\na;' },
    /a marker of goose that is not/,
  ],
  ['dbmate', { '1_a.sql': 'x;\n-- migrate:up\na;' }, /a statement before the first marker/],
  ['flyway', { 'V1.2__a.sql': 'a;' }, /a version with dots/],
  ['flyway', { 'V1__a.sql': 'SELECT ${schema};' }, /a placeholder of Flyway, \$\{schema\}/],
  ['flyway', { 'beforeMigrate.sql': 'a;' }, /a callback or program of Flyway/],
  ['drizzle', { '0000_a.sql': 'a;' }, /not in meta\/_journal\.json/],
  ['node-pg-migrate', { '1700000000000_a.js': 'exports.up = (pgm) => {}' }, /a module of node-pg-/],
  ['refinery', { 'V1__a.rs': '' }, /a module of refinery/],
]

for (const [layout, files, message] of refused)
  test(`what ${layout} would run otherwise is refused: ${String(message)}`, async () => {
    assert.match((await failureOf(read(layout, files))).message, message)
  })

test('a file of a tool beside a script that cannot be read is named, and not taken for absent', async () => {
  const reading = read('flyway', { 'V1__a.sql': 'a;', 'V1__a.sql.conf/not': '' })
  const { code, file = '' } = await failureOf(reading)
  assert.equal(code, 'SYSTEM_FAILED')
  assert.match(file, /V1__a\.sql\.conf$/)
})

test('each layout reads the name that it gives a new script', () => {
  const parts = { revision: '20260101120000', title: 'add_users', extension: 'sql' } as const
  for (const [layout] of table) {
    if (layout === 'flyway-dotted') continue
    const { readName, nameFor } = layoutNamed(layout)
    const reading = readName(nameFor({ ...parts, role: 'script' }))
    assert.deepEqual(reading, { is: 'script', ...parts, role: 'script' }, layout)
  }
})
