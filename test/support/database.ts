import { randomBytes } from 'node:crypto'
import { Client, type QueryResultRow } from 'pg'
import type { Server } from '../../src/database/embedded/server/cluster'
import { testServer } from './server'

/** A database of a test's own. */
export interface TestDatabase {
  /** `postgres://` address over the unix socket, for pg, TypeORM and psql alike. */
  url: string
  name: string
  connection: { host: string; port: number; user: string; database: string }
  /** PostgreSQL's major version. */
  major: number
  /** Opens a connection that is closed when the test is over. */
  client(): Promise<Client>
  /** Runs SQL on a connection of its own, kept open for the test. */
  query<Row extends QueryResultRow = QueryResultRow>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<Row[]>
}

interface DatabaseOptions {
  major?: number
  server?: Server
  /** The database that it is a copy of. */
  template?: string
}

/** Gives a test a fresh database, dropped afterwards whoever is still connected. */
export async function withDatabase(
  work: (database: TestDatabase) => Promise<void>,
  { major = 18, server, template = 'template0' }: DatabaseOptions = {},
): Promise<void> {
  const { host, port } = server ?? (await testServer(major))
  const name = `test_${randomBytes(6).toString('hex')}`
  const admin = { host, port, user: 'postgres', database: 'postgres' }
  const strategy = major >= 15 ? ' STRATEGY file_copy' : ''
  const execute = server ? executeOnce : executeInTurn
  await execute(admin, `CREATE DATABASE ${name} TEMPLATE ${template}${strategy}`)
  const clients: Client[] = []
  try {
    await work(testDatabase({ ...admin, database: name }, major, clients))
  } finally {
    await Promise.all(clients.map((client) => client.end().catch(alreadyGone)))
    await execute(admin, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  }
}

function testDatabase(
  connection: TestDatabase['connection'],
  major: number,
  clients: Client[],
): TestDatabase {
  const client = async () => {
    const one = new Client(connection)
    one.on('error', alreadyGone)
    clients.push(one)
    await one.connect()
    return one
  }
  let shared: Promise<Client> | undefined
  return {
    url: addressOf(connection),
    name: connection.database,
    connection,
    major,
    client,
    async query<Row extends QueryResultRow>(sql: string, values: readonly unknown[] = []) {
      shared ??= client().then((one) => one.once('end', () => (shared = undefined)))
      const given = values.length === 0 ? undefined : [...values]
      return (await (await shared).query<Row>(sql, given)).rows
    },
  }
}

function addressOf({ host, port, user, database }: TestDatabase['connection']): string {
  return `postgres://${user}@/${database}?host=${encodeURIComponent(host)}&port=${port}`
}

/** Absent in the types of pg. */
type KeptClient = Client & Record<'ref' | 'unref', () => void>

/** Connections to the run's clusters, which stay as long as the process has something else to do. */
const admins = new Map<string, KeptClient>()
let turn: Promise<unknown> = Promise.resolve()

/** A connection for each database would cost as much as half of making it. */
function executeInTurn(connection: TestDatabase['connection'], sql: string): Promise<void> {
  const done = turn.then(() => executeKept(connection, sql))
  turn = done.catch(alreadyGone)
  return done
}

async function executeKept(connection: TestDatabase['connection'], sql: string): Promise<void> {
  const client = admins.get(connection.host) ?? (await keptClient(connection))
  client.ref()
  try {
    await client.query(sql)
  } finally {
    client.unref()
  }
}

async function keptClient(connection: TestDatabase['connection']): Promise<KeptClient> {
  const client = new Client(connection) as KeptClient
  client.on('error', alreadyGone)
  client.once('end', () => admins.delete(connection.host))
  await client.connect()
  admins.set(connection.host, client)
  return client
}

async function executeOnce(connection: TestDatabase['connection'], sql: string): Promise<void> {
  const client = new Client(connection)
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

/** A test may end its own connections, by pg_terminate_backend for one. */
function alreadyGone(): void {}
