import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm'
import { migratorFor, setUpMigration } from '../../src/setup'
import { migrate } from '../support/cli'
import { withDatabase, type TestDatabase } from '../support/database'
import { failureOf } from '../support/failure'
import { withFolder } from '../support/folder'
import { withMigrator } from '../support/migrator'

const upgrade = { command: 'upgrade' } as const

/** The example of the issue: both are done, and the second must not be done twice. */
const prices = {
  '1700000000001_product.sql':
    'CREATE TABLE IF NOT EXISTS product (id int PRIMARY KEY, price numeric NOT NULL)',
  '1700000000002_prices.sql': 'UPDATE product SET price = price * 1.19',
}

class Product1700000000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('CREATE TABLE product (id int PRIMARY KEY, price numeric NOT NULL)')
    await queryRunner.query('INSERT INTO product VALUES (1, 100)')
  }

  async down(): Promise<void> {}
}

class Prices1700000000002 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('UPDATE product SET price = price * 1.19')
  }

  async down(): Promise<void> {}
}

async function migratedByTypeorm(
  { connection: { user, ...rest } }: TestDatabase,
  more: { migrationsTableName?: string; schema?: string } = {},
): Promise<DataSource> {
  const dataSource = new DataSource({
    type: 'postgres',
    username: user,
    ...rest,
    ...more,
    migrations: [Product1700000000001, Prices1700000000002],
  })
  await dataSource.initialize()
  await dataSource.runMigrations()
  return dataSource
}

const price = 'SELECT price::float8 AS price FROM product'

test('what TypeORM has applied is not applied again: upgrade, setup and setUpMigration name its table and adopt', async () => {
  await withMigrator(prices, async ({ migrator, database, folder }) => {
    await (await migratedByTypeorm(database)).destroy()

    const refused = [
      await failureOf(migrator.execute(upgrade)),
      await failureOf(migrator.execute({ command: 'to', target: 'latest' })),
      await failureOf(migrator.setUp()),
      await failureOf(setUpMigration(database.url, folder, { whenSetUp: 'upgrade' })),
    ]

    for (const { code, detail, hint } of refused) {
      assert.equal(code, 'OTHER_TOOL')
      assert.equal(detail, 'found "public"."migrations", the history of TypeORM, with 2 rows')
      assert.match(`${hint}`, /^Run adopt, /)
    }
    assert.deepEqual(await database.query(price), [{ price: 119 }])
    assert.deepEqual(
      await database.query("SELECT to_regclass('migration_journal') AS journal"),
      [{ journal: null }],
      'and nothing was made',
    )
  })
})

test('mark is the way out of another tool: what comes after it runs', async () => {
  const files = { ...prices, '1700000000003_more.sql': 'ALTER TABLE product ADD more int' }
  await withMigrator(files, async ({ migrator, database }) => {
    await (await migratedByTypeorm(database)).destroy()

    await migrator.execute({ command: 'mark', target: '1700000000002' })
    const { steps } = await migrator.execute(upgrade)

    assert.deepEqual(
      steps.map(({ revision }) => revision),
      ['1700000000003'],
    )
    assert.deepEqual(await database.query(price), [{ price: 119 }])
  })
})

for (const more of [
  { migrationsTableName: 'done_so_far' },
  { migrationsTableName: 'done_so_far', schema: 'shop' },
  { schema: 'shop' },
])
  test(`TypeORM's table is recognised as ${JSON.stringify(more)}, also by what else is asked of it`, async () => {
    await withDatabase((database) =>
      withFolder(prices, async (folder) => {
        await database.query('CREATE SCHEMA shop')
        const dataSource = await migratedByTypeorm(database, more)
        const name = more.migrationsTableName ?? 'migrations'
        const detail = `found "${more.schema ?? 'public'}"."${name}", the history of TypeORM, with 2 rows`

        const byUrl = await failureOf(setUpMigration(database.url, folder))
        const byDataSource = await failureOf(setUpMigration(dataSource, folder))
        const queryRunner = dataSource.createQueryRunner()
        const byQueryRunner = await failureOf(setUpMigration(queryRunner, folder))

        assert.deepEqual(
          [byUrl, byDataSource, byQueryRunner].map((error) => error.detail),
          [detail, detail, detail],
        )
        await queryRunner.release()
        await dataSource.destroy()
      }),
    )
  })

test('a table of any shape that the DataSource names as its migrations is asked, too', async () => {
  await withDatabase((database) =>
    withFolder(prices, async (folder) => {
      await database.query(
        'CREATE TABLE mine (id int, name text, "timestamp" bigint, note text); INSERT INTO mine VALUES (1, $$x$$, 1)',
      )
      const { user: username, ...rest } = database.connection
      const dataSource = await new DataSource({
        type: 'postgres',
        username,
        ...rest,
        migrationsTableName: 'mine',
      }).initialize()

      assert.equal((await failureOf(setUpMigration(dataSource, folder))).code, 'OTHER_TOOL')
      const migrator = await migratorFor(database.url, folder)
      await failureOf(migrator.setUp()).then(({ code }) => assert.equal(code, 'NOT_EMPTY'))
      await migrator.close()
      await dataSource.destroy()
    }),
  )
})

test('a journal that records nothing yet is none: the other history counts still', async () => {
  const files = { '1_bad.sql': 'SELECT 1 / 0', '2_b.sql': 'CREATE TABLE b ()' }
  await withMigrator(files, async ({ migrator, database }) => {
    await failureOf(migrator.execute(upgrade))
    await database.query(
      'CREATE TABLE pgmigrations (id serial, name varchar(255) NOT NULL, run_on timestamp NOT NULL); INSERT INTO pgmigrations (name, run_on) VALUES ($$a$$, now())',
    )

    assert.equal((await failureOf(migrator.execute(upgrade))).code, 'OTHER_TOOL')
    assert.equal((await failureOf(migrator.setUp())).code, 'OTHER_TOOL')
    await migrator.execute({ command: 'mark', target: '1' })
    assert.equal((await migrator.execute(upgrade)).steps.length, 1)
  })
})

/** As each tool makes its table and fills it. */
const tables: Readonly<Record<string, string>> = {
  knex: 'CREATE TABLE knex_migrations (id serial PRIMARY KEY, name varchar(255), batch int, migration_time timestamptz); INSERT INTO knex_migrations (name, batch) VALUES ($$a$$, 1)',
  'dbmate or Rails':
    'CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY); INSERT INTO schema_migrations VALUES ($$1$$)',
  Prisma:
    'CREATE TABLE _prisma_migrations (id varchar(36), checksum varchar(64), finished_at timestamptz, migration_name varchar(255), logs text, rolled_back_at timestamptz, started_at timestamptz DEFAULT now(), applied_steps_count int DEFAULT 0); INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ($$1$$, $$$$, $$a$$)',
  Flyway:
    'CREATE TABLE flyway_schema_history (installed_rank int, version varchar(50), description varchar(200), type varchar(20), script varchar(1000), checksum int, installed_by varchar(100), installed_on timestamp, execution_time int, success bool); INSERT INTO flyway_schema_history (installed_rank, type, success) VALUES (0, $$SCHEMA$$, true), (1, $$SQL$$, true)',
  'golang-migrate':
    'CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL); INSERT INTO schema_migrations VALUES (1, false)',
  goose:
    'CREATE TABLE goose_db_version (id int GENERATED BY DEFAULT AS IDENTITY, version_id bigint NOT NULL, is_applied boolean NOT NULL, tstamp timestamp DEFAULT now()); INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (1, true)',
  sqlx: 'CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY, description text, installed_on timestamptz, success bool, checksum bytea, execution_time bigint); INSERT INTO _sqlx_migrations (version) VALUES (1)',
  diesel:
    'CREATE TABLE __diesel_schema_migrations (version varchar(50) PRIMARY KEY, run_on timestamp DEFAULT now()); INSERT INTO __diesel_schema_migrations VALUES ($$1$$)',
  Alembic:
    'CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY); INSERT INTO alembic_version VALUES ($$1$$)',
  'Sequelize or Umzug':
    'CREATE TABLE "SequelizeMeta" (name varchar(255) PRIMARY KEY); INSERT INTO "SequelizeMeta" VALUES ($$1$$)',
  Liquibase:
    'CREATE TABLE databasechangelog (id varchar(255), author varchar(255), filename varchar(255), dateexecuted timestamp, orderexecuted int, exectype varchar(10), md5sum varchar(35), description varchar(255), comments varchar(255), tag varchar(255), liquibase varchar(20), contexts varchar(255), labels varchar(255), deployment_id varchar(10)); INSERT INTO databasechangelog (id) VALUES ($$1$$)',
  Django:
    'CREATE TABLE django_migrations (id bigint GENERATED BY DEFAULT AS IDENTITY, app varchar(255), name varchar(255), applied timestamptz); INSERT INTO django_migrations (app) VALUES ($$a$$)',
  Drizzle:
    'CREATE SCHEMA drizzle; CREATE TABLE drizzle.__drizzle_migrations (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint); INSERT INTO drizzle.__drizzle_migrations (hash) VALUES ($$a$$)',
  Kysely:
    'CREATE TABLE kysely_migration (name varchar(255) PRIMARY KEY, timestamp varchar(255)); INSERT INTO kysely_migration VALUES ($$a$$)',
  MikroORM:
    'CREATE TABLE mikro_orm_migrations (id serial, name varchar(255), executed_at timestamptz); INSERT INTO mikro_orm_migrations (name) VALUES ($$a$$)',
  Atlas:
    'CREATE SCHEMA atlas_schema_revisions; CREATE TABLE atlas_schema_revisions.atlas_schema_revisions (version varchar, description varchar, type bigint, applied bigint, total bigint, executed_at timestamptz, execution_time bigint, hash varchar); INSERT INTO atlas_schema_revisions.atlas_schema_revisions (version) VALUES ($$.atlas_cloud_identifier$$), ($$1$$)',
  Ecto: 'CREATE TABLE schema_migrations (version bigint PRIMARY KEY, inserted_at timestamp(0)); INSERT INTO schema_migrations VALUES (1)',
  pgroll:
    'CREATE SCHEMA pgroll; CREATE TABLE pgroll.migrations (schema name, name text, migration jsonb, created_at timestamp, updated_at timestamp, parent text, done bool); INSERT INTO pgroll.migrations (name) VALUES ($$a$$)',
  'Graphile Migrate':
    'CREATE SCHEMA graphile_migrate; CREATE TABLE graphile_migrate.migrations (hash text, previous_hash text, filename text, date timestamptz); INSERT INTO graphile_migrate.migrations VALUES ($$a$$)',
  Sqitch:
    'CREATE SCHEMA sqitch; CREATE TABLE sqitch.changes (change_id text, script_hash text, change text, project text, note text, committed_at timestamptz, committer_name text); INSERT INTO sqitch.changes VALUES ($$a$$)',
  'EF Core':
    'CREATE TABLE "__EFMigrationsHistory" ("MigrationId" varchar(150), "ProductVersion" varchar(32)); INSERT INTO "__EFMigrationsHistory" VALUES ($$a$$)',
  'nous.migration':
    'CREATE TABLE versions (version bigint NOT NULL); INSERT INTO versions VALUES (1)',
  trek: 'CREATE TABLE trek_migrations (name text PRIMARY KEY); INSERT INTO trek_migrations VALUES ($$a$$)',
  'asyncpg-trek':
    'CREATE TABLE migrations (id serial PRIMARY KEY, from_revision text, to_revision text, timestamp timestamp DEFAULT now()); INSERT INTO migrations (to_revision) VALUES ($$a$$)',
  migratore:
    'CREATE TABLE migratore (object_id int, uuid text, timestamp int, name text, description text, result text, error text, operation text); INSERT INTO migratore (result) VALUES ($$error$$), ($$success$$)',
}

test("each tool's history counts by the rows that stand for work done, and not when there are none", async () => {
  for (const [tool, text] of Object.entries(tables)) {
    await withMigrator({ '1_a.sql': 'CREATE TABLE a ()' }, async ({ migrator, database }) => {
      await database.query(text)
      const found = await failureOf(migrator.execute(upgrade))
      assert.equal(found.code, 'OTHER_TOOL', tool)
      assert.match(`${found.detail}`, new RegExp(`the history of ${tool}, with 1 row$`))

      const name = /^found (.*), the history/.exec(`${found.detail}`)?.[1] ?? ''
      await database.query(`DELETE FROM ${name}`)
      assert.equal((await migrator.execute(upgrade)).steps.length, 1, `${tool}, no rows`)
    })
  }
})

test("an application's own tables of such names, and those of services and extensions, are none", async () => {
  await withMigrator({ '9_a.sql': 'CREATE TABLE a ()' }, async ({ migrator, database }) => {
    await database.query(
      `CREATE TABLE migrations (id int, bird text, "from" text); INSERT INTO migrations VALUES (1, 'swift', 'Africa');
       CREATE TABLE versions (id int, version text, document int); INSERT INTO versions VALUES (1, '1.0', 1);
       CREATE TABLE reading (id int, name varchar, "timestamp" bigint); INSERT INTO reading VALUES (1, 'sensor', 1700000000001);
       CREATE TABLE changes (id int, change text); INSERT INTO changes VALUES (1, 'x');
       CREATE SCHEMA auth; CREATE TABLE auth.schema_migrations (version varchar(14)); INSERT INTO auth.schema_migrations VALUES ('1');
       CREATE SCHEMA graphile_worker; CREATE TABLE graphile_worker.migrations (id int, ts timestamptz, breaking bool); INSERT INTO graphile_worker.migrations VALUES (1)`,
    )

    assert.equal((await migrator.execute(upgrade)).steps.length, 1)
  })
})

test('a history that the role may not read, or whose rows a policy hides, is refused all the same', async () => {
  await withMigrator({ '1_a.sql': 'CREATE TABLE a ()' }, async ({ database, folder }) => {
    const role = `r${database.name}`
    await database.query(
      `CREATE ROLE ${role} LOGIN; GRANT CREATE ON SCHEMA public TO ${role};
       CREATE TABLE knex_migrations (id serial, name varchar(255), batch int, migration_time timestamptz);
       INSERT INTO knex_migrations (name) VALUES ('a');`,
    )
    try {
      const url = database.url.replace('postgres@', `${role}@`)
      const unreadable = await failureOf(setUpMigration(url, folder))
      await database.query(
        `GRANT SELECT ON knex_migrations TO ${role}; ALTER TABLE knex_migrations ENABLE ROW LEVEL SECURITY`,
      )
      const hidden = await failureOf(setUpMigration(url, folder))

      for (const { code, detail } of [unreadable, hidden]) {
        assert.equal(code, 'OTHER_TOOL')
        assert.match(`${detail}`, /knex, which this role may not read$/)
      }
    } finally {
      await database.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
    }
  })
})

test('other_tools = ignore lets two tools work beside each other', async () => {
  await withMigrator({ '1_a.sql': 'CREATE TABLE a ()' }, async ({ database, another }) => {
    await database.query(tables['dbmate or Rails']!)
    const migrator = await another({ other_tools: 'ignore' })

    assert.equal((await migrator.status()).otherTools, undefined)
    assert.equal((await migrator.execute(upgrade)).steps.length, 1)
  })
})

test('status and plan say that another tool was here, in text and in JSON', async () => {
  await withDatabase((database) =>
    withFolder({ 'migration/1_a.sql': 'CREATE TABLE a ()' }, async (cwd) => {
      await database.query(tables['knex']!)
      const run = (...argv: string[]) => migrate([database.url, ...argv], { cwd })
      const notice =
        /^notice: another tool has migrated this database: found "public"\."knex_migrations", the history of knex, with 1 row; /m

      assert.match((await run('status')).stdout, notice)
      assert.match((await run('plan')).stdout, notice)
      assert.doesNotMatch((await run('plan', 'mark')).stdout, notice)
      const { notices } = JSON.parse((await run('status', '--json')).stdout) as {
        notices: string[]
      }
      assert.match(`notice: ${notices[0]}`, notice)
      const refused = await run('upgrade')
      assert.equal(refused.status, 1)
      assert.match(refused.stderr, /^error: another tool has migrated this database/m)
      assert.equal((await run('upgrade', '--other-tools', 'ignore')).status, 0)
      assert.doesNotMatch((await run('status')).stdout, notice)
    }),
  )
})

test("in a caller's open transaction the question leaves the transaction usable", async () => {
  await withMigrator({ '1_a.sql': 'CREATE TABLE a ()' }, async ({ database, folder }) => {
    await database.query(tables['Prisma']!)
    const client = await database.client()
    await client.query('BEGIN')

    assert.equal((await failureOf(setUpMigration(client, folder))).code, 'OTHER_TOOL')
    assert.deepEqual((await client.query('SELECT 1 AS one')).rows, [{ one: 1 }])
    await client.query('ROLLBACK')
  })
})
