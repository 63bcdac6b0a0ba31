import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { chmod, chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { serverUser, type ServerUser } from '../../src/database/embedded/place/owner'
import type { TestDatabase } from './database'

export type PoolMode = 'transaction' | 'session'

/** A pooler of a test's own in front of the test's database. */
export interface Pooler {
  /** The test's database through the pooler. */
  url: string
  connection: { host: string; port: number; user: string; database: string }
  /** Ends it as a crash would. */
  kill(): Promise<void>
}

export interface PoolerOptions {
  mode: PoolMode
  /** Server connections that it opens at most. */
  size: number
  /** Further lines of its `[pgbouncer]` section. */
  more?: readonly string[]
}

/** PgBouncer, on PATH or where Debian keeps it. */
export async function findPgBouncer(): Promise<string | undefined> {
  for (const path of ['pgbouncer', '/usr/sbin/pgbouncer']) {
    const found = await promisify(execFile)(path, ['--version']).catch(() => undefined)
    if (found) return path
  }
  return undefined
}

/** Starts PgBouncer as an ordinary user on a free port; it is gone afterwards. */
export async function withPooler(
  program: string,
  { connection }: TestDatabase,
  { mode, size, more = [] }: PoolerOptions,
  work: (pooler: Pooler) => Promise<void>,
): Promise<void> {
  const user = await serverUser()
  const folder = await mkdtemp('/tmp/typetrek-pooler-')
  const own = { ...connection, host: '127.0.0.1', port: await freePort() }
  const settings = [
    '[databases]',
    `* = host=${connection.host} port=${connection.port} user=${connection.user}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${own.port}`,
    'unix_socket_dir =',
    'auth_type = any',
    `pool_mode = ${mode}`,
    `default_pool_size = ${size}`,
    'max_client_conn = 200',
    // Debian's build may look for it; nothing of ours needs one
    'ignore_startup_parameters =',
    ...more,
  ]
  await writeFile(join(folder, 'pooler.ini'), settings.join('\n') + '\n')
  if (user) await chown(folder, user.uid, user.gid)
  await chmod(folder, 0o755)
  const child = await start(program, folder, user)
  try {
    await answering(own, child, folder)
    const address = `postgres://${own.user}@127.0.0.1:${own.port}/${own.database}`
    await work({ url: address, connection: own, kill: () => ended(child) })
  } finally {
    await ended(child)
    await rm(folder, { recursive: true, force: true })
  }
}

async function start(
  program: string,
  folder: string,
  user: ServerUser | undefined,
): Promise<ChildProcess> {
  const child = spawn(program, ['-q', join(folder, 'pooler.ini')], {
    ...user,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const log: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => {
    log.push(chunk)
    if (log.length > 50) log.shift()
  })
  child.once('exit', (code) => {
    if (code) process.stderr.write(`pgbouncer ended with ${code}: ${Buffer.concat(log).toString()}`)
  })
  return child
}

async function answering(
  connection: Pooler['connection'],
  child: ChildProcess,
  folder: string,
): Promise<void> {
  for (const limit = Date.now() + 120_000; Date.now() < limit; await sleep(30)) {
    if (child.exitCode !== null) break
    const client = new Client(connection)
    const up = await client.connect().then(
      () => true,
      () => false,
    )
    if (!up) continue
    await client.end()
    return
  }
  throw new Error(
    `pgbouncer does not answer: ${await readFile(join(folder, 'pooler.ini'), 'utf8')}`,
  )
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = new Promise((done) => child.once('exit', done))
  child.kill('SIGKILL')
  await exit
}

/**
 * A port of 127.0.0.1 that nobody listens at; below those that the system gives to connections, so that
 * none of them takes it before the server is started that it is for.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_000)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer()
    server.once('error', () => done(false))
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)))
  })
}
