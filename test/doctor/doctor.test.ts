import assert from 'node:assert/strict'
import { test } from 'node:test'
import { migrate } from '../support/cli'
import { withDatabase } from '../support/database'
import { withFolder } from '../support/folder'

test('doctor names what would make a command fail, each with its next step, and changes nothing', async () => {
  await withDatabase(async ({ url, query }) => {
    const files = {
      'development.ini': `[migration]\ntypeorm.url = ${url.replaceAll('%', '%%')}\ntypeorm.synchronize = true\npackage = src/m\njournal_schema = ops\n`,
      'tsconfig.json': '{ "compilerOptions": { "outDir": "dist" } }',
      'src/m/1_a.sql': 'CREATE EXTENSION nothing_such;',
      'src/m/2_b.ts': "import './gone'\nexport async function upgrade() {}",
      'dist/m/2_b.js': '',
      'node_modules/pg/package.json': '{ "version": "7.0.0" }',
    }
    await query(
      `CREATE TABLE migrations (id serial PRIMARY KEY, "timestamp" bigint NOT NULL, name varchar NOT NULL); INSERT INTO migrations ("timestamp", name) VALUES (1, 'a')`,
    )
    await withFolder(files, async (cwd) => {
      const { status, stdout } = await migrate(['doctor', '--json'], { cwd })
      const { diagnoses } = JSON.parse(stdout) as {
        diagnoses: { is: string; check: string; fact: string; hint: string | null; file?: string }[]
      }
      assert.equal(status, 3)
      const wrong = diagnoses.filter(({ is }) => is !== 'fine')
      const table: readonly [check: string, fact: RegExp][] = [
        ['packages', /two copies of pg: 7\.0\.0 of the application/],
        ['DataSource', /synchronize is on/],
        ['build', /dist\/m lacks 1_a\.sql/],
        ['rights', /schema ops.*is not there/],
        ['extensions', /no extension nothing_such/],
        ['scripts', /another tool was here.*TypeORM/],
        ['modules', /gone/],
      ]
      for (const [check, fact] of table) {
        const found = wrong.find((one) => one.check === check && fact.test(one.fact))
        assert.match(found?.hint ?? '', /^[A-Z].*\.$/, `${check}: ${JSON.stringify(wrong)}`)
      }
      assert.equal(wrong.length, table.length, JSON.stringify(wrong))
      assert.match(wrong.find(({ check }) => check === 'modules')?.file ?? '', /m\/2_b\.ts$/)
      assert.deepEqual(await query("SELECT to_regclass('ops.migration_journal') AS j"), [
        { j: null },
      ])
    })
  })
})

test('where all is well, doctor says what it looked at and exits with 0; a server that is away is named', async () => {
  await withDatabase(async ({ url }) => {
    const ini = (address: string) =>
      `[migration]\ntypeorm.url = ${address.replaceAll('%', '%%')}\npackage = m\n`
    const files = {
      'development.ini': ini(url),
      'm/1_a.sql': 'SELECT 1;',
      'away.ini': ini('postgres://nobody@127.0.0.1:1/x'),
    }
    await withFolder(files, async (cwd) => {
      const well = await migrate(['doctor'], { cwd })
      assert.equal(well.status, 0, well.stdout)
      assert.match(
        well.stdout,
        /^ok +folder: 1 scripts[^]*server: PostgreSQL[^]*clock[^]*0 applied, 1 pending/m,
      )
      const away = await migrate(['away.ini', 'doctor'], { cwd })
      assert.equal(away.status, 3)
      assert.match(away.stdout, /problem +server: cannot connect/)
    })
  })
})
