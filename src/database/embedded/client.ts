import { spawn } from 'node:child_process'
import { open, readFile, stat, truncate } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { MigrationError } from '../../errors'
import { isAbsent } from '../../absence'
import { ensureDatabase } from './create-database'
import { findState, type Home, openHome } from './place/home'
import type { SupervisorTask } from './supervisor-process'
import { holder } from './place/folder-lock'
import { requireSafePath } from './place/safe-path'
import { type TidyRequest, type SupervisorAnswer, type Hello, receive, send } from './protocol'

export interface EmbeddedRequest {
  /** Folder of the embedded server, relative to `here`; made when it is not there. */
  path: string
  /** Database in the server; made when it is not there. */
  database: string
  /** PostgreSQL's major version for a new server; another one than an existing server's is an error. */
  major?: number | undefined
  /** The project's folder: its `node_modules` are searched first. */
  here: string
  /** The settings file that names the folder, where one does. */
  ini?: string | undefined
  /** False: the database is not made; `lease.exists` says whether it is there. */
  create?: boolean
  /** True: the server keeps nothing safe from a power cut, and is quicker for it. Whoever starts it decides. */
  throwAway?: boolean
  /** Milliseconds that the server stays after the last user has gone; default: 1 s. */
  keep?: number | undefined
}

/** Somebody's use of an embedded server, which runs at least as long. */
export interface EmbeddedLease {
  /** For pg's Client. `host` is the folder of a unix socket that only this user can enter. */
  readonly connection: { host: string; port: number; user: string; database: string }
  /** The server's major version. */
  readonly major: number
  /** False: the database is not there (only with `create: false`). */
  readonly exists: boolean
  /**
   * Lets the server go; it stops soon after the last user has.
   * @param tidy what the supervisor is to do afterwards, as far as it can
   */
  release(tidy?: TidyRequest): Promise<void>
}

interface Attachment {
  socket: Socket
  server: { host: string; port: number; major: number }
}

/** initdb on a slow disk, or the recovery after a power cut. */
const patience = 90_000

/**
 * Uses the embedded server at a path: one server for any number of processes at once, started by
 * whoever comes first, stopped after the last has released it or died. Writes below `path`, under
 * root also below `/var/lib/typetrek` (else `/var/tmp/typetrek`), and makes sockets in `/tmp`.
 * A lease does not keep the process alive. Refuses a folder that another user could replace.
 * @throws {MigrationError} EMBEDDED_UNAVAILABLE (no programs, no user to run them as), EMBEDDED_FAILED
 */
export async function acquireEmbedded(request: EmbeddedRequest): Promise<EmbeddedLease> {
  const { database, major, here, create = true, throwAway } = request
  const path = resolve(here, request.path)
  await requireSafePath(path, request.ini)
  const home = await openHome(path)
  const task: SupervisorTask = { ...home, here: resolve(here), major, throwAway }
  const hold = new Hold(task, { major, keep: request.keep })
  const { server } = await hold.attach()
  const connection = { host: server.host, port: server.port, user: 'postgres', database }
  try {
    const exists = await ensureDatabase(connection, create)
    return {
      connection,
      major: server.major,
      exists,
      release: (tidy) => hold.release(tidy),
    }
  } catch (error) {
    await hold.release()
    throw error
  }
}

/**
 * True when an embedded server has been made at this absolute path. Starts and writes nothing.
 * @throws {MigrationError} EMBEDDED_FAILED for a folder that another user could replace
 */
export async function embeddedExists(path: string, ini?: string): Promise<boolean> {
  await requireSafePath(path, ini)
  const state = await findState(path)
  if (state === undefined) return false
  return stat(join(state, 'data', 'PG_VERSION')).then(
    () => true,
    (error: unknown) => {
      if (isAbsent(error)) return false
      throw error
    },
  )
}

/** A connection to the supervisor, made again when the supervisor was killed. */
class Hold {
  private socket: Socket | undefined
  private released = false

  constructor(
    private readonly task: SupervisorTask,
    private readonly hello: Hello,
  ) {}

  /** @param background true: the wait does not keep the process alive */
  async attach(background = false): Promise<Attachment> {
    const attachment = await attach(this.task, this.hello, background)
    const { socket } = attachment
    if (this.released) socket.destroy()
    this.socket = socket
    socket.once('close', () => {
      // Without a supervisor the server runs on, and a failure to find a new one is not reported.
      if (!this.released) this.attach(true).catch(() => undefined)
    })
    return attachment
  }

  async release(tidy?: TidyRequest): Promise<void> {
    this.released = true
    const { socket } = this
    if (!socket || socket.destroyed) return
    if (tidy) send(socket, tidy)
    const closed = new Promise((settle) => socket.once('close', settle))
    if (tidy) socket.destroySoon()
    else socket.destroy()
    await closed
  }
}

/** Connects to the supervisor, and starts one whenever there is none. */
async function attach(
  task: SupervisorTask,
  hello: Hello,
  background: boolean,
): Promise<Attachment> {
  const tick = () => pause(15, undefined, { ref: !background })
  let supervisor: Promise<number | null> | undefined
  for (const limit = Date.now() + patience; Date.now() < limit;) {
    const current = await holder(task.state)
    const attachment = current?.alive ? await knock(current.folder, hello, background) : undefined
    if (attachment) return attachment
    if (!current?.alive) {
      const status = await Promise.race([(supervisor ??= startSupervisor(task)), tick()])
      if (typeof status === 'number' && status !== 0) throw await failed(task, status)
      if (status !== undefined) supervisor = undefined
    } else await tick()
  }
  throw await failed(task, undefined)
}

/** @returns undefined when the supervisor is not there yet, or just leaving */
async function knock(
  folder: string,
  hello: Hello,
  background: boolean,
): Promise<Attachment | undefined> {
  const socket = connect(join(folder, 'keeper'))
  if (background) socket.unref()
  socket.setTimeout(patience, () => socket.destroy())
  send(socket, hello)
  const answer = await receive<SupervisorAnswer>(socket).catch(() => undefined)
  if (answer && 'server' in answer) {
    socket.on('error', () => socket.destroy())
    socket.setTimeout(0)
    socket.unref()
    return { socket, server: answer.server }
  }
  socket.destroy()
  if (!answer) return undefined
  const { code, message, ...more } = answer.refused
  throw new MigrationError(code, message, more)
}

/** A process in a session of its own, which a terminal's signals do not reach. Gives its exit status. */
async function startSupervisor(task: SupervisorTask): Promise<number | null> {
  const log = await openLog(task)
  try {
    const { PATH, HOME, LANG, TZ } = process.env
    const child = spawn(
      process.execPath,
      [join(__dirname, 'supervisor-process.js'), JSON.stringify(task)],
      {
        cwd: '/',
        detached: true,
        stdio: ['ignore', log.fd, log.fd],
        env: { PATH, HOME, LANG, TZ },
      },
    )
    child.unref()
    return await new Promise((settle, fail) => {
      child.once('error', fail)
      child.once('exit', settle)
    })
  } finally {
    await log.close()
  }
}

const logPath = ({ state }: Home) => join(state, 'log')

async function openLog(home: Home) {
  const log = await open(logPath(home), 'a', 0o600)
  const { size } = await log.stat()
  if (size > 1 << 20) await truncate(logPath(home))
  return log
}

async function failed(home: Home, status: number | undefined): Promise<MigrationError> {
  const log = await readFile(logPath(home), 'utf8').catch(() => '')
  const fact =
    status === undefined
      ? `did not answer within ${patience / 1000} s`
      : `could not be started (its supervisor ended with ${status})`
  return new MigrationError('EMBEDDED_FAILED', `the embedded server ${fact}`, {
    detail: log.trimEnd().split('\n').slice(-15).join('\n'),
    hint: `See the log ${logPath(home)}, or set DATABASE_URL to the address of a PostgreSQL server of your own.`,
  })
}
