import { lstat, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { MigrationError } from '../../errors'
import { isAbsent } from '../../absence'
import { makeSocketFolder } from './server/cluster'
import { clearAbandoned, type Home, isAbandoned } from './place/home'
import { holder, takeLock } from './place/folder-lock'
import {
  type TidyRequest,
  type Hello,
  receive,
  receiveTidyRequest,
  refusal,
  send,
} from './protocol'
import { Supervisor } from './supervisor'
import { tidyDatabases } from './tidy-databases'

/** What a supervisor is started with, as JSON in its first argument. */
export interface SupervisorTask extends Home {
  here: string
  major?: number | undefined
  throwAway?: boolean | undefined
}

/** Commands come one after the other; a server is worth keeping for the next one. */
const shortest = 1000
/** Who started the supervisor may need this long to come. */
const welcome = 10_000
const watch = 500

/** Holds a state folder's lock and its server for as long as somebody is connected. */
class SupervisorProcess {
  private readonly users = new Set<Socket>()
  private readonly door = createServer((socket) => this.enter(socket))
  private leaving: NodeJS.Timeout | undefined
  private ending = false
  private linger = shortest
  private tidied: Promise<void> = Promise.resolve()

  constructor(
    private readonly task: SupervisorTask,
    private readonly folder: string,
    private readonly supervisor: Supervisor,
  ) {}

  async open(): Promise<void> {
    const place = join(this.folder, 'keeper')
    await rm(place, { force: true })
    await new Promise<void>((settle, fail) => {
      this.door.once('error', fail)
      this.door.listen(place, settle)
    })
    this.leaveIn(welcome)
    setInterval(() => void this.look().catch(this.fail), watch)
    if (this.task.user) await clearAbandoned()
  }

  private enter(socket: Socket): void {
    this.users.add(socket)
    clearTimeout(this.leaving)
    receiveTidyRequest(socket).then((request) => request && this.tidy(request), console.error)
    socket.once('close', () => {
      this.users.delete(socket)
      if (this.users.size === 0) this.leaveIn(this.linger)
    })
    this.serve(socket).catch((error: unknown) => {
      if (!socket.destroyed) send(socket, refusal(error))
      socket.end()
      if (this.supervisor.idle) this.leaveIn(100)
    })
  }

  private async serve(socket: Socket): Promise<void> {
    const { major, keep = shortest } = await receive<Hello>(socket)
    this.linger = Math.max(shortest, keep)
    socket.on('error', () => socket.destroy())
    const server = await this.supervisor.up()
    if (major !== undefined && major !== server.major)
      throw new MigrationError(
        'EMBEDDED_FAILED',
        `the embedded database was created by PostgreSQL ${server.major}, and ${major} was asked for`,
        { hint: `Ask for major ${server.major}, or name another folder in \`embedded:PATH\`.` },
      )
    if (!socket.destroyed) send(socket, { server: { ...server } })
  }

  /** One user's databases after the other's. */
  private tidy(request: TidyRequest): void {
    const work = async () => {
      if (!this.ending) await tidyDatabases(await this.supervisor.up(), request)
    }
    this.tidied = this.tidied.then(work).catch(console.error)
  }

  private leaveIn(milliseconds: number): void {
    clearTimeout(this.leaving)
    this.leaving = setTimeout(() => void this.end().catch(this.fail), milliseconds)
  }

  /** A server that was killed is started again for those who use it; one whose folder is gone is stopped. */
  private async look(): Promise<void> {
    if (this.ending) return
    if (this.users.size > 0) {
      if (!(await this.supervisor.isUp())) await this.supervisor.up()
    } else if (await isAbandoned(this.task)) await this.end()
  }

  async end(): Promise<void> {
    if (this.ending) return
    this.ending = true
    this.door.close()
    for (const socket of this.users) socket.destroy()
    await this.supervisor.down()
    await rm(this.folder, { recursive: true, force: true })
    process.exit(0)
  }

  readonly fail = (error: unknown): void => {
    console.error(error)
    process.exit(1)
  }
}

async function main(task: SupervisorTask): Promise<void> {
  process.umask(0o077)
  const last = await holder(task.state)
  if (last?.alive) return
  // A dead supervisor's folder is taken over: its server, and its users, know the sockets there.
  const inherited = last && (await isOurs(last.folder)) ? last.folder : undefined
  const folder = inherited ?? (await makeSocketFolder(task.user))
  if (!(await takeLock(task.state, folder))) {
    if (!inherited) await rm(folder, { recursive: true })
    return
  }
  const supervisor = new Supervisor(task, task, join(folder, 'server'))
  const own = new SupervisorProcess(task, folder, supervisor)
  process.on('SIGINT', () => {})
  process.on('SIGHUP', () => {})
  process.on('SIGTERM', () => void own.end().catch(own.fail))
  await own.open()
}

async function isOurs(folder: string): Promise<boolean> {
  const found = await lstat(join(folder, 'server')).catch((error: unknown) => {
    if (isAbsent(error)) return undefined
    throw error
  })
  return found !== undefined && (await lstat(folder)).uid === process.getuid?.()
}

main(JSON.parse(process.argv[2] ?? '') as SupervisorTask).catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
