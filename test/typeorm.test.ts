import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Column, DataSource, Entity, PrimaryGeneratedColumn, type QueryRunner } from 'typeorm'
import type { Connectable } from '../src/database/application/callers'
import { dataSourceFromConfig, migratorFor, setUpMigration } from '../src/setup'
import { settingsFor } from '../src/settings/library'
import { withDatabase, type TestDatabase } from './support/database'
import { failureOf } from './support/failure'
import { withFolder } from './support/folder'

/*
 * Every call of ours into TypeORM, on the version that the process has: test/older-typeorm.test.ts runs
 * these on 0.3.
 */

@Entity({ schema: 'shop' })
class Product {
  @PrimaryGeneratedColumn('uuid') id!: string
  @Column({ default: 'none' }) name!: string
}

const files = {
  '1_a.sql': 'CREATE TABLE a (id int)',
  '2_b.ts': `import type { QueryRunner } from 'typeorm'
export async function upgrade(queryRunner: QueryRunner) {
  await queryRunner.startTransaction()
  await queryRunner.query('INSERT INTO a VALUES ($1)', [2])
  await queryRunner.commitTransaction()
}
export async function downgrade(queryRunner: QueryRunner) {
  await queryRunner.query('DELETE FROM a')
}`,
  '3-C.ts': `import { Table, type MigrationInterface, type QueryRunner } from 'typeorm'
export class C3 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(new Table({ name: 'c', columns: [{ name: 'id', type: 'int', isPrimary: true }] }))
    await queryRunner.manager.createQueryBuilder().insert().into('a').values({ id: 3 }).execute().catch(() => undefined)
  }
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('c')
  }
}`,
  '4_d.mts': `export async function upgrade(queryRunner) {
  await queryRunner.query('INSERT INTO a VALUES (4)')
}
export async function downgrade(queryRunner) {
  await queryRunner.query('DELETE FROM a WHERE id = 4')
}
export const transaction = false`,
}

function sourceOf({ connection }: TestDatabase, more: object = {}): DataSource {
  const { host, port, user, database } = connection
  return new DataSource({ type: 'postgres', host, port, username: user, database, ...more })
}

type Lend = (
  database: TestDatabase,
  run: (lent: Connectable | string) => Promise<void>,
) => Promise<void>

const withSource =
  (more: object): Lend =>
  async (database, run) => {
    const dataSource = await sourceOf(database, more).initialize()
    try {
      await run(dataSource)
    } finally {
      await dataSource.destroy()
    }
  }

const lenders: Readonly<Record<string, Lend>> = {
  'a URL': (database, run) => run(database.url),
  'a pg Client': async (database, run) => run(await database.client()),
  'a DataSource': withSource({}),
  'a DataSource with a pool of one': withSource({ poolSize: 1 }),
  'a DataSource with an isolation level': withSource({ isolationLevel: 'REPEATABLE READ' }),
  'a QueryRunner': async (database, run) => {
    await withSource({})(database, async (dataSource) => {
      const queryRunner = (dataSource as DataSource).createQueryRunner()
      try {
        await run(queryRunner)
      } finally {
        await queryRunner.release()
      }
    })
  },
}

for (const [name, lend] of Object.entries(lenders)) {
  for (const transaction of ['each', 'none'] as const) {
    test(`scripts of every form go up and down on ${name}, transaction = ${transaction}`, async () => {
      await withDatabase((database) =>
        withFolder(files, (folder) =>
          lend(database, async (lent) => {
            symlinkSync(join(__dirname, '../../node_modules'), join(folder, 'node_modules'))
            const migrator = await migratorFor(
              lent,
              await settingsFor(folder, database.url, { transaction }),
            )
            const up = await migrator.execute({ command: 'upgrade' })
            assert.equal(up.steps.length, 4)
            const down = await migrator.execute({ command: 'downgrade', target: '1' })
            assert.equal(down.steps.length, 3)
            await migrator.close()
            assert.deepEqual(await database.query('SELECT * FROM a'), [])
          }),
        ),
      )
    })
  }
  test(`the one transaction is rolled back on ${name} when TypeORM reports an error`, async () => {
    const failing = {
      '1_a.sql': 'CREATE TABLE a (id int)',
      '2_b.ts': `export async function upgrade(queryRunner) {
  await queryRunner.query('SELECT 1')
  await queryRunner.query('SELECT nothing FROM a')
}`,
    }
    await withDatabase((database) =>
      withFolder(failing, (folder) =>
        lend(database, async (lent) => {
          const migrator = await migratorFor(
            lent,
            await settingsFor(folder, database.url, { transaction: 'all' }),
          )
          const error = await failureOf(migrator.execute({ command: 'upgrade' }))
          await migrator.close()
          assert.deepEqual([error.code, error.sqlstate], ['SCRIPT_FAILED', '42703'])
          assert.deepEqual(await database.query("SELECT to_regclass('a') AS a"), [{ a: null }])
        }),
      ),
    )
  })
}

test('an empty database is set up from the entities of a DataSource', async () => {
  await withDatabase((database) =>
    withFolder({ '1_a.sql': 'SELECT 1' }, async (folder) => {
      for (const more of [{}, { poolSize: 1 }]) {
        await database.query(
          'DROP SCHEMA IF EXISTS shop CASCADE; DROP TABLE IF EXISTS migration_journal',
        )
        const dataSource = await sourceOf(database, { ...more, entities: [Product] }).initialize()
        assert.equal(await setUpMigration(dataSource, folder, { initMigration: 'entities' }), true)
        await dataSource.manager.getRepository(Product).insert({})
        await dataSource.destroy()
        assert.equal((await database.query('SELECT name FROM shop.product')).length, 1)
      }
    }),
  )
})

test('an empty database is set up from the entities that the settings name', async () => {
  const project = {
    'migration/1_a.sql': 'SELECT 1',
    'entity.ts': `import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm'
@Entity({ schema: 'shop' })
export class Product {
  @PrimaryGeneratedColumn('uuid') id!: string
  @Column({ default: "it's" }) name!: string
}`,
  }
  await withDatabase((database) =>
    withFolder({ ...project, 'app.ini': iniOf(database) }, async (folder) => {
      symlinkSync(join(__dirname, '../../node_modules'), join(folder, 'node_modules'))
      const config = join(folder, 'app.ini')
      assert.equal(await setUpMigration(database.url, config, { initMigration: 'entities' }), true)
      const dataSource = await dataSourceFromConfig(config)
      await dataSource.query('INSERT INTO shop.product DEFAULT VALUES')
      await dataSource.destroy()
      assert.deepEqual(await database.query('SELECT name FROM shop.product'), [{ name: "it's" }])
    }),
  )
})

test("an object builds the database with TypeORM's own QueryRunner", async () => {
  await withDatabase((database) =>
    withFolder({ '1_a.sql': 'SELECT 1' }, async (folder) => {
      const dataSource = await sourceOf(database).initialize()
      const initMigration = {
        up: (queryRunner: QueryRunner) => queryRunner.query('CREATE TABLE built ()'),
      }
      assert.equal(await setUpMigration(dataSource, folder, { initMigration }), true)
      await dataSource.destroy()
      assert.deepEqual(await database.query('SELECT * FROM built'), [])
    }),
  )
})

function iniOf({ url }: TestDatabase): string {
  const escaped = url.replaceAll('%', '%%')
  return `[migration]\npackage = migration\ntypeorm.entities = entity.ts\ntypeorm.url = ${escaped}\n`
}
