import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { DataSource, MigrationExecutor } from 'typeorm'
import type { LayoutName } from '../../src/settings/value/setting-types'
import { migrate, type CliResult } from '../support/cli'
import { withDatabase, type TestDatabase } from '../support/database'
import { withFolder } from '../support/folder'

type Files = Readonly<Record<string, string>>

interface Application {
  cwd: string
  database: TestDatabase
  run(line: string): Promise<CliResult>
  document(line: string): Promise<Record<string, unknown>>
}

function inApplication(
  database: TestDatabase,
  { ini = '', files }: { ini?: string; files: Files },
  work: (application: Application) => Promise<void>,
): Promise<void> {
  const url = database.url.replaceAll('%', '%%')
  const settings = `[migration]\ntypeorm.url = ${url}\npackage = m\n${ini}`
  return withFolder({ 'development.ini': settings, ...files }, (cwd) => {
    const run = (line: string) => migrate(line.split(' '), { cwd })
    const document = async (line: string) => {
      const { stdout } = await run(`${line} --json`)
      return JSON.parse(stdout) as Record<string, unknown>
    }
    return work({ cwd, database, run, document })
  })
}

const migration = (name: string, table: string) => `exports.${name} = class ${name} {
  async up(queryRunner) { await queryRunner.query('CREATE TABLE ${table} (id int)') }
  async down(queryRunner) { await queryRunner.query('DROP TABLE ${table}') }
}\n`

const typeormFiles = {
  'm/1700000000001-A.js': migration('A1700000000001', 'a'),
  'm/1700000000002-B.js': migration('B1700000000002', 'b'),
  'm/More.js': migration('C1700000000003', 'c') + migration('D1700000000004', 'd'),
}

async function byTypeorm(
  { connection }: TestDatabase,
  cwd: string,
  more: object,
  work: (executor: MigrationExecutor) => Promise<unknown>,
): Promise<void> {
  const { host, port, user, database } = connection
  const dataSource = new DataSource({
    ...{ type: 'postgres', host, port, username: user, database },
    migrations: [join(cwd, 'm/*.js')],
    ...more,
  })
  await dataSource.initialize()
  try {
    const executor = new MigrationExecutor(dataSource)
    executor.transaction = 'each'
    await work(executor)
  } finally {
    await dataSource.destroy()
  }
}

test('adopt marks exactly what TypeORM has applied, once; upgrade goes on, export leads back', async () => {
  await withDatabase(async (database) => {
    await inApplication(
      database,
      { files: typeormFiles, ini: 'typeorm.migrationsTableName = done\ntypeorm.schema = app\n' },
      async ({ cwd, run, document }) => {
        const options = { schema: 'app', migrationsTableName: 'done' }
        await database.query('CREATE SCHEMA app')
        await byTypeorm(database, cwd, options, async (executor) => {
          const pending = await executor.getPendingMigrations()
          for (const one of [pending[0]!, pending[2]!]) await executor.executeMigration(one)
        })
        await database.query(
          `INSERT INTO app.done ("timestamp", name) VALUES (1600000000000, 'Old1600000000000')`,
        )
        const rows = () => database.query('SELECT "timestamp", name FROM app.done ORDER BY id')
        const before = await rows()

        assert.match((await run('upgrade')).stderr, /hint: Run adopt/)
        const dry = await document('adopt --dry-run')
        const journal = "SELECT to_regclass('migration_journal') AS journal"
        assert.deepEqual(await database.query(journal), [{ journal: null }])
        const done = await document('adopt')
        assert.deepEqual({ ...dry, dryRun: false }, done)
        const a = { revision: '1700000000001', title: 'A' }
        const c = { revision: '1700000000003', title: 'C' }
        assert.deepEqual([done['marked'], done['unknown']], [[a, c], ['Old1600000000000']])
        assert.deepEqual(await rows(), before)
        assert.match((await run('adopt')).stderr, /error: the journal already records scripts/)

        const upgraded = await run('upgrade')
        assert.equal(upgraded.status, 0, upgraded.stderr)
        assert.match(upgraded.stdout, /1700000000002.*B[^]*1700000000004.*D/)
        assert.match(upgraded.stderr, /numbered by the class[^]*D/)

        const shown = await run('adopt --export --dry-run')
        assert.match(
          shown.stdout,
          /to insert into "app"."done":\n {2}B1700000000002\n {2}D1700000000004/,
        )
        await run('adopt --export')
        await byTypeorm(database, cwd, options, async (executor) => {
          assert.deepEqual(await executor.getPendingMigrations(), [])
        })
        await run('downgrade')
        assert.match(
          (await run('adopt --export')).stdout,
          /deleted from "app"."done":\n {2}D1700000000004/,
        )
        assert.match((await run('adopt --export')).stdout, /says what the journal says/)
      },
    )
  })
})

test('two that export at once leave one row for each migration', async () => {
  await withDatabase(async (database) => {
    await inApplication(database, { files: typeormFiles }, async ({ run }) => {
      await run('upgrade 1700000000001')
      await run('adopt --export')
      await database.query('DELETE FROM migrations')
      const other = new Client(database.connection)
      await other.connect()
      await other.query('BEGIN')
      const insert = 'INSERT INTO migrations ("timestamp", name) VALUES ($1, $2)'
      await other.query(insert, ['1700000000001', 'A1700000000001'])
      const exporting = run('adopt --export')
      const waits = 'SELECT FROM pg_locks WHERE NOT granted'
      const until = Date.now() + 3000
      while ((await database.query(waits)).length === 0 && Date.now() < until) await pause(20)
      await other.query('COMMIT')
      await other.end()

      assert.equal((await exporting).status, 0)
      const names = await database.query('SELECT name FROM migrations')
      assert.deepEqual(names, [{ name: 'A1700000000001' }])
    })
  })
})

interface Tool {
  layout: LayoutName
  files: Files
  /** The tool's table, by its documented DDL, with rows. */
  sql: string
  marked: readonly string[]
  unknown?: readonly string[]
}

const uuids = Array.from({ length: 5 }, (_, at) => `9f0c2f8e-5d3b-4a57-8f0a-0c3f6f2f7a1${at}`) as [
  string,
  string,
  string,
  string,
  string,
]

const two = { '20240101000000_a.sql': 'CREATE TABLE a ();', '20240102000000_b.sql': 'b;' }

const tools: Readonly<Record<string, Tool>> = {
  'golang-migrate': {
    layout: 'golang-migrate',
    files: { '000001_a.up.sql': 'a;', '000002_b.up.sql': 'b;', '000003_c.up.sql': 'c;' },
    sql: 'CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL); INSERT INTO schema_migrations VALUES (2, false)',
    marked: ['1', '2'],
  },
  'node-pg-migrate': {
    layout: 'node-pg-migrate',
    files: { '1700000000000_a.sql': 'a;', '1700000000001_b.sql': 'b;' },
    sql: `CREATE TABLE pgmigrations (id serial PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL); INSERT INTO pgmigrations (name, run_on) VALUES ('1700000000000_a', now()), ('1600000000000_gone', now())`,
    marked: ['1700000000000'],
    unknown: ['1600000000000_gone'],
  },
  Prisma: {
    layout: 'prisma',
    files: {
      '20240101000000_a/migration.sql': 'a;',
      '20240102000000_b/migration.sql': 'b;',
      'migration_lock.toml': '',
    },
    sql: `CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0); INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, rolled_back_at) VALUES ('1', '', '20240101000000_a', now(), null), ('2', '', '20240102000000_b', null, now())`,
    marked: ['20240101000000'],
  },
  diesel: {
    layout: 'diesel',
    files: {
      '00000000000000_diesel_initial_setup/up.sql': 'a;',
      '2024-01-01-000000_b/up.sql': 'b;',
      '2024-01-02-000000_c/up.sql': 'c;',
    },
    sql: `CREATE TABLE __diesel_schema_migrations (version varchar(50) PRIMARY KEY, run_on timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP); INSERT INTO __diesel_schema_migrations VALUES ('00000000000000'), ('20240102000000')`,
    marked: ['1', '20240102000000'],
  },
  sqlx: {
    layout: 'sqlx',
    files: two,
    sql: `CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY, description text NOT NULL, installed_on timestamptz NOT NULL DEFAULT now(), success boolean NOT NULL, checksum bytea NOT NULL, execution_time bigint NOT NULL); INSERT INTO _sqlx_migrations VALUES (20240101000000, 'a', now(), true, '', 1)`,
    marked: ['20240101000000'],
  },
  goose: {
    layout: 'goose',
    files: {
      '00001_a.sql': '-- +goose Up\na;',
      '00002_b.sql': '-- +goose Up\nb;',
      '00003_c.sql': '-- +goose Up\nc;',
    },
    sql: 'CREATE TABLE goose_db_version (id serial PRIMARY KEY, version_id bigint NOT NULL, is_applied boolean NOT NULL, tstamp timestamp DEFAULT now()); INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (1, true), (2, true), (2, false), (3, true)',
    marked: ['1', '3'],
  },
  Flyway: {
    layout: 'flyway-dotted',
    files: { 'V1__a.sql': 'a;', 'V1.1__b.sql': 'b;', 'V2__c.sql': 'c;', 'R__v.sql': 'v;' },
    sql: `CREATE TABLE flyway_schema_history (installed_rank integer PRIMARY KEY, version varchar(50), description varchar(200) NOT NULL, type varchar(20) NOT NULL, script varchar(1000) NOT NULL, checksum integer, installed_by varchar(100) NOT NULL, installed_on timestamp NOT NULL DEFAULT now(), execution_time integer NOT NULL, success boolean NOT NULL);
INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, installed_by, execution_time, success) VALUES (1, '1', 'a', 'SQL', 'V1__a.sql', 'x', 1, true), (2, '1.1', 'b', 'SQL', 'V1.1__b.sql', 'x', 1, true), (3, '2', 'c', 'SQL', 'V2__c.sql', 'x', 1, true), (4, '2', 'c', 'UNDO_SQL', 'U2__c.sql', 'x', 1, true)`,
    marked: ['1000000000000000', '1000010000000000'],
  },
  Supabase: {
    layout: 'supabase',
    files: two,
    sql: `CREATE SCHEMA supabase_migrations; CREATE TABLE supabase_migrations.schema_migrations (version text PRIMARY KEY, statements text[], name text); INSERT INTO supabase_migrations.schema_migrations VALUES ('20240101000000', null, 'a')`,
    marked: ['20240101000000'],
  },
  'sql-migrate': {
    layout: 'sql-migrate',
    files: { '1-a.sql': '-- +migrate Up\na;', '2-b.sql': '-- +migrate Up\nb;' },
    sql: `CREATE TABLE gorp_migrations (id text PRIMARY KEY, applied_at timestamptz); INSERT INTO gorp_migrations VALUES ('1-a.sql', now())`,
    marked: ['1'],
  },
  refinery: {
    layout: 'refinery',
    files: { 'V1__a.sql': 'a;', 'V2__b.sql': 'b;' },
    sql: `CREATE TABLE refinery_schema_history (version int4 PRIMARY KEY, name varchar(255), applied_on varchar(255), checksum varchar(255)); INSERT INTO refinery_schema_history VALUES (1, 'a', '', '')`,
    marked: ['1'],
  },
  'nous.migration': {
    layout: 'typetrek',
    files: {
      '201201011200_a.sql': 'a;',
      '201201011200_downgrade.sql': 'undo;',
      '201201011300_b.sql': 'b;',
      '201201011400_c.sql': 'c;',
    },
    sql: 'CREATE TABLE versions (version bigint NOT NULL); INSERT INTO versions VALUES (201201011200), (201201011400), (201201011200)',
    marked: ['201201011200', '201201011400'],
  },
  migratore: {
    layout: 'typetrek',
    files: {
      '1400000001.js': `exports.A = class { uuid = '${uuids[0]}'; run() {} }`,
      // touched since: known by its uuid alone
      '1500000002.js': `exports.B = class { constructor() { this.uuid = '${uuids[1].toUpperCase()}' } run() {} }`,
      '1400000003.js': `exports.C = class { uuid = '${uuids[2]}'; run() {} }`,
      '1400000004.js': `exports.D = class { uuid = '${uuids[3]}'; run() {} }`,
    },
    sql: `CREATE TABLE migratore (object_id integer PRIMARY KEY, uuid varchar(255), "timestamp" integer, name varchar(255), description text, result varchar(255), error text, traceback text, operator text, operation text, "start" integer, "end" integer, duration integer, start_s varchar(255), end_s varchar(255));
INSERT INTO migratore (object_id, uuid, "timestamp", result, operation) VALUES (1, 'da023aab-736d-40a6-8e9b-c6175c1241f5', 1400000000, 'success', 'Run'), (2, '${uuids[0]}', 1400000001, 'success', 'Run'), (3, '${uuids[1]}', 1400000002, 'success', 'Run Skip'), (4, '${uuids[2]}', 1400000003, 'success', 'Run'), (5, '${uuids[2]}', 1400000003, 'success', 'Rollback'), (6, '${uuids[3]}', 1400000004, 'error', 'Run'), (7, '${uuids[1]}', 1400000002, 'success', 'Run Partial'), (8, '${uuids[4]}', 1300000000, 'success', 'Run')`,
    marked: ['1400000001', '1500000002'],
    unknown: [uuids[4]],
  },
}

test("each tool's table says which of its scripts are done", async (t) => {
  await withDatabase(async (database) => {
    for (const [tool, { layout, files, sql, marked, unknown = [] }] of Object.entries(tools)) {
      await t.test(tool, async () => {
        const below = Object.fromEntries(
          Object.entries(files).map(([name, text]) => [`m/${name}`, text]),
        )
        await database.query(sql)
        await inApplication(database, { files: below }, async ({ document }) => {
          const found = await document(`adopt --layout ${layout}`)
          const revisions = (found['marked'] as { revision: string }[] | undefined)?.map(
            ({ revision }) => revision,
          )
          assert.deepEqual(
            { marked: revisions, unknown: found['unknown'] },
            { marked, unknown },
            JSON.stringify(found),
          )
        })
        await database.query(
          'DROP SCHEMA public CASCADE; CREATE SCHEMA public; DROP SCHEMA IF EXISTS drizzle, supabase_migrations CASCADE',
        )
      })
    }
  })
})

test("where a tool's rows name no scripts, adopt takes the last one that is done, or 0", async () => {
  await withDatabase(async (database) => {
    const files = { 'm/1_baseline.sql': 'SELECT 1;', 'm/2_next.sql': 'SELECT 2;' }
    const alembic = `CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY); INSERT INTO alembic_version VALUES ('ae10')`
    await inApplication(database, { files }, async ({ run, document }) => {
      await database.query(alembic)
      assert.match((await run('adopt')).stderr, /Alembic.*names no scripts[^]*Run adopt VERSION/)
      assert.deepEqual((await document('adopt 1'))['marked'], [
        { revision: '1', title: 'baseline' },
      ])
      assert.match((await run('upgrade')).stdout, /^up +2/)
      await database.query('DROP TABLE migration_journal')
      assert.deepEqual((await document('adopt 0'))['marked'], [])
      assert.match((await run('upgrade')).stdout, /^up +1[^]*up +2/)
      assert.match((await run('adopt 0')).stderr, /the journal already records scripts/)
    })
  })
})

test('what failed half-way under another tool, or matches nothing, is not adopted', async () => {
  await withDatabase(async (database) => {
    const files = { 'm/1_a.sql': 'SELECT 1;' }
    await inApplication(database, { files }, async ({ run }) => {
      assert.match((await run('adopt')).stderr, /no other tool has migrated this database/)
      await database.query(
        'CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL); INSERT INTO schema_migrations VALUES (1, true)',
      )
      assert.match((await run('adopt')).stderr, /failed half-way \(dirty\)/)
      await database.query('UPDATE schema_migrations SET dirty = false, version = 7')
      assert.match((await run('adopt')).stderr, /no script matches "public"."schema_migrations"/)
    })
  })
})
