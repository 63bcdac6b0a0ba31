import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { MigrationError } from '../../errors'
import { isAbsent } from '../../absence'
import { findBinaries } from './server/binaries'
import {
  type Cluster,
  createCluster,
  runningServer,
  type Server,
  startServer,
} from './server/cluster'
import { stopServer } from './server/cluster'
import type { Home } from './place/home'
import { copyData, quickPlace, removeCopy } from './server/memory'
import { placeBinaries, runnableInPlace } from './server/native'
import { isAlive, isTaken, processesIn } from './place/process'

const settings = ['max_connections=200', 'log_min_messages=log']
const careless = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'autovacuum=off',
  'jit=off',
  'min_wal_size=32MB',
  'max_wal_size=256MB',
]

/** What a new cluster, or a server that has to be started, should be like. */
interface ServerRequest {
  /** Folder whose `node_modules` are searched first. */
  here: string
  /** Version for a new cluster. */
  major?: number | undefined
  throwAway?: boolean | undefined
}

/** Keeps one cluster's server up, whatever state its folder was left in. Only the lock's holder has one. */
export class Supervisor {
  private server: Server | undefined
  private raising: Promise<Server> | undefined
  private cluster: Cluster | undefined
  /** Where the data stays; elsewhere than the running cluster's where that is a copy in memory. */
  private kept: Cluster | undefined

  /** @param sockets folder for the server's socket */
  constructor(
    private readonly home: Home,
    private readonly request: ServerRequest,
    private readonly sockets: string,
  ) {}

  /** The server that runs on the data, adopted or started when it has to be. */
  async up(): Promise<Server & { major: number }> {
    this.raising ??= this.raise().finally(() => (this.raising = undefined))
    const server = await this.raising
    return { ...server, major: this.cluster?.major ?? 0 }
  }

  /** False after a server that was up has died. */
  async isUp(): Promise<boolean> {
    return this.server === undefined || isAlive(this.server.pid)
  }

  /** True while there is no server and none on its way. */
  get idle(): boolean {
    return this.server === undefined && this.raising === undefined
  }

  /** Stops the server, also one that is on its way. */
  async down(): Promise<void> {
    await this.raising?.catch(() => undefined)
    if (this.server) await stopServer(this.server)
    if (this.cluster && this.cluster !== this.kept) await removeCopy(this.cluster)
  }

  private async raise(): Promise<Server> {
    if (this.server && (await isAlive(this.server.pid))) return this.server
    const { throwAway } = this.request
    const kept = (this.kept ??= await this.prepare())
    const cluster = (this.cluster = throwAway ? await quickPlace(kept) : kept)
    this.server = await runningServer(cluster)
    if (this.server) return this.server
    await clearLeftovers(cluster)
    for (const name of await readdir(this.sockets)) await rm(join(this.sockets, name))
    if (!(await hasControlFile(kept.data))) await createAnew(kept, throwAway)
    if (cluster !== kept) await copyData(kept, cluster)
    this.server = await start(cluster, this.sockets, throwAway)
    return this.server
  }

  private async prepare(): Promise<Cluster> {
    const { state, user } = this.home
    const { here, major } = this.request
    const data = join(state, 'data')
    const version = (await hasControlFile(data))
      ? await readFile(join(data, 'PG_VERSION'), 'utf8').catch(undefinedWhenAbsent)
      : undefined
    const made = version === undefined ? undefined : Number.parseInt(version, 10)
    const binaries = await findBinaries(here, { data: made, major })
    const inPlace = user ? undefined : await runnableInPlace(binaries)
    const native = inPlace ?? (await placeBinaries(binaries, state))
    return { native, major: binaries.major, data, log: join(state, 'log'), user }
  }
}

/** No server has the data: what processes and pid file an earlier one left would stop the next one. */
async function clearLeftovers({ data }: Cluster): Promise<void> {
  for (const limit = Date.now() + 10_000; Date.now() < limit; await pause(20)) {
    const orphans = await processesIn(data)
    if (orphans.length === 0) break
    for (const pid of orphans) process.kill(pid, 'SIGKILL')
  }
  const file = join(data, 'postmaster.pid')
  const text = await readFile(file, 'utf8').catch(undefinedWhenAbsent)
  const pid = Number.parseInt(text ?? '', 10)
  // PostgreSQL judges a free number's file itself, and better, since it names the shared memory; but it
  // takes any process of that number for a server, even a dead one that nobody waits for.
  if (text !== undefined && (!pid || isTaken(pid))) await rm(file)
}

/** A restart after a kill may meet processes of the old server that have not noticed yet. */
async function start(
  cluster: Cluster,
  sockets: string,
  throwAway: boolean | undefined,
): Promise<Server> {
  const all = throwAway ? [...settings, ...careless] : settings
  for (const limit = Date.now() + 10_000; ; await pause(200)) {
    try {
      return await startServer(cluster, sockets, all)
    } catch (error) {
      const detail = error instanceof MigrationError ? (error.detail ?? '') : ''
      if (!detail.includes('pre-existing shared memory block') || Date.now() > limit) throw error
    }
  }
}

async function createAnew(cluster: Cluster, throwAway: boolean | undefined): Promise<void> {
  const state = join(cluster.data, '..')
  for (const name of await readdir(state))
    if (name.startsWith('data.new-')) await rm(join(state, name), { recursive: true, force: true })
  await removeHalfMade(cluster.data)
  await createCluster(cluster, throwAway ? ['--no-sync'] : [])
}

/** Without a control file no cluster can be started, so nothing in it can be lost. */
async function removeHalfMade(data: string): Promise<void> {
  const names = await readdir(data).catch((error: unknown) => {
    if (isAbsent(error)) return undefined
    throw error
  })
  if (!names) return
  const known = ['PG_VERSION', 'base', 'global', 'pg_wal', 'postmaster.pid', 'postgresql.conf']
  if (names.length > 0 && !names.some((name) => known.includes(name)))
    throw new MigrationError('EMBEDDED_FAILED', `${data} is not a data folder of PostgreSQL`, {
      hint: 'Name another folder in `embedded:PATH`.',
    })
  await rm(data, { recursive: true })
}

async function hasControlFile(data: string): Promise<boolean> {
  const found = await stat(join(data, 'global', 'pg_control')).catch(undefinedWhenAbsent)
  return found !== undefined && found.size > 0
}

function undefinedWhenAbsent(error: unknown): undefined {
  if (!isAbsent(error)) throw error
}
