import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { describeNotice } from '../../src/run/context/notice-text'
import type { Notice } from '../../src/run/context/events'
import type { Client } from 'pg'
import type { RunReport } from '../../src/run/context/events'
import type { TestDatabase } from '../support/database'
import { failureOf } from '../support/failure'
import { withMigrator, type MigratorFixture } from '../support/migrator'
import { until } from '../support/until'
import { full } from './mode'
import { record } from './report'

/** What scripts give way after. */
const lockTimeout = 300
/** The application's transaction holds the table until the script has given way so often. */
const times = full ? 4 : 2

/** Reads and writes a relation without a pause. */
class Traffic {
  /** How often each client has been answered. */
  private readonly rounds: number[]
  private stopped = false
  private readonly all: Promise<unknown>

  constructor(clients: readonly Client[], statements: readonly string[]) {
    this.rounds = clients.map(() => 0)
    this.all = Promise.all(clients.map((client, n) => this.run(client, n, statements[n]!)))
  }

  private async run(client: Client, n: number, statement: string): Promise<void> {
    while (!this.stopped) {
      await client.query(statement)
      this.rounds[n]!++
      await sleep(5)
    }
  }

  /** Waits until each client has asked from now on, and has been answered. */
  async flows(): Promise<void> {
    const before = [...this.rounds]
    await until(
      () => this.rounds.every((count, n) => count >= before[n]! + 2),
      () => `traffic does not flow: ${before.join()}, then ${this.rounds.join()} rounds`,
    )
  }

  async stop(): Promise<void> {
    this.stopped = true
    await this.all
  }
}

interface Held {
  database: TestDatabase
  /** Opens the application's transaction. */
  hold: string
  traffic: readonly string[]
  work: (notice: (one: Notice) => void) => Promise<RunReport>
}

/**
 * Runs work against an application's transaction and traffic. The transaction ends when the work has
 * given way a few times, and each time traffic was answered while the transaction lasted.
 */
async function contend({ database, hold, traffic, work }: Held): Promise<RunReport> {
  const application = await database.client()
  await application.query("SET application_name = 'busy app'")
  const clients = await Promise.all(traffic.map(() => database.client()))
  const { pid } = (await application.query('SELECT pg_backend_pid() AS pid')).rows[0]
  await application.query('BEGIN')
  await application.query(hold)
  const moving = new Traffic(clients, traffic)
  const said = new RegExp(
    `: lock timeout, held by backend ${pid} \\(busy app\\), idle in transaction for \\d+ s: ${hold.slice(0, 20).replace(/[()*]/g, '\\$&')}.*; trying again in \\d+\\.\\d s$`,
  )
  const notices: string[] = []
  const gaveWay = () => notices.filter((one) => said.test(one)).length
  const working = work((one) => notices.push(describeNotice(one)))
  const release = async () => {
    for (let time = 1; time <= times; time++) {
      await until(
        () => gaveWay() >= time,
        () => `did not give way ${times} times:\n${notices.join('\n')}`,
      )
      await moving.flows()
    }
    await application.query('COMMIT')
  }
  const [report] = await Promise.all([working, release()])
  await moving.stop()
  return report
}

const table = 'CREATE TABLE a (i int); INSERT INTO a VALUES (1);'
const down = '-- MIGRATE DOWN\nALTER TABLE a DROP COLUMN b;'
const code = `import type { QueryRunner } from 'typeorm'
export const upgrade = async (queryRunner: QueryRunner) => { await queryRunner.query('ALTER TABLE a ADD b int') }`

/** Loads TypeORM and the compiler before the application's transaction begins. */
const loads = {
  '1_a.ts':
    'export const upgrade = (_: unknown, context: { runSql(): Promise<void> }) => context.runSql()',
}

/** The second script changes the table, in every way in which a script may run. */
const ways: Readonly<
  Record<string, { files: Record<string, string>; flags?: object; first?: object; quick?: false }>
> = {
  'SQL in a batch': {
    files: {
      '2_b.sql': 'CREATE TABLE two ()',
      '3_c.sql': 'CREATE TABLE c ();\nALTER TABLE a ADD b int;',
      '4_d.sql': 'CREATE TABLE d ()',
    },
  },
  'SQL with COPY data': {
    quick: false,
    files: { '2_b.sql': 'COPY a FROM stdin;\n5\n\\.\nALTER TABLE a ADD b int;' },
  },
  TypeScript: { files: { '2_b.ts': code }, first: loads },
  'all in one transaction': {
    files: {
      '2_b.sql': 'CREATE TABLE b ()',
      '3_c.sql': 'ALTER TABLE a ADD b int',
      '4_d.ts': 'export const upgrade = () => {}',
    },
    flags: { transaction: 'all' },
    first: loads,
  },
  'a plain statement outside a transaction': {
    files: {
      '2_b.sql':
        '-- migrate: no-transaction\nCREATE TABLE b ();\nALTER TABLE a ADD b int;\nVACUUM a;',
    },
  },
}

for (const [way, { files, flags, first, quick }] of Object.entries(ways))
  test(
    `${way}: a script gives way to readers and writers, says who is in its way, and is done when it leaves`,
    { skip: quick === false && !full && 'npm run test:faults' },
    async () => {
      const all = {
        '1_a.sql': `-- MIGRATE UP\n${table}\n-- MIGRATE DOWN\nDROP TABLE a`,
        ...first,
        ...files,
      }
      await withMigrator(
        all,
        async ({ migrator, another, database }) => {
          await migrator.execute({ command: 'upgrade', target: '1' })
          const again = await another()
          const { steps } = await contend({
            database,
            hold: 'SELECT count(*) FROM a',
            traffic: ['SELECT count(*) FROM a', 'INSERT INTO a (i) VALUES (7)'],
            work: (notice) => again.execute({ command: 'upgrade' }, { observer: { notice } }),
          })

          await sawEach(database, steps.length, Object.keys(files).length, way)
        },
        { flags: { lock_timeout: `${lockTimeout}ms`, ...flags } },
      )
    },
  )

async function sawEach(database: TestDatabase, steps: number, scripts: number, way: string) {
  const columns = await database.query(
    "SELECT attname FROM pg_attribute WHERE attrelid = 'a'::regclass AND attnum > 1",
  )
  assert.equal(steps, scripts)
  assert.deepEqual(columns, [{ attname: 'b' }])
  const [row] = await database.query<{ n: number; d: number }>(
    "SELECT count(*)::int AS n, count(DISTINCT revision)::int AS d FROM migration_journal WHERE outcome = 'success'",
  )
  assert.deepEqual(row, { n: scripts + 1, d: scripts + 1 })
  record({ fault: `lock contention: ${way}`, injected: 1, lost: 0, twice: 0, differ: 0 })
}

test('a downgrade gives way as well', async () => {
  const files = { '1_a.sql': table, '2_b.sql': `-- MIGRATE UP\nALTER TABLE a ADD b int;\n${down}` }
  await withMigrator(
    files,
    async ({ migrator, another, database }) => {
      await migrator.execute({ command: 'upgrade' })
      const again = await another()
      const { steps } = await contend({
        database,
        hold: 'SELECT count(*) FROM a',
        traffic: ['SELECT count(*) FROM a', 'INSERT INTO a (i) VALUES (7)'],
        work: (notice) => again.execute({ command: 'downgrade' }, { observer: { notice } }),
      })

      assert.equal(steps.length, 1)
      const columns = await database.query(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'a'::regclass AND attnum > 0 AND NOT attisdropped",
      )
      assert.deepEqual(columns, [{ attname: 'i' }])
      record({ fault: 'lock contention: downgrade', injected: 1, lost: 0, twice: 0, differ: 0 })
    },
    { flags: { lock_timeout: `${lockTimeout}ms` } },
  )
})

for (const runScripts of [false, true])
  test(`a set-up that ${runScripts ? 'runs the scripts' : 'builds the canonical schema'} gives way as well`, async () => {
    const alter = 'ALTER SEQUENCE numbers INCREMENT BY 5;'
    const files = {
      '1_a.sql': `CREATE TABLE a (i int);\n${alter}`,
      'schema/schema.sql': `CREATE TABLE a (i int);\n${alter}`,
    }
    const setUp = async ({ migrator, database, folder }: MigratorFixture) => {
      await database.query('CREATE SEQUENCE numbers')
      const build = runScripts ? { runScripts } : { initMigration: `${folder}/schema/schema.sql` }
      const { steps } = await contend({
        database,
        hold: "SELECT setval('numbers', 10)",
        traffic: ["SELECT nextval('numbers')", "SELECT nextval('numbers')"],
        work: (notice) => migrator.setUp({ ...build, observer: { notice } }),
      })

      assert.equal(steps.length, 1)
      const [row] = await database.query(
        "SELECT increment_by::int AS step, to_regclass('a')::text AS a FROM pg_sequences WHERE sequencename = 'numbers'",
      )
      assert.deepEqual(row, { step: 5, a: 'a' })
      record({ fault: 'lock contention: set-up', injected: 1, lost: 0, twice: 0, differ: 0 })
    }
    await withMigrator(files, setUp, { flags: { lock_timeout: `${lockTimeout}ms` } })
  })

test('an index that is built concurrently waits for old transactions however long, and says for whom', async () => {
  const files = {
    '1_a.sql': table,
    '2_b.sql':
      'CREATE INDEX CONCURRENTLY b ON a (i);\nREINDEX INDEX CONCURRENTLY b;\nDROP INDEX CONCURRENTLY b;',
  }
  await withMigrator(
    files,
    async ({ migrator, another, database }) => {
      await migrator.execute({ command: 'upgrade', target: '1' })
      const old = await database.client()
      await old.query("SET application_name = 'old app'; BEGIN; INSERT INTO a VALUES (2)")
      const clients = await Promise.all([1, 2].map(() => database.client()))
      const traffic = new Traffic(clients, ['SELECT count(*) FROM a', 'INSERT INTO a VALUES (7)'])
      const notices: string[] = []
      const release = async () => {
        await until(
          () => notices.some((text) => text.includes('waiting for backend')),
          () => `did not say that it waits:\n${notices.join('\n')}`,
        )
        await traffic.flows()
        await old.query('COMMIT')
      }

      const again = await another()
      const running = again.execute(
        { command: 'upgrade' },
        { observer: { notice: (one) => notices.push(describeNotice(one)) } },
      )
      const [{ steps }] = await Promise.all([running, release()])
      await traffic.stop()

      assert.equal(steps.length, 1)
      assert.match(
        notices.join('\n'),
        /^2_b: CREATE INDEX CONCURRENTLY: waiting for backend \d+ \(old app\), idle in transaction for \d+ s: /,
      )
      const failures = await database.query("SELECT FROM migration_journal WHERE outcome = 'error'")
      assert.deepEqual(failures, [])
      assert.deepEqual(await database.query("SELECT to_regclass('b') AS b"), [{ b: null }])
      record({
        fault: 'lock contention: index built concurrently',
        injected: 1,
        lost: 0,
        twice: 0,
        differ: 0,
      })
    },
    { flags: { lock_timeout: '200ms' } },
  )
})

test('a plain REINDEX keeps its lock timeout, and so does a script after an index was built', async () => {
  const files = {
    '1_a.sql': `${table} CREATE INDEX b ON a (i);`,
    '2_b.sql': `-- migrate: no-transaction
CREATE INDEX CONCURRENTLY c ON a (i);
SET statement_timeout = '77s';
DROP INDEX CONCURRENTLY c;
CREATE TABLE seen AS SELECT current_setting('lock_timeout') AS lock, current_setting('statement_timeout') AS statement;`,
    '3_c.sql': 'REINDEX TABLE a',
  }
  await withMigrator(
    files,
    async ({ migrator, another, database }) => {
      await migrator.execute({ command: 'upgrade', target: '2' })
      const again = await another()
      await contend({
        database,
        hold: 'SELECT count(*) FROM a',
        traffic: ['INSERT INTO a VALUES (3)', 'INSERT INTO a VALUES (4)'],
        work: (notice) => again.execute({ command: 'upgrade' }, { observer: { notice } }),
      })
      const seen = await database.query('SELECT * FROM seen')
      assert.deepEqual(seen, [{ lock: `${lockTimeout}ms`, statement: '77s' }])
    },
    { flags: { lock_timeout: `${lockTimeout}ms` } },
  )
})

test('a script that waits for its lock can be stopped', async () => {
  const files = { '1_a.sql': table, '2_b.sql': 'ALTER TABLE a ADD b int' }
  await withMigrator(
    files,
    async ({ migrator, another, database }) => {
      await migrator.execute({ command: 'upgrade', target: '1' })
      const application = await database.client()
      await application.query('BEGIN; LOCK TABLE a')
      const abort = new AbortController()
      const again = await another()
      let tries = 0
      const notice = () => ++tries === 3 && abort.abort()

      const error = await failureOf(
        again.execute({ command: 'upgrade' }, { observer: { notice }, signal: abort.signal }),
      )

      assert.equal(error.code, 'INTERRUPTED')
      assert.equal(tries, 3)
    },
    { flags: { lock_timeout: '30ms' } },
  )
})

test(
  'a script that never gets its lock says in the end who holds it, here and in the journal',
  { skip: !full && 'it takes a minute: npm run test:faults' },
  async () => {
    const files = { '1_a.sql': table, '2_b.sql': 'ALTER TABLE a ADD b int' }
    await withMigrator(
      files,
      async ({ migrator, another, database }) => {
        await migrator.execute({ command: 'upgrade', target: '1' })
        const application = await database.client()
        await application.query("SET application_name = 'busy app'; BEGIN; LOCK TABLE a")
        const error = await failureOf((await another()).execute({ command: 'upgrade' }))

        assert.equal(error.code, 'SCRIPT_FAILED')
        assert.equal(error.sqlstate, '55P03')
        assert.match(
          error.detail ?? '',
          /held by backend \d+ \(busy app\), idle in transaction for/,
        )
        const [row] = await database.query(
          "SELECT error->>'detail' AS detail FROM migration_journal WHERE outcome = 'error'",
        )
        assert.equal(row?.detail, error.detail)
        record({ fault: 'lock contention: for ever', injected: 1, lost: 0, twice: 0, differ: 0 })
      },
      { flags: { lock_timeout: '30ms' } },
    )
  },
)
