import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { Column, DataSource, Entity, PrimaryGeneratedColumn } from 'typeorm'
import { setUpMigration } from '../../src/setup'
import { withDatabase, type TestDatabase } from '../support/database'
import { withFolder } from '../support/folder'

/** So long a process may be kept from its work between two statements. */
const limit = '1s'
const longer = 1600

const files = {
  '1_sql.sql': `SELECT pg_sleep(${longer / 1000});`,
  '2_code.ts': `export async function upgrade(queryRunner: any) {
    await new Promise((go) => setTimeout(go, ${longer}))
    await queryRunner.query('CREATE TABLE code ()')
  }`,
  '3_outside.ts': `export const transaction = false
  export async function upgrade(queryRunner: any) {
    await queryRunner.query('CREATE TABLE outside ()')
    await new Promise((go) => setTimeout(go, ${longer}))
    await queryRunner.query('DROP TABLE outside')
  }`,
  '4_steps.sql': `-- migrate: no-transaction\nSELECT pg_sleep(${longer / 1000});\nCREATE TABLE steps ();`,
  '5_last.ts': `export const transaction = false
  export async function upgrade(queryRunner: any) {
    await new Promise((go) => setTimeout(go, ${longer}))
    await queryRunner.query('CREATE TABLE last ()')
  }`,
}

/** Every timeout that ends or cancels a session's work, for all of the database's sessions. */
async function limited({ query, name, major }: TestDatabase): Promise<string[]> {
  const names = [
    'idle_session_timeout',
    'idle_in_transaction_session_timeout',
    'statement_timeout',
    'lock_timeout',
    ...(major >= 17 ? ['transaction_timeout'] : []),
  ]
  for (const one of names) await query(`ALTER DATABASE ${name} SET ${one} = '${limit}'`)
  return names
}

for (const major of [14, 18]) {
  test(`timeouts of the role or the database do not cut a run (PostgreSQL ${major})`, async () => {
    await withDatabase(
      (database) =>
        withFolder(files, async (folder) => {
          await limited(database)

          assert.equal(await setUpMigration(database.url, folder), true)
        }),
      { major },
    )
  })

  test(`nor one on a pool that is lent, which gets its own settings back (PostgreSQL ${major})`, async () => {
    await withDatabase(
      (database) =>
        withFolder(files, async (folder) => {
          const names = await limited(database)
          const pool = new pg.Pool({ ...database.connection, max: 2, idleTimeoutMillis: 0 })
          pool.on('connect', (client) => {
            client.on('error', () => undefined)
            void client.query("SET idle_session_timeout = '20s'; SET lock_timeout = '3s'")
          })
          pool.on('error', () => undefined)

          assert.equal(await setUpMigration(pool, folder), true)

          const clients = await Promise.all([pool.connect(), pool.connect()])
          for (const client of clients) {
            const shown = names.map(
              async (name) => (await client.query(`SHOW ${name}`)).rows[0][name] as string,
            )
            const own: Record<string, string> = { idle_session_timeout: '20s', lock_timeout: '3s' }
            assert.deepEqual(
              await Promise.all(shown),
              names.map((name) => own[name] ?? limit),
            )
            client.release()
          }
          await pool.end()
        }),
      { major },
    )
  })
}

@Entity()
class Slow {
  @PrimaryGeneratedColumn()
  id!: number

  @Column('int')
  size!: number
}

test('nor a set-up from entities', async () => {
  await withDatabase((database) =>
    withFolder({ '1_a.sql': 'SELECT 1' }, async (folder) => {
      const { user: username, ...rest } = database.connection
      const dataSource = new DataSource({
        type: 'postgres',
        username,
        ...rest,
        entities: [Slow],
        poolErrorHandler: () => undefined,
      })
      const locker = await database.client()
      await limited(database)
      await dataSource.initialize()
      // whoever makes a table here waits longer than the database's own lock_timeout
      await locker.query(
        'SET idle_in_transaction_session_timeout = 0; SET idle_session_timeout = 0; SET statement_timeout = 0; SET transaction_timeout = 0; BEGIN; LOCK TABLE pg_catalog.pg_class IN SHARE MODE',
      )
      const freed = sleep(longer).then(() => locker.query('COMMIT'))

      const done = await setUpMigration(dataSource, folder, { initMigration: 'entities' })
      await freed

      assert.equal(done, true)
      await dataSource.destroy()
    }),
  )
})
