import { rmSync } from 'node:fs'
import { chmod, mkdtemp, realpath, rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { findBinaries } from '../../src/database/embedded/binaries'
import {
  type Cluster,
  createCluster,
  makeSocketFolder,
  type Server,
  startServer,
  stopServer,
} from '../../src/database/embedded/cluster'
import { placeBinaries, runnableInPlace } from '../../src/database/embedded/native'
import { serverUser } from '../../src/database/embedded/owner'
import { isAlive } from '../../src/database/embedded/process'

/** A cluster for tests, to be stopped by whoever started it. */
export interface TestServer extends Server {
  major: number
  folders: readonly string[]
  cluster: Cluster
  settings: readonly string[]
}

/** Environment variable in which run.js tells test files of the servers that it started. */
export const serversVariable = 'TYPETREK_TEST_SERVERS'

/** Keeps nothing safe. */
export const speed = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'max_connections=200',
]
const own = new Map<number, Promise<TestServer>>()

/** The cluster of a major version: the run's, or one of this process's own, made when first needed. */
export async function testServer(major: number): Promise<Server> {
  const text = process.env[serversVariable]
  const shared = (text ? (JSON.parse(text) as TestServer[]) : []).find((one) => one.major === major)
  if (shared) return shared
  const started = own.get(major) ?? startTestServer(major).then(stopAtExit)
  own.set(major, started)
  return started
}

export interface TestServerOptions {
  /** Server settings, `fsync=off`. Default: nothing is kept safe, since speed is all that counts. */
  settings?: readonly string[]
  /** Where the data goes; default: memory, where the machine has room. */
  below?: string
}

/** Starts a new cluster, to be stopped and removed with `stopTestServer`. */
export async function startTestServer(
  major: number,
  { settings = speed, below }: TestServerOptions = {},
): Promise<TestServer> {
  const user = await serverUser()
  const binaries = await findBinaries(__dirname, { major })
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'typetrek-server-'))
  const memory = await mkdtemp(join(below ?? (await fastFolder()), 'typetrek-data-'))
  for (const one of [folder, memory]) await chmod(one, 0o711)
  const inPlace = user ? undefined : await runnableInPlace(binaries)
  const native = inPlace ?? (await placeBinaries(binaries, folder))
  const log = join(folder, 'log')
  await writeFile(log, '')
  const cluster: Cluster = { native, major, data: join(memory, 'data'), log, user }
  await createCluster(cluster, ['--no-sync'])
  const sockets = await makeSocketFolder(user)
  const server = await startServer(cluster, join(sockets, 'server'), settings)
  return { ...server, major, folders: [folder, memory, sockets], cluster, settings }
}

/** Stops the cluster and removes all that it had. */
export async function stopTestServer(server: TestServer): Promise<void> {
  await stopServer(server)
  for (const folder of server.folders) await rm(folder, { recursive: true, force: true })
}

/** Stops it as a crash does, with SIGQUIT, and starts it again at the same socket; its pid is another one then. */
export async function crashTestServer(server: TestServer): Promise<void> {
  process.kill(server.pid, 'SIGQUIT')
  for (const end = Date.now() + 60_000; (await isAlive(server.pid)) && Date.now() < end;) {
    await pause(10)
  }
  Object.assign(server, await startAgain(server))
}

/** The server refuses to start while the last backend of the one before is still there. */
async function startAgain({ cluster, host, settings }: TestServer): Promise<Server> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startServer(cluster, host, settings)
    } catch (error) {
      if (attempt === 20) throw error
      await pause(250)
    }
  }
}

/** A disk needs 100 ms and more for each CREATE DATABASE, memory 10. */
async function fastFolder(): Promise<string> {
  const free = await statfs('/dev/shm').then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  )
  return free > 4e9 ? '/dev/shm' : realpath(tmpdir())
}

function stopAtExit(server: TestServer): TestServer {
  process.once('exit', () => {
    process.kill(server.pid, 'SIGQUIT')
    for (const folder of server.folders) rmSync(folder, { recursive: true, force: true })
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  return server
}
