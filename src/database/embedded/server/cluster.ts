import { spawn } from 'node:child_process'
import { chmod, chown, mkdir, mkdtemp, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { MigrationError } from '../../../errors'
import { isAbsent } from '../../../absence'
import type { ServerUser } from '../place/owner'
import { isAlive, isServerOf } from '../place/process'

/** A cluster: PostgreSQL's programs, its data, and whom it runs as. */
export interface Cluster {
  /** Folder that holds `bin`, `lib` and `share`. */
  native: string
  major: number
  /** Absolute path of the data folder. */
  data: string
  /** Existing file that the programs' output is appended to. */
  log: string
  user: ServerUser | undefined
}

/** A server that answers, as its own `postmaster.pid` describes it. */
export interface Server {
  pid: number
  /** Folder of the unix socket, to connect to as a host. */
  host: string
  port: number
}

/** Starting may replay a long log after a crash. */
const startLimit = 60_000
const stopLimit = 10_000

/**
 * Makes a new cluster in `data`, complete or not there at all: initdb works in a folder beside it
 * that is renamed into place. Superuser `postgres`, UTF-8, collation C, no password.
 * @throws {MigrationError} EMBEDDED_FAILED
 */
export async function createCluster(
  cluster: Cluster,
  extra: readonly string[] = [],
): Promise<void> {
  const side = await mkdtemp(`${cluster.data}.new-`)
  if (cluster.user) await chown(side, cluster.user.uid, cluster.user.gid)
  const args = ['-D', side, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8']
  const child = await launch(cluster, 'initdb', [...args, ...locale(cluster.major), ...extra])
  const failure = await new Promise<string | undefined>((settle) => {
    child.once('error', (error) => settle(error.message))
    child.once('close', (code, signal) =>
      settle(code === 0 ? undefined : `initdb ended with ${code ?? signal}`),
    )
  })
  if (failure === undefined) return rename(side, cluster.data)
  await rm(side, { recursive: true, force: true })
  throw await failed(cluster, failure)
}

/** The same everywhere: code point order, and letters that know their case. */
function locale(major: number): string[] {
  if (major >= 17) return ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  return process.platform === 'linux' ? ['--locale=C', '--lc-ctype=C.UTF-8'] : ['--locale=C']
}

/**
 * Starts a cluster's server in a session of its own, which a terminal's signals do not reach, and
 * waits until it answers. It listens only at a unix socket in `sockets`.
 * @param settings server settings, `fsync=off`
 * @throws {MigrationError} EMBEDDED_FAILED
 */
export async function startServer(
  cluster: Cluster,
  sockets: string,
  settings: readonly string[] = [],
): Promise<Server> {
  const all = ['listen_addresses=', `unix_socket_directories=${sockets}`, 'port=5432', ...settings]
  const child = await launch(cluster, 'postgres', [
    '-D',
    cluster.data,
    ...all.flatMap((setting) => ['-c', setting]),
  ])
  let end: string | undefined
  child.once('error', (error) => (end = error.message))
  child.once('exit', (code, signal) => (end = `postgres ended with ${code ?? signal}`))
  child.unref()
  for (const limit = Date.now() + startLimit; Date.now() < limit; await pause(10)) {
    if (end !== undefined) throw await failed(cluster, end)
    const file = await postmasterFile(cluster.data)
    if (file?.ready && file.pid === child.pid) return file
  }
  throw await failed(cluster, `postgres was not ready after ${startLimit / 1000} s`)
}

/** The server that runs on a data folder already, once it is ready; undefined: none does. */
export async function runningServer(cluster: Cluster): Promise<Server | undefined> {
  for (const limit = Date.now() + startLimit; Date.now() < limit; await pause(20)) {
    const file = await postmasterFile(cluster.data)
    if (!file || !(await isServerOf(file.pid, cluster.data))) return undefined
    if (file.ready) return file
  }
  throw await failed(cluster, `a running postgres was not ready after ${startLimit / 1000} s`)
}

/** Stops a server: open transactions are rolled back; one that does not stop is cut off. */
export async function stopServer({ pid }: { pid: number }): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (!(await isAlive(pid))) return
    process.kill(pid, signal)
    for (const limit = Date.now() + stopLimit; Date.now() < limit; await pause(10))
      if (!(await isAlive(pid))) return
  }
}

/** @see https://www.postgresql.org/docs/current/storage-file-layout.html (postmaster.pid) */
async function postmasterFile(data: string): Promise<(Server & { ready: boolean }) | undefined> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch((error: unknown) => {
    if (isAbsent(error)) return undefined
    throw error
  })
  const [pid, , , port, host, , , status] = text?.split('\n') ?? []
  if (!Number(pid)) return undefined
  return {
    pid: Number(pid),
    port: Number(port),
    host: host ?? '',
    ready: status?.trim() === 'ready',
  }
}

async function launch({ native, log, user }: Cluster, program: string, args: readonly string[]) {
  const output = await open(log, 'a')
  try {
    return spawn(join(native, 'bin', program), args, {
      ...user,
      cwd: '/',
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
      env: { LC_ALL: 'C', PATH: process.env['PATH'], TZ: process.env['TZ'] },
    })
  } finally {
    await output.close()
  }
}

async function failed({ log }: Cluster, fact: string): Promise<MigrationError> {
  const text = await readFile(log, 'utf8').catch(() => '')
  return new MigrationError('EMBEDDED_FAILED', `the embedded server failed: ${fact}`, {
    detail: text.trimEnd().split('\n').slice(-15).join('\n'),
    hint: `See the log ${log}, or set DATABASE_URL to the address of a PostgreSQL server of your own.`,
  })
}

/**
 * Makes a folder for unix sockets, short enough for the 107 bytes of an address, which only we and
 * the server's user can enter: `keeper` for our own, `server` for PostgreSQL's.
 */
export async function makeSocketFolder(user: ServerUser | undefined): Promise<string> {
  const folder = await mkdtemp('/tmp/typetrek-')
  await chmod(folder, user ? 0o711 : 0o700)
  const server = join(folder, 'server')
  await mkdir(server, { mode: 0o700 })
  if (user) await chown(server, user.uid, user.gid)
  return folder
}
