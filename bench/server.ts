import { randomBytes } from 'node:crypto'
import { createServer, type AddressInfo } from 'node:net'
import { Client } from 'pg'
import { startTestServer, stopTestServer, type TestServer } from '../test/support/server'

/** A server with PostgreSQL's default durability. */
export interface BenchServer {
  port: number
  /** Gives `work` a fresh database. */
  withDatabase<Result>(work: (name: string) => Promise<Result>): Promise<Result>
  stop(): Promise<void>
}

/**
 * @param below where the data goes; default: memory, so that a slow disk hides no tool
 * @param more settings of the server
 */
export async function startBenchServer(
  major: number,
  below?: string,
  more: readonly string[] = [],
): Promise<BenchServer> {
  const port = await freePort()
  // the floor makes all of 10,000 scripts in one transaction, which locks each of their tables
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'max_connections=200',
    'max_locks_per_transaction=512',
    ...more,
  ]
  const server = await startTestServer(major, { settings, ...(below && { below }) })
  const stop = async () => {
    running.delete(stop)
    await stopTestServer(server)
  }
  running.add(stop)
  return {
    port,
    stop,
    async withDatabase(work) {
      const name = `bench_${randomBytes(6).toString('hex')}`
      await execute(server, `CREATE DATABASE ${name}`)
      try {
        return await work(name)
      } finally {
        await execute(server, `DROP DATABASE ${name} WITH (FORCE)`, 'CHECKPOINT')
      }
    },
  }
}

const running = new Set<() => Promise<void>>()

/** Stops whatever runs, for a program that is told to end. */
export async function stopServers(): Promise<void> {
  await Promise.all([...running].map((stop) => stop()))
}

export function urlOf(port: number, database: string): string {
  return `postgres://postgres@127.0.0.1:${port}/${database}`
}

async function execute({ host, port }: TestServer, ...statements: string[]): Promise<void> {
  const client = new Client({ host, port, user: 'postgres', database: 'postgres' })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle))
  const { port } = server.address() as AddressInfo
  await new Promise((settle) => server.close(settle))
  return port
}
