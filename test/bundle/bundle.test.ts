import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { readSettings, type SettingFlags } from '../../src/settings/read-settings'
import { migratorFor } from '../../src/setup'
import { withDatabase } from '../support/database'
import { withMigrator } from '../support/migrator'
import { canonicalDump, dumpOf, sources, withScripts } from '../example-app/example-database'
import { copyDriver, recorded, withBundleProject } from './bundle-project'

const call = promisify(execFile)

/** SQL of every way to run: shared, alone, stepwise, outside; suspects that the grammar acquits. */
const sql = {
  'development.ini':
    '[migration]\ntypeorm.url = postgres://u:${UNKNOWN}@h/d\njournal_table = note_journal\nschema = schema.sql\n',
  'migration/1_note.sql':
    '-- MIGRATE UP\nCREATE TABLE note (id int, text text);\n-- MIGRATE DOWN\nDROP TABLE note;\n',
  'migration/2_rows.sql': 'COPY note FROM stdin;\n1\ta\n\\.\n',
  'migration/3_index.sql':
    'CREATE INDEX CONCURRENTLY note_id ON note (id);\nINSERT INTO note VALUES (2);\n',
  'migration/4_reindex.sql': 'REINDEX TABLE note;\nREINDEX (CONCURRENTLY false) INDEX note_id;\n',
  'migration/5_vacuum.sql': '-- migrate: no-transaction\nVACUUM note;\nSELECT 1;\n',
  'schema.sql': 'CREATE TABLE note (id int, text text);\nCREATE INDEX note_id ON note (id);\n',
}

/** A process that may read one folder, write nowhere, and start no other. */
function confined(folder: string): string[] {
  const has = (flag: string) => process.allowedNodeEnvironmentFlags.has(flag)
  const net = has('--allow-net') ? ['--allow-net'] : []
  const permission = has('--permission') ? '--permission' : '--experimental-permission'
  return [permission, `--allow-fs-read=${folder}/*`, ...net, '--no-warnings']
}

test('a bundle runs with node and pg alone, and may read nothing else and write nowhere', async () => {
  await withBundleProject(
    sql,
    async ({ deployed, run }) => {
      await copyDriver(deployed)
      const { status, stdout, stderr } = await run('bundle ../deployed/bundle.cjs')
      assert.deepEqual(
        [status, stdout.replace(/.*(?=bundle.cjs)/, '').replace(/\d\.\d MB/, 'N MB')],
        [0, 'bundle.cjs: 5 scripts, N MB; it needs node and pg\n'],
        stderr,
      )
      assert.match(stderr, /Not in it, to be set where it runs: typeorm\.url\./)
      const text = await readFile(join(deployed, 'bundle.cjs'), 'utf8')
      assert.ok(text.length < 3_000_000)
      for (const name of ['commander', 'ini', 'picocolors', 'pg-copy-streams'])
        assert.match(text, new RegExp(`^${name}\\n\\n.*licen[cs]e`, 'im'))
      await withDatabase(async (database) => {
        const env = { DATABASE_URL: database.url, USER: 'x' }
        const bundle = (...words: string[]) => {
          const argv = [...confined(deployed), join(deployed, 'bundle.cjs'), ...words]
          return call(process.execPath, argv, { cwd: deployed, env }).then(
            (ended) => ({ code: 0, ...ended }),
            (error: { code: number; stdout: string; stderr: string }) => error,
          )
        }
        const upgraded = await bundle('upgrade')
        assert.deepEqual(
          [
            upgraded.code,
            upgraded.stdout
              .split('\n')
              .at(-2)
              ?.replace(/ in .*/, ''),
          ],
          [0, '5 scripts applied'],
          upgraded.stderr,
        )
        const checked = await bundle('status', '--check')
        assert.equal(checked.code, 0, checked.stderr)
        const refused = await bundle('add_script', 'x')
        assert.equal(refused.code, 2)
        assert.match(refused.stderr, /a bundle has no command add_script/)
        const [found] = await database.query('SELECT count(*)::int AS n FROM note_journal')
        assert.equal(found?.['n'], 5)
      })
    },
    [],
  )
})

test('SQL of every route is recorded by a bundle as by the folder, and set up from the same schema', async () => {
  const { 'development.ini': _, 'schema.sql': __, ...folder } = sql
  const files = Object.fromEntries(
    Object.entries(folder).map(([name, text]) => [name.replace('migration/', ''), text]),
  )
  await withBundleProject(
    { ...sql, 'development.ini': '[migration]\nschema = schema.sql\n' },
    async ({ bundle }) => {
      const { migrateTo, setUpMigration, migratorFor } = await bundle()
      await withMigrator(files, async ({ migrator, database }) => {
        const own: unknown[] = []
        await migrator.execute({ command: 'upgrade' }, { observer: { notice: (n) => own.push(n) } })
        const expected = await recorded(database)
        await database.query('DROP TABLE migration_journal, note')

        const theirs: unknown[] = []
        await migrateTo(database.url, 'latest', { observer: { notice: (n) => theirs.push(n) } })
        assert.deepEqual(await recorded(database), expected)
        assert.deepEqual(theirs, own)

        await database.query('DROP TABLE migration_journal, note')
        assert.equal(await setUpMigration(database.url), true)
        const another = await migratorFor(database.url)
        assert.equal((await another.status()).applied.length, 5)
        await another.close()
        const [index] = await database.query("SELECT to_regclass('note_id') IS NOT NULL AS there")
        assert.equal(index?.['there'], true)
      })
    },
  )
})

const layouts = {
  'layout = flyway-dotted': {
    'V1.2__a.sql': 'SELECT 1;',
    'V1__b.sql': 'SELECT 2;',
    'R__view.sql': 'CREATE OR REPLACE VIEW v AS SELECT 1 AS one;',
  },
  'duplicate_revisions = by_name': {
    '1-Beta.sql': 'SELECT 1;',
    '1-Alpha.sql': 'SELECT 2;',
    '2-Gamma.sql': '-- MIGRATE UP\nSELECT 3;\n-- MIGRATE DOWN\nSELECT 4;\n',
  },
}

for (const [line, scripts] of Object.entries(layouts)) {
  test(`a bundle records scripts as the folder does where ${line}`, async () => {
    const named = Object.entries(scripts).map(([name, text]) => [`migration/${name}`, text])
    const ini = `[migration]\n${line}\n`
    const project = { ...Object.fromEntries(named), 'development.ini': ini }
    await withBundleProject(project as Record<string, string>, async ({ cwd, bundle }) => {
      const { migrateTo } = await bundle()
      await withDatabase(async (database) => {
        const settings = await readSettings({
          config: database.url,
          cwd,
          env: {},
          flags: flagsFor(line),
        })
        const migrator = await migratorFor(database.url, settings)
        await migrator.execute({ command: 'upgrade' })
        await migrator.close()
        const expected = await recorded(database)
        assert.equal(expected.length, 3)
        await database.query('DROP TABLE migration_journal')
        await migrateTo(database.url)
        assert.deepEqual(await recorded(database), expected)
        assert.deepEqual((await migrateTo(database.url)).steps, [])
      })
    })
  })
}

function flagsFor(line: string): SettingFlags {
  const [key = '', value = ''] = line.split(' = ')
  return { [key]: value }
}

test('the example application goes from folder to bundle and from bundle to folder, up and down', async () => {
  const ini = '[migration]\npackage = example-app/migration\nschema = example-app/schema.sql\n'
  const entities = 'typeorm.entities = example-app/entity/*.ts\n'
  const { compilerOptions } = JSON.parse(
    await readFile(join(sources, '../tsconfig.json'), 'utf8'),
  ) as { compilerOptions: object }
  const tsconfig = JSON.stringify({ compilerOptions })
  const files = { 'development.ini': `${ini}${entities}`, 'tsconfig.json': tsconfig }
  await withBundleProject(files, async ({ cwd, bundle }) => {
    await cp(sources, join(cwd, 'example-app'), { recursive: true })
    const { migrateTo } = await bundle()
    const half = '20241105153000'
    const back = '20250602110000'
    const journals: unknown[] = []
    for (const first of ['folder', 'bundle']) {
      await withDatabase(async (database) => {
        const inFolder = (target: string) =>
          withScripts(database, (migrator) => migrator.migrateTo(target))
        const inBundle = (target: string) => migrateTo(database.url, target)
        const [one, other] = first === 'folder' ? [inFolder, inBundle] : [inBundle, inFolder]
        await one(half)
        await other('latest')
        assert.equal(await dumpOf(database), await canonicalDump(18))
        await one(back)
        await other('latest')
        assert.equal(await dumpOf(database), await canonicalDump(18))
        const status = await withScripts(database, (migrator) => migrator.status())
        const { applied, pending, missing, changed } = status
        const counts = [applied, pending, missing, changed].map(({ length }) => length)
        assert.deepEqual(counts, [17, 0, 0, 0])
        journals.push(await recorded(database))
      })
    }
    assert.deepEqual(journals[1], journals[0])
  })
})

test('the handler of docs/recipes/serverless.md migrates', async () => {
  const page = await readFile(join(sources, '../docs/recipes/serverless.md'), 'utf8')
  const code = /^```js\n([^]*?)^```/m.exec(page)?.[1] ?? ''
  const files = { ...sql, 'development.ini': '[migration]\n' }
  await withBundleProject(files, async ({ deployed, bundle }) => {
    await bundle()
    await writeFile(join(deployed, 'handler.js'), code)
    const { handler } = require(join(deployed, 'handler.js')) as { handler: () => Promise<unknown> }
    await withDatabase(async (database) => {
      process.env['DATABASE_URL'] = database.url
      try {
        assert.deepEqual(await handler(), { applied: ['1', '2', '3', '4', '5'] })
        assert.deepEqual(await handler(), { applied: [] })
      } finally {
        delete process.env['DATABASE_URL']
      }
    })
  })
})
