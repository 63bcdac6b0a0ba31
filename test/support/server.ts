import { chmod, mkdtemp, readdir, realpath, rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { findBinaries } from '../../src/database/embedded/server/binaries'
import {
  type Cluster,
  createCluster,
  makeSocketFolder,
  type Server,
  startServer,
  stopServer,
} from '../../src/database/embedded/server/cluster'
import { placeBinaries, runnableInPlace } from '../../src/database/embedded/server/native'
import { type ServerUser, serverUser } from '../../src/database/embedded/place/owner'
import { isAlive } from '../../src/database/embedded/place/process'
import { guard } from './guard'
import { until } from './until'

/** A cluster for tests. It ends with the process that started it, at the latest. */
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
  'autovacuum=off',
  'checkpoint_timeout=1h',
  'max_connections=200',
]
const own = new Map<number, Promise<TestServer>>()

/** The run's cluster of a major version; undefined: it has none. */
function sharedServer(major: number): TestServer | undefined {
  const text = process.env[serversVariable]
  return (text ? (JSON.parse(text) as TestServer[]) : []).find((one) => one.major === major)
}

/** The cluster of a major version: the run's, or one of this process's own, made when first needed. */
export async function testServer(major: number): Promise<Server> {
  const shared = sharedServer(major)
  if (shared) return shared
  const started = own.get(major) ?? startTestServer(major)
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
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'typetrek-server-'))
  const memory = await mkdtemp(join(below ?? (await fastFolder()), 'typetrek-data-'))
  for (const one of [folder, memory]) await chmod(one, 0o711)
  const native = await programsOf(major, user, folder)
  const log = join(folder, 'log')
  await writeFile(log, '')
  const cluster: Cluster = { native, major, data: join(memory, 'data'), log, user }
  const sockets = await makeSocketFolder(user)
  const folders = [folder, memory, sockets]
  guard(folders, cluster.data)
  await createCluster(cluster, ['--no-sync'])
  await removeSpaceMaps(cluster.data)
  const server = await startServer(cluster, join(sockets, 'server'), settings)
  await connectToTemplate(server)
  return { ...server, major, folders, cluster, settings }
}

/** PostgreSQL's programs where the server's user may run them: the run's, or placed in the folder. */
export async function programsOf(
  major: number,
  user: ServerUser | undefined,
  folder: string,
): Promise<string> {
  const shared = sharedServer(major)
  if (shared) return shared.cluster.native
  const binaries = await findBinaries(__dirname, { major })
  const inPlace = user ? undefined : await runnableInPlace(binaries)
  return inPlace ?? (await placeBinaries(binaries, folder))
}

/** Half of the files of a database, which PostgreSQL does without until it makes them again. */
async function removeSpaceMaps(data: string): Promise<void> {
  const base = join(data, 'base')
  const names = await readdir(base, { recursive: true })
  const maps = names.filter((name) => /\d_(?:fsm|vm)$/.test(name))
  await Promise.all(maps.map((name) => rm(join(base, name))))
}

/** The first connection writes a file that the first one to every copy needs 3 ms to make. */
async function connectToTemplate({ host, port }: Server): Promise<void> {
  const on = (database: string) => new Client({ host, port, user: 'postgres', database })
  const admin = on('postgres')
  await admin.connect()
  await admin.query('ALTER DATABASE template0 ALLOW_CONNECTIONS true')
  const once = on('template0')
  await once.connect()
  await once.end()
  await admin.query('ALTER DATABASE template0 ALLOW_CONNECTIONS false')
  await admin.end()
}

/** Stops the cluster and removes all that it had. */
export async function stopTestServer(server: TestServer): Promise<void> {
  await stopServer(server)
  for (const folder of server.folders) await rm(folder, { recursive: true, force: true })
}

/** Stops it as a crash does, with SIGQUIT, and starts it again at the same socket; its pid is another one then. */
export async function crashTestServer(server: TestServer): Promise<void> {
  process.kill(server.pid, 'SIGQUIT')
  await until(async () => !(await isAlive(server.pid)))
  Object.assign(server, await startAgain(server))
}

/** The server refuses to start while the last backend of the one before is still there. */
async function startAgain({ cluster, host, settings }: TestServer): Promise<Server> {
  for (const end = Date.now() + 60_000; ; await pause(250)) {
    try {
      return await startServer(cluster, host, settings)
    } catch (error) {
      if (Date.now() > end) throw error
    }
  }
}

/** A disk needs 100 ms and more for each CREATE DATABASE, memory 10; for other files it is the same. */
export async function fastFolder(): Promise<string> {
  const free = await statfs('/dev/shm').then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  )
  return free > 4e9 ? '/dev/shm' : realpath(tmpdir())
}
