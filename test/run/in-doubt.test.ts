import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Session } from '../../src/database/postgres/session'
import { settle, type Settlement } from '../../src/run/outside/in-doubt'
import { withDatabase, type TestDatabase } from '../support/database'

type Row = [rule: string, before: string, statement: string, expected: Settlement]

const table = 'CREATE TABLE t (x int, y text);'
const create = 'CREATE INDEX CONCURRENTLY i ON t (x)'

const indexes: Row[] = [
  ['an index that is not there', table, create, 'not done'],
  ['an index that is there with that definition', `${table} ${create}`, create, 'done'],
  [
    'an index whose statement is written otherwise',
    `${table} CREATE INDEX i ON t USING btree (x ASC NULLS LAST)`,
    create,
    'done',
  ],
  [
    'an index with columns, expression, class, order, INCLUDE, WITH and predicate',
    `${table} CREATE UNIQUE INDEX i ON t (lower(y) text_pattern_ops DESC, x) INCLUDE (y) WITH (fillfactor = 70) WHERE x > 1 AND y IS NOT NULL`,
    `CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "i" ON public . "t" (lower(y) text_pattern_ops desc, x)
      INCLUDE (y) WITH (fillfactor=70) WHERE ((x > 1) AND y is not null)`,
    'done',
  ],
  ['another column', `${table} CREATE INDEX i ON t (y)`, create, 'not done'],
  ['another predicate', `${table} CREATE INDEX i ON t (x) WHERE x > 1`, create, 'not done'],
  ['another uniqueness', `${table} CREATE UNIQUE INDEX i ON t (x)`, create, 'not done'],
  ['another method', `${table} CREATE INDEX i ON t USING hash (x)`, create, 'not done'],
  ['another class', `${table} CREATE INDEX i ON t (y text_pattern_ops)`, create, 'not done'],
  [
    'an index of that name and definition in another schema',
    `${table} CREATE SCHEMA s; CREATE TABLE s.t (x int, y text); CREATE INDEX i ON s.t (x)`,
    create,
    'not done',
  ],
  [
    'a schema and names with capitals, quotes and dots',
    'CREATE SCHEMA "S.1"; CREATE TABLE "S.1"."T""x" ("A b" int); CREATE INDEX "I;" ON "S.1"."T""x" ("A b")',
    'CREATE INDEX CONCURRENTLY "I;" ON "S.1"."T""x" ("A b")',
    'done',
  ],
  [
    'a table that lost a column, so that its columns are numbered otherwise',
    'CREATE TABLE t (gone int, x int); ALTER TABLE t DROP gone; CREATE INDEX i ON t (x)',
    create,
    'done',
  ],
  [
    'a table behind words of several bytes',
    'CREATE TABLE "übér😀" (x int); CREATE INDEX "größe😀" ON "übér😀" (x)',
    'CREATE /* ü😀 */ INDEX CONCURRENTLY "größe😀" ON "übér😀" (x)',
    'done',
  ],
  ['a table that is gone', '', create, 'not done'],
]

const others: Row[] = [
  ['a dropped index', table, 'DROP INDEX CONCURRENTLY i', 'done'],
  ['an index not yet dropped', `${table} ${create}`, 'DROP INDEX CONCURRENTLY i', 'not done'],
  [
    'a drop that may mean another schema’s index by now',
    `${table} CREATE SCHEMA s; CREATE INDEX i ON t (x); SET search_path = s, public`,
    'DROP INDEX CONCURRENTLY i',
    'unknown',
  ],
  [
    'a drop that names its schema',
    `${table} CREATE SCHEMA s; CREATE INDEX i ON t (x); SET search_path = s, public`,
    'DROP INDEX CONCURRENTLY public.i',
    'not done',
  ],
  [
    'a constraint that is validated',
    `${table} ALTER TABLE t ADD CONSTRAINT c CHECK (x > 0)`,
    'ALTER TABLE t VALIDATE CONSTRAINT c',
    'done',
  ],
  [
    'a constraint that is not validated',
    `${table} ALTER TABLE t ADD CONSTRAINT c CHECK (x > 0) NOT VALID`,
    'ALTER TABLE t VALIDATE CONSTRAINT c',
    'not done',
  ],
  [
    'a constraint that is there, validation not asked for',
    `${table} ALTER TABLE t ADD CONSTRAINT c CHECK (x > 0) NOT VALID`,
    'ALTER TABLE t ADD CONSTRAINT c CHECK (x > 0) NOT VALID',
    'done',
  ],
  ['an enum label', "CREATE TYPE e AS ENUM ('a')", "ALTER TYPE e ADD VALUE 'a'", 'done'],
  [
    'an enum label not there',
    "CREATE TYPE e AS ENUM ('a')",
    "ALTER TYPE e ADD VALUE 'b'",
    'not done',
  ],
  [
    'a partition still attached',
    'CREATE TABLE p (x int) PARTITION BY LIST (x); CREATE TABLE c PARTITION OF p FOR VALUES IN (1)',
    'ALTER TABLE p DETACH PARTITION c CONCURRENTLY',
    'not done',
  ],
  [
    'a partition detached',
    'CREATE TABLE p (x int) PARTITION BY LIST (x); CREATE TABLE c (x int)',
    'ALTER TABLE p DETACH PARTITION c CONCURRENTLY',
    'done',
  ],
  ['an extension', '', 'CREATE EXTENSION plpgsql', 'done'],
  ['an extension not there', '', 'CREATE EXTENSION hstore', 'not done'],
  ['a database', '', 'CREATE DATABASE postgres', 'done'],
  ['a database not there', '', 'CREATE DATABASE "none; at all"', 'not done'],
  ['a database dropped', '', 'DROP DATABASE "none; at all"', 'done'],
  ['a tablespace', '', "CREATE TABLESPACE pg_default LOCATION '/a'", 'done'],
  ['a tablespace dropped', '', 'DROP TABLESPACE none', 'done'],
  [
    'a subscription',
    "CREATE SUBSCRIPTION s CONNECTION 'dbname=none' PUBLICATION a WITH (connect = false)",
    "CREATE SUBSCRIPTION s CONNECTION 'dbname=none' PUBLICATION a",
    'done',
  ],
  ['a subscription dropped', '', 'DROP SUBSCRIPTION s', 'done'],
  [
    'a publication added to a subscription',
    "CREATE SUBSCRIPTION s CONNECTION 'dbname=none' PUBLICATION a, b WITH (connect = false)",
    'ALTER SUBSCRIPTION s ADD PUBLICATION b',
    'done',
  ],
  [
    'a publication not yet dropped from a subscription',
    "CREATE SUBSCRIPTION s CONNECTION 'dbname=none' PUBLICATION a, b WITH (connect = false)",
    'ALTER SUBSCRIPTION s DROP PUBLICATION b',
    'not done',
  ],
  ['a prepared transaction that is gone', '', "COMMIT PREPARED 'x'", 'done'],
  ...[
    'VACUUM t',
    'REINDEX DATABASE CONCURRENTLY',
    'ANALYZE t',
    'CLUSTER',
    'ALTER SYSTEM SET work_mem = 1',
    'BEGIN',
    'SET x.y = 1',
  ].map((text): Row => [`${text}, which may run again`, '', text, 'not done']),
  ['a procedure', '', 'CALL p()', 'unknown'],
  ['what the parser does not know', '', 'FROBNICATE t', 'unknown'],
]

for (const major of [18, 14]) {
  for (const [rule, before, statement, expected] of [...indexes, ...others]) {
    test(`PostgreSQL ${major} settles what was cut off: ${rule}: ${expected}`, async () => {
      await withDatabase(
        async (database) => {
          const session = await sessionAfter(database, before)
          assert.equal(await settle(session, statement, undefined), expected)
          assert.equal(session.status, 'I')
          await dropSubscriptions(session)
        },
        { major },
      )
    })
  }
}

async function sessionAfter(database: TestDatabase, before: string): Promise<Session> {
  const session = new Session(await database.client(), () => Promise.resolve())
  for (const text of before.split('; ')) assert.ifError((await session.send(text)).error)
  return session
}

/** A database with one cannot be dropped. */
async function dropSubscriptions(session: Session): Promise<void> {
  for (const { subname } of await session.query('SELECT subname FROM pg_subscription')) {
    await session.send(`ALTER SUBSCRIPTION ${String(subname)} SET (slot_name = NONE)`)
    await session.send(`DROP SUBSCRIPTION ${String(subname)}`)
  }
}

test('an index without a name is told from one that was there before by its age', async () => {
  await withDatabase(async (database) => {
    const session = await sessionAfter(database, 'CREATE TABLE t (x int); CREATE INDEX ON t (x)')
    const statement = 'CREATE INDEX CONCURRENTLY ON t (x)'
    await session.send('CREATE TABLE journal AS SELECT 1')
    const [row] = await session.query<{ xmin: string }>('SELECT xmin::text FROM journal')
    assert.equal(await settle(session, statement, row?.xmin), 'not done')
    assert.equal(await settle(session, statement, undefined), 'unknown')

    await session.send('CREATE INDEX named_idx ON t (x)')
    assert.equal(await settle(session, statement, row?.xmin), 'not done')

    await session.send(statement)
    assert.equal(await settle(session, statement, row?.xmin), 'done')
  })
})

test('without the right to make a copy of the table, an index that is there is left in doubt', async () => {
  await withDatabase(async (database) => {
    const session = await sessionAfter(
      database,
      `${table} ${create}; REVOKE ALL ON DATABASE ${database.name} FROM public; SET ROLE pg_monitor`,
    )
    assert.equal(await settle(session, create, undefined), 'unknown')
  })
})
