import assert from 'node:assert/strict'
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { type FolderOptions, readFolder } from '../../src/script/folder/read-folder'
import { readScripts } from '../../src/script/source/read-scripts'
import { failureOf } from '../support/failure'
import { withFolder } from '../support/folder'

type Files = Readonly<Record<string, string>>

async function refusal(files: Files, options: FolderOptions = {}) {
  let lines: string[] = []
  await withFolder({ '1_a.sql': 'a;', ...files }, async (folder) => {
    const error = await failureOf(readFolder(folder, { shown: 'm', ...options }))
    assert.equal(error.code, 'SCRIPT_NAME_INVALID', error.message)
    lines = [error.file ?? '', error.message, error.hint ?? '', error.detail ?? '']
  })
  return lines
}

async function revisions(files: Files, options: FolderOptions = {}): Promise<string[]> {
  let found: string[] = []
  await withFolder({ '1_a.sql': 'a;', ...files }, async (folder) => {
    found = (await readFolder(folder, options)).map(({ revision }) => revision)
  })
  return found
}

const typeorm = `import { MigrationInterface, QueryRunner } from 'typeorm'
export class AddUsers1700000000001 implements MigrationInterface {
  public async up(queryRunner: QueryRunner): Promise<void> {}
}`
const typeormBuilt = `"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.AddUsers1700000000001 = void 0;
class AddUsers1700000000001 {
    constructor() { this.name = 'AddUsers1700000000001'; }
    async up(queryRunner) { }
}
exports.AddUsers1700000000001 = AddUsers1700000000001;`

const strays: readonly [name: string, text: string, hint: RegExp][] = [
  ['add_users.sql', 'a;', /Give it one, such as 20260101120000_add_users\.sql/],
  ['Seed.SQL', 'a;', /20260101120000_Seed\.SQL/],
  ['V1__init.sql', 'a;', /Rename it to 1_init\.sql/],
  ['V20240101120000__init.sql', 'a;', /Rename it to 20240101120000_init\.sql/],
  ['V1.2__init.sql', 'a;', /Rename it to <digits>_init\.sql/],
  ['U1__init.sql', 'a;', /Rename it to 1_init\.down\.sql.* set layout = flyway/],
  ['AddUsers.ts', typeorm.replaceAll('1700000000001', ''), /20260101120000-AddUsers\.ts/],
  ['users.ts', 'export async function upgrade(queryRunner) {}', /20260101120000-users\.ts/],
  ['users.mjs', 'export const up = async () => {}', /20260101120000-users\.mjs/],
  ['users.cjs', 'exports.up = (knex) => knex.raw(``)', /20260101120000-users\.cjs/],
  ['users.js', 'exports.upgrade = upgrade;\nasync function upgrade(q) {}', /20260101120000-users/],
  ['00002_more.go', 'package migrations', /Write it again as \.sql or \.ts/],
  ['2024/20240101_b.sql', 'b;', /Move them into m/],
  ['2024/january/20240101_b.ts', 'b;', /Move them into m/],
  ['down/1_a.sql', 'b;', /Move them into m/],
  ['2024-01-01-000000_users/up.sql', 'b;', /m\/20240101000000_users\.sql.* layout = diesel/],
  ['20240101000000_init/migration.sql', 'b;', /m\/20240101000000_init\.sql.* layout = prisma/],
]

for (const [name, text, hint] of strays)
  test(`what looks like a script and is none is named: ${name}`, async () => {
    const [file, message, said = '', detail] = await refusal({ [name]: text })

    assert.equal(file, join('m', name.split('/')[0]!))
    assert.match(message!, /^[a-z]/)
    assert.match(said, hint)
    assert.match(said, /^[A-Z].*\.$/)
    if (name.includes('/')) assert.equal(detail, join('m', name))
  })

const others: readonly [name: string, text: string][] = [
  ['README.md', '# x'],
  ['2_b.spec.ts', 'throw 1'],
  ['AddUsers.test.js', typeormBuilt],
  ['index.ts', `export { up } from './1_a'\nexport const down = 1`],
  ['2_b.d.ts', 'export declare function upgrade(): void'],
  ['2_b.js.map', '{}'],
  ['.2_b.sql', 'b;'],
  ['helpers.ts', '// export const up = 1\nexport function slug(text: string) { return text }'],
  ['base.ts', 'export abstract class Base implements MigrationInterface { abstract up(): void }'],
  ['sql/report.sql', 'b;'],
  ['sql/helpers.ts', 'export const up = 1'],
  ['__tests__/2_b.ts', 'throw 1'],
  ['meta/0000_snapshot.json', '{}'],
]

for (const [name, text] of others)
  test(`no script and no error: ${name}`, async () =>
    assert.deepEqual(await revisions({ [name]: text }), ['1']))

test('everything that looks like a script is named at once', () =>
  withFolder({ 'a.sql': '', 'B.ts': 'export const up = 1', 'old/1_a.sql': '' }, async (folder) => {
    const { message, detail } = await failureOf(readFolder(folder, { shown: 'm' }))

    assert.equal(message, '3 problems with the scripts in m')
    assert.deepEqual(
      detail?.split('\n').map((line) => line.split(':')[0]),
      ['m/B.ts', 'm/a.sql', 'm/old'],
    )
  }))

test('what ignore names is no script, at any depth', async () => {
  const files = { 'seed.sql': '', 'old/1_a.sql': '', 'new/2_b.draft.sql': '', '3_c.sql': '' }

  assert.deepEqual(await revisions(files, { ignore: ['seed.*', 'old/', '*.draft.sql', '3_*'] }), [
    '1',
  ])
  assert.deepEqual(await revisions(files, { ignore: ['{seed,x}.sql', 'old', 'new/**'] }), [
    '1',
    '3',
  ])
})

test('ignore adds to what is never a script, and ! takes a name out again', async () => {
  const files = { 'seed.sql': '', '2_b.spec.js': '' }

  assert.deepEqual(await revisions(files, { ignore: ['seed.sql'] }), ['1'])
  assert.deepEqual(await revisions(files, { ignore: ['seed.sql', '!2_*'] }), ['1', '2'])
})

test('the canonical schema may be in the same folder', () =>
  withFolder({ '1_a.sql': 'a;', 'schema.sql': 'b;' }, async (directory) => {
    const schema = join(directory, 'schema.sql')

    assert.equal((await readScripts({ directory, ignore: [], schema })).length, 1)
    assert.equal(
      (await failureOf(readScripts({ directory, ignore: [] }))).hint,
      'Give it one, such as 20260101120000_schema.sql; if it is the canonical schema, set schema; else name it in ignore.',
    )
  }))

test('a link to a folder of scripts is a subfolder with scripts in it', () =>
  withFolder({ 'm/1_a.sql': 'a;', 'elsewhere/2_b.sql': 'b;' }, async (folder) => {
    await symlink('../elsewhere', join(folder, 'm', 'more'))
    await mkdir(join(folder, 'm', 'empty'))

    assert.equal((await failureOf(readFolder(join(folder, 'm')))).code, 'SCRIPT_NAME_INVALID')
  }))

const misnamed: readonly [files: readonly string[], file: string, hint: RegExp][] = [
  [['1_foo.sql', '1_foo_downgrade.sql'], '1_foo_downgrade.sql', /Rename .* to 1_foo\.down\.sql\.$/],
  [['1_foo.sql', '1_foo-down.sql'], '1_foo-down.sql', /to 1_foo\.down\.sql\.$/],
  [['1_foo.sql', '1_foo_rollback.sql'], '1_foo_rollback.sql', /to 1_foo\.down\.sql\.$/],
  [['1_foo.sql', '1_down.sql'], '1_down.sql', /to 1_foo\.down\.sql\.$/],
  [['1-foo-up.sql', '1-foo-down.sql'], '1-foo-down.sql', /, and 1-foo-up\.sql to 1_foo\.sql\.$/],
  [['1_foo.ts', '1_foo_undo.sql'], '1_foo_undo.sql', /to 1_foo\.down\.sql\.$/],
  [['1_foo.up.ts', '1_foo.down.ts'], '1_foo.down.ts', /into one module\.$/],
  [['1_foo.sql', '1_foo.undo.sql'], '1_foo.undo.sql', /Rename it to 1_foo\.down\.sql\.$/],
  [['1_foo.sql', '1_foo.rollback.sql'], '1_foo.rollback.sql', /to 1_foo\.down\.sql\.$/],
  [['1_foo.sql', '1_foo.Down.sql'], '1_foo.Down.sql', /to 1_foo\.down\.sql\.$/],
  [['2_foo.sql', '1.undo.foo.sql'], '1.undo.foo.sql', /to 1_foo\.down\.sql\.$/],
  [
    ['20240102_a_up_b.sql', '20240103_b_down_a.sql'],
    '20240103_b_down_a.sql',
    /Rename it to 20240103_b\.down\.sql/,
  ],
  [
    ['20240102_a_up_20240103_b.sql', '20240103_b_down_20240102_a.sql'],
    '20240103_b_down_20240102_a.sql',
    /Rename it to 20240103_b\.down\.sql/,
  ],
]

for (const [names, file, hint] of misnamed)
  test(`a file that reverts by its name is never an upgrade: ${names.join(', ')}`, async () => {
    await withFolder(Object.fromEntries(names.map((name) => [name, 'a;'])), async (folder) => {
      const error = await failureOf(readFolder(folder, { shown: 'm' }))

      assert.deepEqual([error.code, error.file], ['SCRIPT_NAME_INVALID', `m/${file}`])
      assert.match(error.hint ?? '', hint)
    })
  })

test('a title that only sounds like it is a title', async () => {
  const files = {
    '2_scale_down.sql': '',
    '3_clean_up_users.sql': '',
    '4_break_down_costs.sql': '',
    '5_undo.sql': '',
    '6_a.up.sql': '',
    '6_a.down.sql': '',
  }
  assert.deepEqual(await revisions(files), ['1', '2', '3', '4', '5', '6'])
})

test('a folder whose scripts are all in a subfolder is empty, and the hint names that one', () =>
  withFolder({ 'migration/1_a.sql': 'a;', 'README.md': '' }, async (folder) => {
    const error = await failureOf(readFolder(folder, { shown: '.' }))

    assert.deepEqual([error.code, error.message], ['FOLDER_EMPTY', 'no scripts in .'])
    assert.match(error.hint ?? '', /^There are scripts in migration: name that folder/)
  }))
