import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'

import { Column, DataSource, Entity, PrimaryGeneratedColumn, type QueryRunner } from 'typeorm'
import { migratorFor, setUpMigration } from '../src/setup'
import { withDatabase, type TestDatabase } from './support/database'
import { failureOf } from './support/failure'
import { withFolder } from './support/folder'
import { testPool } from './support/pool'

const files = {
  'migration/1_a.sql': 'CREATE TABLE a (id int)',
  'migration/2_b.sql': 'ALTER TABLE a ADD b int',
  'schema.sql': 'CREATE TABLE a (id int, b int);\nCREATE SCHEMA shop;',
}

interface Place {
  database: TestDatabase
  folder: string
  scripts: string
}

async function withPlace(work: (place: Place) => Promise<void>): Promise<void> {
  await withDatabase((database) =>
    withFolder(files, (folder) => work({ database, folder, scripts: join(folder, 'migration') })),
  )
}

const journal = 'SELECT revision::int, operation, outcome FROM migration_journal ORDER BY id'
const marked = [
  { revision: 0, operation: 'run', outcome: 'success' },
  { revision: 1, operation: 'run_skip', outcome: 'success' },
  { revision: 2, operation: 'run_skip', outcome: 'success' },
]

test('an empty database is built from the canonical schema and every script is marked', async () => {
  await withPlace(async ({ database, folder, scripts }) => {
    const options = { initMigration: join(folder, 'schema.sql') }

    assert.equal(await setUpMigration(database.url, scripts, options), true)
    assert.equal(await setUpMigration(database.url, scripts, options), false)

    assert.deepEqual(await database.query(journal), marked)
    assert.deepEqual(await database.query('SELECT * FROM a'), [])
  })
})

test('without anything that builds, set-up runs the scripts', async () => {
  await withPlace(async ({ database, scripts }) => {
    assert.equal(await setUpMigration(database.url, scripts), true)

    const rows = await database.query<{ operation: string }>(journal)
    assert.deepEqual(
      rows.map(({ operation }) => operation),
      ['run', 'run', 'run'],
    )
    assert.deepEqual(await database.query('SELECT id, b FROM a'), [])
  })
})

class SetUp {
  async upgrade(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('CREATE TABLE a (id int, b int)')
  }
}

const initMigrations = {
  'an object': new SetUp(),
  'a class': SetUp,
  'a function': (queryRunner: QueryRunner) =>
    queryRunner.query('CREATE TABLE a (id int, b int)') as Promise<unknown>,
}

for (const [name, initMigration] of Object.entries(initMigrations)) {
  test(`${name} builds the database in one transaction with the marks`, async () => {
    await withPlace(async ({ database, scripts }) => {
      assert.equal(await setUpMigration(database.url, scripts, { initMigration }), true)

      assert.deepEqual(await database.query(journal), marked)
      assert.deepEqual(await database.query('SELECT id, b FROM a'), [])
    })
  })
}

test('a set-up that fails leaves nothing behind', async () => {
  await withPlace(async ({ database, scripts }) => {
    const initMigration = async (queryRunner: QueryRunner) => {
      await queryRunner.query('CREATE TABLE a ()')
      await queryRunner.query('SELECT nix')
    }
    const error = await failureOf(setUpMigration(database.url, scripts, { initMigration }))

    assert.equal(error.code, 'SCRIPT_FAILED')
    const [found] = await database.query(
      "SELECT to_regclass('a') AS a, to_regclass('migration_journal') AS j",
    )
    assert.deepEqual(found, { a: null, j: null })
  })
})

test('a database with tables and no journal is refused with a hint at mark', async () => {
  await withPlace(async ({ database, scripts }) => {
    await database.query('CREATE TABLE legacy ()')

    const error = await failureOf(setUpMigration(database.url, scripts))

    assert.equal(error.code, 'NOT_EMPTY')
    assert.match(error.detail ?? '', /legacy/)
    assert.match(error.hint ?? '', /mark/)
  })
})

@Entity({ name: 'thing', schema: 'shop' })
class Thing {
  @PrimaryGeneratedColumn('uuid')
  id!: string

  @Column({ type: 'text' })
  name!: string
}

function dataSourceOf({ connection }: TestDatabase, more: object = {}): DataSource {
  const { host, port, user, database } = connection
  const options = { type: 'postgres' as const, host, port, username: user, database }
  return new DataSource({ ...options, entities: [Thing], ...more })
}

for (const more of [{}, { poolSize: 1 }]) {
  test(`entities build the database, their schemas first ${JSON.stringify(more)}`, async () => {
    await withPlace(async ({ database, scripts }) => {
      const dataSource = await dataSourceOf(database, more).initialize()

      assert.equal(await setUpMigration(dataSource, scripts, { initMigration: 'entities' }), true)

      await dataSource.getRepository(Thing).save({ name: 'one' })
      assert.deepEqual(await database.query(journal), marked)
      await dataSource.destroy()
    })
  })
}

test('a set-up from entities that was cut off goes on instead of refusing its tables', async () => {
  await withPlace(async ({ database, scripts }) => {
    const dataSource = await dataSourceOf(database).initialize()
    await dataSource.query('CREATE SCHEMA shop')
    const synchronize = dataSource.synchronize.bind(dataSource)
    dataSource.synchronize = async () => {
      await synchronize()
      throw new Error('cut off')
    }
    await failureOf(setUpMigration(dataSource, scripts, { initMigration: 'entities' }))
    dataSource.synchronize = synchronize

    assert.equal(await setUpMigration(dataSource, scripts, { initMigration: 'entities' }), true)

    assert.deepEqual(await database.query(journal), marked)
    await dataSource.destroy()
  })
})

test('ten replicas that boot at once set up once', async () => {
  await withPlace(async ({ database, folder, scripts }) => {
    const initMigration = join(folder, 'schema.sql')
    const results = await Promise.all(
      Array.from({ length: 10 }, () => setUpMigration(database.url, scripts, { initMigration })),
    )

    assert.deepEqual(results.filter(Boolean), [true])
    assert.deepEqual(await database.query(journal), marked)
  })
})

test('a boot on a set-up database leaves it, upgrades it, or verifies it', async () => {
  await withPlace(async ({ database, folder, scripts }) => {
    await setUpMigration(database.url, scripts, { initMigration: join(folder, 'schema.sql') })
    const { writeFile } = await import('node:fs/promises')
    await writeFile(join(scripts, '3_c.sql'), 'CREATE TABLE c ()')

    assert.equal(await setUpMigration(database.url, scripts), false)
    const error = await failureOf(setUpMigration(database.url, scripts, { whenSetUp: 'verify' }))
    assert.equal(error.code, 'PENDING')
    assert.equal(await setUpMigration(database.url, scripts, { whenSetUp: 'upgrade' }), false)
    assert.equal(await setUpMigration(database.url, scripts, { whenSetUp: 'verify' }), false)
    assert.equal((await database.query(journal)).length, 4)
  })
})

for (const whenSetUp of ['leave', 'upgrade', 'verify'] as const) {
  test(`a boot with nothing to do asks one question (${whenSetUp})`, async () => {
    await withPlace(async ({ database, scripts }) => {
      await setUpMigration(database.url, scripts)
      const pool = testPool({ connectionString: database.url })
      const questions: unknown[] = []
      pool.on('connect', (client) => {
        const ask = client.query.bind(client) as (...values: unknown[]) => unknown
        Object.assign(client, {
          query: (...values: unknown[]) => {
            questions.push(values[0])
            return ask(...values)
          },
        })
      })
      try {
        assert.equal(await setUpMigration(pool, scripts, { whenSetUp }), false)
        assert.equal(questions.length, 1, String(questions))
      } finally {
        await pool.end()
      }
    })
  })
}

test('a pg client, a pool and a query runner do as well as a URL', async () => {
  const ways = {
    client: async (database: TestDatabase, scripts: string) =>
      setUpMigration(await database.client(), scripts),
    pool: async ({ connection }: TestDatabase, scripts: string) => {
      const pool = testPool(connection)
      const done = await setUpMigration(pool, scripts)
      await pool.end()
      return done
    },
    'pool of one': async ({ connection }: TestDatabase, scripts: string) => {
      const pool = testPool({ ...connection, max: 1 })
      const done = await setUpMigration(pool, scripts)
      await pool.end()
      return done
    },
    'query runner': async (database: TestDatabase, scripts: string) => {
      const dataSource = await dataSourceOf(database).initialize()
      const runner = dataSource.createQueryRunner()
      const done = await setUpMigration(runner, scripts)
      await runner.release()
      await dataSource.destroy()
      return done
    },
  }
  for (const way of Object.values(ways)) {
    await withPlace(async ({ database, scripts }) => {
      assert.equal(await way(database, scripts), true)
      assert.equal((await database.query(journal)).length, 3)
    })
  }
})

test("a migrator's setUp without anything that builds runs the scripts, and refuses to run none", async () => {
  await withPlace(async ({ database, scripts }) => {
    const migrator = await migratorFor(database.url, scripts)

    const refused = await failureOf(migrator.setUp({ runScripts: false }))
    const { setUp, steps } = await migrator.setUp()

    assert.equal(refused.code, 'USAGE')
    assert.equal(setUp, true)
    assert.deepEqual(
      steps.map(({ operation }) => operation),
      ['run', 'run'],
    )
    assert.deepEqual(await database.query('SELECT id, b FROM a'), [])
    await migrator.close()
  })
})
