import { randomBytes } from 'node:crypto'
import { after } from 'node:test'
import { Client, type Pool, type PoolClient } from 'pg'
import { testPool } from '../support/pool'
import { testServer } from '../support/server'

/** An empty database with connections that have read catalogs before, which makes them three times as fast. */
interface Reused {
  name: string
  pool: Pool
}

/** What a new database says of what is in it, by major version. */
const initial = new Map<number, string>()

/** Databases of this process that nobody uses. */
const free = new Map<number, Reused[]>()

/** Gives a test empty databases, which other tests of the process had before it if they could be emptied. */
export async function withEmpty(
  count: number,
  major: number,
  work: (...pools: Pool[]) => Promise<void>,
): Promise<void> {
  const taken = await Promise.all(Array.from({ length: count }, () => take(major)))
  try {
    await work(...taken.map(({ pool }) => pool))
  } finally {
    for (const one of taken) await giveBack(one, major)
  }
}

async function take(major: number): Promise<Reused> {
  return free.get(major)?.pop() ?? make(major)
}

async function make(major: number): Promise<Reused> {
  const name = `test_${randomBytes(6).toString('hex')}`
  const strategy = major >= 15 ? ' STRATEGY file_copy' : ''
  await asAdmin(major, `CREATE DATABASE ${name} TEMPLATE template0${strategy}`)
  const { host, port } = await testServer(major)
  const pool = testPool({
    ...{ host, port, user: 'postgres', database: name },
    ...{ idleTimeoutMillis: 0, allowExitOnIdle: true },
  })
  if (!initial.has(major)) initial.set(major, await stateOf(pool))
  return { name, pool }
}

/** Where anything is left of the test, the database goes. */
async function giveBack(one: Reused, major: number): Promise<void> {
  const isEmpty = await empty(one.pool, initial.get(major)).catch(() => false)
  if (!isEmpty) return drop(one, major)
  free.set(major, [...(free.get(major) ?? []), one])
}

async function drop({ name, pool }: Reused, major: number): Promise<void> {
  await pool.end()
  await asAdmin(major, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
}

after(async () => {
  for (const [major, databases] of free) for (const one of databases) await drop(one, major)
})

async function asAdmin(major: number, sql: string): Promise<void> {
  const { host, port } = await testServer(major)
  const client = new Client({ host, port, user: 'postgres', database: 'postgres' })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

async function empty(pool: Pool, initial: string | undefined): Promise<boolean> {
  const clients = await Promise.all(Array.from({ length: pool.totalCount }, () => pool.connect()))
  try {
    for (const client of clients) await client.query('ROLLBACK').then(() => discard(client))
    await clients[0]!.query(dropAll)
  } finally {
    for (const client of clients) client.release()
  }
  return (await stateOf(pool)) === initial
}

function discard(client: PoolClient) {
  return client.query('DISCARD ALL')
}

/** The first number of an object that is not PostgreSQL's own. */
const firstOwn = 16_384

const dropAll = `DO $$
DECLARE statements text[]; statement text;
BEGIN
  SELECT array_agg(s.drop) INTO statements FROM (
    SELECT format('DROP EVENT TRIGGER %I', evtname) AS drop FROM pg_event_trigger
    UNION ALL SELECT format('DROP EXTENSION %I CASCADE', extname) FROM pg_extension WHERE oid >= ${firstOwn}
    UNION ALL SELECT format('DROP PUBLICATION %I', pubname) FROM pg_publication
    UNION ALL SELECT format('DROP FOREIGN DATA WRAPPER %I CASCADE', fdwname) FROM pg_foreign_data_wrapper
    UNION ALL SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace WHERE oid >= ${firstOwn} AND nspname !~ '^pg_'
    UNION ALL
      SELECT format('DROP %s IF EXISTS %s CASCADE', o.type, o.identity)
      FROM pg_depend d CROSS JOIN pg_identify_object(d.classid, d.objid, 0) o
      WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = 'public'::regnamespace AND d.objid >= ${firstOwn}
  ) s;
  FOREACH statement IN ARRAY coalesce(statements, '{}') LOOP
    EXECUTE statement;
  END LOOP;
END $$`

const holdObjects =
  `class proc type operator opclass opfamily am cast collation conversion namespace extension event_trigger
  foreign_data_wrapper foreign_server language publication statistic_ext ts_config ts_dict ts_parser ts_template transform
  default_acl policy largeobject_metadata`.split(/\s+/)

/** Numbers of objects that somebody made, and rights, comments and settings of those that were there. */
const state = `SELECT pg_catalog.jsonb_build_array(
  (SELECT count(*) FROM (${holdObjects.map((name) => `SELECT FROM pg_catalog.pg_${name} WHERE oid >= ${firstOwn}`).join(' UNION ALL ')}) s),
  (SELECT count(*) FROM pg_catalog.pg_description),
  (SELECT array_agg(d.description) FROM pg_catalog.pg_shdescription d JOIN pg_catalog.pg_database b ON b.oid = d.objoid WHERE b.datname = current_database()),
  (SELECT array_agg(s.setconfig::text) FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_database b ON b.oid = s.setdatabase WHERE b.datname = current_database()),
  (SELECT array_agg(row(nspname, nspowner, nspacl)::text ORDER BY oid) FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_(temp|toast_temp)'),
  (SELECT array_agg(row(oid, relacl)::text ORDER BY oid) FROM pg_catalog.pg_class WHERE relacl IS NOT NULL),
  (SELECT array_agg(row(oid, proacl)::text ORDER BY oid) FROM pg_catalog.pg_proc WHERE proacl IS NOT NULL),
  (SELECT array_agg(row(oid, typacl)::text ORDER BY oid) FROM pg_catalog.pg_type WHERE typacl IS NOT NULL),
  (SELECT array_agg(row(lanname, lanacl)::text) FROM pg_catalog.pg_language),
  (SELECT datacl::text FROM pg_catalog.pg_database WHERE datname = current_database())
)::text AS state`

async function stateOf(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ state: string }>(state)
  return rows[0]!.state
}
