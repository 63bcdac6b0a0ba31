import assert from 'node:assert/strict'
import { readFileSync, symlinkSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { DataSource, MigrationExecutor } from 'typeorm'
import { migrate } from '../support/cli'
import { withDatabase } from '../support/database'
import { withFolder } from '../support/folder'

const page = (name: string) => readFileSync(join(__dirname, '../../../docs', name), 'utf8')

/** Every line of the page's `sh` blocks, in their order. */
function linesOf(text: string): string[] {
  const blocks = Array.from(text.matchAll(/^```sh\n([^]*?)^```$/gm), ([, block = '']) => block)
  return blocks.join('').split('\n').filter(Boolean)
}

async function runLines(lines: readonly string[], cwd: string, env: Record<string, string>) {
  const printed: string[] = []
  for (const line of lines) {
    const words = line.replace(/^npx migrate /, '').split(' ')
    const { status, stdout, stderr } = await migrate(words, { cwd, env })
    assert.equal(status, 0, `${line}: ${stderr}${stdout}`)
    printed.push(stdout)
  }
  return printed
}

const migration = (
  name: string,
  table: string,
) => `import { MigrationInterface, QueryRunner } from 'typeorm'
export class ${name} implements MigrationInterface {
  async up(queryRunner: QueryRunner) { await queryRunner.query('CREATE TABLE ${table} (id int CONSTRAINT ${table}_pk PRIMARY KEY)') }
  async down(queryRunner: QueryRunner) { await queryRunner.query('DROP TABLE ${table}') }
}
`

test('docs/from-typeorm.md is true line by line for an application of TypeORM’s own conventions', async () => {
  await withDatabase(async ({ url, connection, query }) => {
    process.env['TEST_PAGE_URL'] = url
    const files = {
      'package.json': '{ "name": "shop" }',
      'tsconfig.json': '{ "compilerOptions": { "experimentalDecorators": true } }',
      'src/data-source.ts': `import { DataSource, EntitySchema } from 'typeorm'
export const AppDataSource = new DataSource({ type: 'postgres', url: process.env['TEST_PAGE_URL'], migrations: [__dirname + '/migrations/*{.ts,.js}'], entities: [
  new EntitySchema({ name: 'users', columns: { id: { type: 'int', primary: true } } }),
  new EntitySchema({ name: 'pets', columns: { id: { type: 'int', primary: true } } }),
] })
`,
      'src/migrations/1700000000001-AddUsers.ts': migration('AddUsers1700000000001', 'users'),
      'src/migrations/1700000000002-AddPets.ts': migration('AddPets1700000000002', 'pets'),
    }
    await withFolder(files, async (cwd) => {
      symlinkSync(join(__dirname, '../../../node_modules'), join(cwd, 'node_modules'))
      class AddUsers1700000000001 {
        up = () => query('CREATE TABLE users (id int CONSTRAINT users_pk PRIMARY KEY)')
        down = () => Promise.resolve()
      }
      const { host, port, user, database } = connection
      const dataSource = new DataSource({
        type: 'postgres',
        host,
        port,
        username: user,
        database,
        migrations: [AddUsers1700000000001],
      })
      await dataSource.initialize()
      await new MigrationExecutor(dataSource).executePendingMigrations()
      await dataSource.destroy()

      const lines = linesOf(page('from-typeorm.md'))
      const isGenerate = (line: string) => line.includes(' generate ')
      const start = lines.findIndex((line) => line.includes(' align'))
      const printed = await runLines(lines.slice(0, start), cwd, {})
      // the tests' own server in place of an embedded one
      const scratch = `scratch.url = ${url.replaceAll('%', '%%')}\nscratch.prefer = url\n`
      await appendFile(join(cwd, 'development.ini'), scratch)
      // what generate writes is for a person to fill in
      const rest = lines.slice(start).filter((line) => !isGenerate(line))
      printed.push(...(await runLines(rest, cwd, {})))
      assert.match(
        printed.join('\n'),
        /ALTER INDEX users_pk RENAME TO "PK_[^]*is what its scripts build/,
      )
      assert.ok(lines.some(isGenerate))
      assert.match(printed.join('\n'), /2 pending|AddPets[^]*1 script marked[^]*AddUsers/)
      await runLines(lines.filter(isGenerate), cwd, {})
    })
  })
})

const others: readonly [name: string, files: Record<string, string>, sql: string][] = [
  [
    'from-prisma.md',
    {
      'prisma/migrations/20240101000000_a/migration.sql': 'SELECT 1;',
      'prisma/migrations/20240102000000_b/migration.sql': 'SELECT 2;',
    },
    `CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0); INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('1', '', '20240101000000_a', now())`,
  ],
  [
    'from-flyway.md',
    { 'sql/V1__a.sql': 'SELECT 1;', 'sql/V2__b.sql': 'SELECT 2;' },
    `CREATE TABLE flyway_schema_history (installed_rank integer PRIMARY KEY, version varchar(50), description varchar(200) NOT NULL, type varchar(20) NOT NULL, script varchar(1000) NOT NULL, checksum integer, installed_by varchar(100) NOT NULL, installed_on timestamp NOT NULL DEFAULT now(), execution_time integer NOT NULL, success boolean NOT NULL); INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, installed_by, execution_time, success) VALUES (1, '1', 'a', 'SQL', 'V1__a.sql', 'x', 1, true)`,
  ],
  [
    'from-golang-migrate.md',
    { 'migrations/000001_a.up.sql': 'SELECT 1;', 'migrations/000002_b.up.sql': 'SELECT 2;' },
    'CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL); INSERT INTO schema_migrations VALUES (1, false)',
  ],
  [
    'from-knex.md',
    {
      'migration/20240301120000_baseline.sql': 'SELECT 1;',
      'migration/20240401120000_b.sql': 'SELECT 2;',
    },
    `CREATE TABLE knex_migrations (id serial PRIMARY KEY, name varchar(255), batch integer, migration_time timestamptz); INSERT INTO knex_migrations (name, batch, migration_time) VALUES ('20240201120000_old.js', 1, now()), ('20240301120000_add_orders.js', 1, now())`,
  ],
]

test('the pages for other tools are true line by line', async (t) => {
  await withDatabase(async ({ url, query }) => {
    for (const [name, files, sql] of others) {
      await t.test(name, async () => {
        await query(`DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${sql}`)
        const text = page(name)
        const [, ini = ''] = /^```ini\n([^]*?)^```$/m.exec(text) ?? []
        await withFolder({ ...files, 'development.ini': ini }, async (cwd) => {
          const printed = await runLines(linesOf(text), cwd, { DATABASE_URL: url })
          assert.match(
            printed.join('\n'),
            /1 script to mark[^]*1 script marked[^]*1 script applied/,
          )
        })
      })
    }
  })
})
