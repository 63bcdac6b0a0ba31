import { execFile } from 'node:child_process'
import { chmod, chown, mkdtemp, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { Client, type QueryResultRow } from 'pg'
import {
  type Cluster,
  createCluster,
  makeSocketFolder,
  type Server,
  startServer,
  stopServer,
} from '../../src/database/embedded/server/cluster'
import { serverUser } from '../../src/database/embedded/place/owner'
import { guard } from './guard'
import { freePort } from './pgbouncer'
import { programsOf } from './server'

/** A cluster that one test may treat badly: stop it, fill it, guard it. */
export interface OwnServer {
  cluster: Cluster
  /** Of TCP, at 127.0.0.1. */
  port: number
  /** Starts it, with further settings (`ssl=on`). */
  start(settings?: readonly string[]): Promise<Server>
  stop(): Promise<void>
  /** Makes a primary of a standby. */
  promote(): Promise<void>
  /** Writes a file into the data folder, as the server's own. */
  write(name: string, text: string): Promise<void>
  /** Runs SQL as the superuser, over the socket. */
  query<Row extends QueryResultRow = QueryResultRow>(sql: string, database?: string): Promise<Row[]>
  /** Another cluster with a copy of this one's data, which must be stopped. */
  copy(): Promise<OwnServer>
}

export interface OwnServerOptions {
  major?: number
  /** Where the data goes; default: a new folder. */
  folder?: string
}

/** Gives a test a cluster of its own, stopped and removed afterwards; it is not started yet. */
export async function withOwnServer(
  work: (server: OwnServer) => Promise<void>,
  { major = 18, folder }: OwnServerOptions = {},
): Promise<void> {
  const ends: (() => Promise<void>)[] = []
  const root = await mkdtemp(join(await realpath(tmpdir()), 'typetrek-own-'))
  await chmod(root, 0o711)
  try {
    const user = await serverUser()
    const native = await programsOf(major, user, root)
    const log = join(root, 'log')
    await writeFile(log, '')
    const cluster: Cluster = { native, major, data: join(folder ?? root, 'data'), log, user }
    const server = await ownServer(cluster, root, ends)
    await createCluster(cluster, ['--no-sync'])
    await work(server)
  } finally {
    for (const end of ends) await end()
    await rm(root, { recursive: true, force: true })
  }
}

async function ownServer(
  cluster: Cluster,
  root: string,
  ends: (() => Promise<void>)[],
): Promise<OwnServer> {
  const sockets = await makeSocketFolder(cluster.user)
  guard([root, sockets], cluster.data)
  const port = await freePort()
  const pid = async () => {
    const file = await readFile(join(cluster.data, 'postmaster.pid'), 'utf8').catch(() => '')
    return Number(file.split('\n')[0]) || undefined
  }
  const stop = async () => {
    const running = await pid()
    if (running !== undefined) await stopServer({ pid: running })
  }
  const write = async (name: string, text: string) => {
    // the server takes a file away as soon as it finds one: it must be whole by then
    const made = join(dirname(cluster.data), `${name}.new`)
    await writeFile(made, text, { mode: 0o600 })
    if (cluster.user) await chown(made, cluster.user.uid, cluster.user.gid)
    await rename(made, join(cluster.data, name))
  }
  ends.push(stop, () => rm(sockets, { recursive: true, force: true }))
  return {
    cluster,
    port,
    async start(settings = []) {
      const own = ['listen_addresses=127.0.0.1', `port=${port}`, 'fsync=off', ...settings]
      return startServer(cluster, join(sockets, 'server'), own)
    },
    stop,
    async promote() {
      await write('promote', '')
      const running = await pid()
      if (running !== undefined) process.kill(running, 'SIGUSR1')
    },
    write,
    async query<Row extends QueryResultRow>(sql: string, database = 'postgres') {
      const client = new Client({ host: join(sockets, 'server'), port, user: 'postgres', database })
      await client.connect()
      try {
        return (await client.query<Row>(sql)).rows
      } finally {
        await client.end()
      }
    },
    async copy() {
      const data = join(root, `copy-${ends.length}`)
      await promisify(execFile)('cp', ['-a', cluster.data, data])
      return ownServer({ ...cluster, data }, root, ends)
    },
  }
}
