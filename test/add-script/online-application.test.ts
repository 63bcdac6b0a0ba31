import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pool, PoolClient } from 'pg'
import { findDifference } from '../../src/add-script/difference/plan-change'
import type { Statement } from '../../src/change/model/script-part'
import { nobody } from './change-case'
import { testPool } from '../support/pool'
import { until } from '../support/until'
import { Databases } from './scratch'

const before = `CREATE TABLE t (id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY, a int, b text);
  CREATE INDEX i ON t (a);`
const target = `CREATE TABLE t (id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY, a int NOT NULL, b text,
    c text NOT NULL, key uuid NOT NULL DEFAULT gen_random_uuid(), CONSTRAINT once UNIQUE (key));
  CREATE INDEX i ON t (a, b);`
const backfills = [
  { table: 't', column: 'a', expression: '0' },
  { table: 't', column: 'c', expression: "coalesce(b, 'none')" },
]

/** What a release does that knows nothing of the change: new rows, old ones changed, a value taken away. */
async function oldRelease(pool: Pool): Promise<void> {
  await pool.query("INSERT INTO t (b) VALUES ('new')")
  await pool.query("UPDATE t SET b = 'changed' WHERE id = 1 + (SELECT count(*) FROM t) % 5")
  await pool.query('UPDATE t SET a = NULL WHERE id = (SELECT max(id) FROM t)')
}

// xataio/pgroll#55; nyaruka/rapidpro#6980; what was measured of 0.1: VALIDATE failed half-way
test('a release that knows nothing of an online change goes on between any two statements of it', () =>
  Databases.with(async (databases) => {
    const start = await databases.make(before)
    const rows = "INSERT INTO t (a, b) SELECT NULLIF(n % 2, 0), 'x' FROM generate_series(1, 2000) n"
    const pool = databases.open(await databases.make(rows, start))
    const after = databases.open(await databases.make(target))
    const answers = { ...nobody, online: true, backfills }
    const { scripts } = await findDifference(databases.open(start), after, answers, [])

    const steps = scripts.flatMap(({ up, transaction }) =>
      transaction ? [up] : up.map((one) => [one]),
    )
    let isComplete = false
    for (const statements of steps) {
      await runTogether(pool, statements)
      // the last rule of all: from here on a value may not be taken away
      isComplete ||= statements.some(({ sql }) => sql.includes('SET NOT NULL'))
      if (!isComplete) await oldRelease(pool)
    }

    const { rows: found } = await pool.query<object>(
      'SELECT count(*) FILTER (WHERE a IS NULL OR c IS NULL OR key IS NULL)::int AS missing, count(DISTINCT key) = count(*) AS distinct FROM t',
    )
    assert.deepEqual(found, [{ missing: 0, distinct: true }])
    assert.ok(steps.length > 10, `${steps.length} transactions`)
  }))

async function runTogether(pool: Pool, statements: readonly Statement[]): Promise<void> {
  const [first] = statements
  const text = statements.map(({ sql }) => sql).join(';\n')
  await pool.query(first?.transactional === false ? text : `BEGIN;${text};COMMIT`)
}

/** Tables that an application writes one after the other in a transaction: one that is referred to comes first. */
const pairs = [
  ['r1', 'c1', 'a foreign key is added'],
  ['r2', 'c2', 'a foreign key is dropped'],
  ['r3', 'c3', 'a table with a foreign key is dropped'],
  ['r4', 'c4', 'a column with a foreign key is dropped'],
  ['r5', 'c5', 'the type of a column with a foreign key'],
  ['r6', 'p6', 'a new partition below a parent with a foreign key'],
  ['p7_rest', 'c7', 'a table becomes a partition beside the default one'],
  ['r8', 'p8', 'a partition leaves a parent with a foreign key'],
  ['r9', 'c9', 'columns of two tables are renamed'],
  ['c10', 'r10', 'a domain gets a check'],
] as const

const referred = [1, 2, 3, 4, 5, 6, 8]
const common = referred.map((n) => `CREATE TABLE r${n} (id int PRIMARY KEY);`).join('\n')
const old = `${common}
  CREATE TABLE c1 (id int, r int);
  CREATE TABLE c2 (id int, r int CONSTRAINT k2 REFERENCES r2);
  CREATE TABLE c3 (id int, r int CONSTRAINT k3 REFERENCES r3);
  CREATE TABLE c4 (id int, r int CONSTRAINT k4 REFERENCES r4);
  CREATE TABLE c5 (id int, r int CONSTRAINT k5 REFERENCES r5);
  CREATE TABLE p6 (id int, r int CONSTRAINT k6 REFERENCES r6) PARTITION BY LIST (id);
  CREATE TABLE p7 (id int) PARTITION BY LIST (id);
  CREATE TABLE p7_rest PARTITION OF p7 DEFAULT;
  CREATE TABLE c7 (id int);
  CREATE TABLE p8 (id int, r int CONSTRAINT k8 REFERENCES r8) PARTITION BY LIST (id);
  CREATE TABLE p8_1 PARTITION OF p8 FOR VALUES IN (1);
  CREATE TABLE r9 (id int, a int);
  CREATE TABLE c9 (id int, a int);
  CREATE DOMAIN d10 AS int;
  CREATE TABLE r10 (id int, d d10);
  CREATE TABLE c10 (id int, d d10);`
const goal = `${common}
  CREATE TABLE c1 (id int, r int CONSTRAINT k1 REFERENCES r1);
  CREATE TABLE c2 (id int, r int);
  CREATE TABLE c4 (id int);
  CREATE TABLE c5 (id int, r bigint CONSTRAINT k5 REFERENCES r5);
  CREATE TABLE p6 (id int, r int CONSTRAINT k6 REFERENCES r6) PARTITION BY LIST (id);
  CREATE TABLE p6_1 PARTITION OF p6 FOR VALUES IN (1);
  CREATE TABLE p7 (id int) PARTITION BY LIST (id);
  CREATE TABLE p7_rest PARTITION OF p7 DEFAULT;
  CREATE TABLE c7 PARTITION OF p7 FOR VALUES IN (1);
  CREATE TABLE p8 (id int, r int CONSTRAINT k8 REFERENCES r8) PARTITION BY LIST (id);
  CREATE TABLE p8_1 (id int, r int CONSTRAINT k8 REFERENCES r8);
  CREATE TABLE r9 (id int, b int);
  CREATE TABLE c9 (id int, b int);
  CREATE DOMAIN d10 AS int CONSTRAINT positive CHECK (value > 0);
  CREATE TABLE r10 (id int, d d10);
  CREATE TABLE c10 (id int, d d10);`

/** An application's transaction for each pair: the first table, then the second one once the migration waits. */
class Application {
  readonly failures: string[] = []
  private known = new Set<string>()

  constructor(private readonly clients: readonly PoolClient[]) {}

  /** Its release is one that knows the tables that are there now. */
  async release(): Promise<void> {
    const found = await this.clients[0]!.query<{ name: string }>(
      'SELECT relname AS name FROM pg_class',
    )
    this.known = new Set(found.rows.map(({ name }) => name))
  }

  async begin(): Promise<void> {
    await this.all(async (client, [first]) => {
      await client.query(`BEGIN; ${write(first)}`)
    })
  }

  async goOn(statement: string): Promise<void> {
    await this.all(async (client, [, second, what]) => {
      const found = await client.query(`SELECT to_regclass('${second}') AS there`)
      const { there } = found.rows[0] as { there: string | null }
      if (there === null || !this.known.has(there)) return client.query('COMMIT')
      return client.query(`${write(second)}; COMMIT`).catch((error: Error) => {
        this.failures.push(`${what}: ${error.message}: ${statement}`)
        return client.query('ROLLBACK')
      })
    })
  }

  private async all(work: (client: PoolClient, pair: (typeof pairs)[number]) => Promise<unknown>) {
    await Promise.all(pairs.map((pair, at) => work(this.clients[at]!, pair)))
  }
}

/** It locks the table as a writer does. */
function write(table: string): string {
  return `UPDATE ${table} SET id = id WHERE false`
}

// https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-DEADLOCKS
test('no statement of an online change ends a transaction of an application that writes two tables', () =>
  Databases.with(async (databases) => {
    const start = await databases.make(old)
    const name = await databases.make('', start)
    const pool = testPool({ ...databases.connectionTo(name), max: pairs.length + 2 })
    const after = databases.open(await databases.make(goal))
    const renames = ['r9.a', 'c9.a'].map((from) => ({ from, to: 'b' }))
    const answers = { ...nobody, online: true, yes: true, renames }
    const { scripts } = await findDifference(databases.open(start), after, answers, [])
    const up = scripts.flatMap((one) => transactionsOf(one.up, one.transaction))
    const down = scripts.toReversed().flatMap((one) => transactionsOf(one.down, one.downTransaction)) // oxfmt-ignore
    const groups = [...up, ...down]
    const ups = up.length
    const clients = await Promise.all([...pairs, 'migrator'].map(() => pool.connect()))
    for (const client of clients) await client.query(`SET deadlock_timeout = '600ms'`)
    const application = new Application(clients)
    for (const [at, statements] of groups.entries()) {
      if (at === 0 || at === ups) await application.release()
      await application.begin()
      const first = migrated(clients.at(-1)!, statements)
      let isDone = false
      first.then(() => (isDone = true)).catch(() => (isDone = true))
      await until(async () => isDone || (await isPastItsCheck(pool)))
      await application.goOn(statements.map(({ sql }) => sql).join(';\n'))
      if (!(await first)) assert.ok(await migrated(clients.at(-1)!, statements))
    }
    for (const client of clients) client.release()
    await pool.end()

    assert.deepEqual(application.failures, [])
  }))

function transactionsOf(statements: readonly Statement[], isOne: boolean) {
  if (statements.length === 0) return []
  return isOne ? [statements] : statements.map((one) => [one])
}

/** False where a lock was not given in time. */
async function migrated(client: PoolClient, statements: readonly Statement[]): Promise<boolean> {
  const text = statements.map(({ sql }) => sql).join(';\n')
  const isAlone = statements.some(({ transactional }) => !transactional)
  try {
    await client.query(`SET lock_timeout = '5s'`)
    await client.query(isAlone ? text : `BEGIN; ${text}; COMMIT`)
    return true
  } catch (error) {
    await client.query('ROLLBACK')
    if ((error as { code?: string }).code !== '55P03') throw error
    return false
  }
}

/** A session that waits looks for a deadlock once; then it is up to the others. */
async function isPastItsCheck(pool: Pool): Promise<boolean> {
  const waits = `SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE datname = current_database() AND NOT granted AND clock_timestamp() - waitstart > interval '650 ms'`
  return (await pool.query(waits)).rowCount !== 0
}
