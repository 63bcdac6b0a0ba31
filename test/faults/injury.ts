import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../support/history-random'
import type { Guard, Passage, PassingMessage, ProxiedConnection } from '../support/proxy'
import { shut } from './gates'
import type { MigrateProcess } from './process'
import type { Stage } from './stage'
import { isHeld, isTakenOver, strike, type Fault } from './strike'

/** Where it is done: around one exchange with the server, or while a backend waits at a gate. */
export type Point =
  | {
      /** The connection's number and the exchange's. */
      exchange: readonly [number, number]
      /** `asked`: before the server has it; `answered`: it is done, the answer is not delivered. */
      when: Moment
    }
  | {
      gate: number
      /** When whoever waits there may go on: before the rerun begins, or while it runs. */
      opens: 'before the rerun' | 'during the rerun'
    }

const moments = ['asked', 'half asked', 'half answered', 'answered'] as const
type Moment = (typeof moments)[number]

/** A migrator that was hurt. */
export interface Wounded {
  /** False when the point was never reached. */
  struck: boolean
  /** To be called when the rerun starts: lets go on what should go on while it runs. */
  during(): Promise<void>
  /** To be called after the rerun: ends with the migrator, and returns its output. */
  after(): Promise<string>
}

/** Does one fault at one point. */
export interface Injury {
  guard: Guard
  /** Runs the scenario's command, hurts it, and returns when the rerun may start. */
  run(stage: Stage): Promise<Wounded>
}

export function injuryAt(point: Point, fault: Fault): Injury {
  return 'gate' in point ? atGate(point.gate, point.opens, fault) : atExchange(point, fault)
}

function atGate(gate: number, opens: string, fault: Fault): Injury {
  return {
    guard: () => 'pass',
    async run(stage) {
      const shutGate = await shut(stage.database, gate)
      const migrator = stage.start()
      const backend = await shutGate.arrived(() => migrator.over)
      if (backend !== undefined) {
        const own = stage.proxy.connections.find(({ pid }) => pid === backend)
        await strike(fault, stage, migrator, own)
      }
      const late = opens === 'during the rerun' || isHeld(fault)
      if (!late || fault === 'lock session terminated') await shutGate.open()
      if (!isTakenOver(fault)) await migrator.ended
      return {
        struck: backend !== undefined,
        during: async () => {
          await untilBlocked(stage)
          await shutGate.open()
        },
        after: () => wake(migrator),
      }
    },
  }
}

function atExchange(point: Exclude<Point, { gate: number }>, fault: Fault): Injury {
  const [number, exchange] = point.exchange
  const struck = signal()
  const released = signal()
  let hurt: ((connection: ProxiedConnection) => Promise<void>) | undefined
  const guard: Guard = async (message) => {
    const { connection } = message
    const there = connection.number === number && message.exchange === exchange
    if (struck.given || !there || !isAt(message, point.when)) return disguised(message, fault)
    if (point.when.startsWith('half') && fault.includes('cut')) {
      struck.give()
      return { bytes: Math.ceil(message.bytes.length / 2) }
    }
    const hurting = hurt?.(connection)
    struck.give(hurting)
    await hurting
    if (isHeld(fault)) await released.promise
    return isCut(fault) ? 'cut' : 'pass'
  }
  return {
    guard,
    async run(stage) {
      const migrator = stage.start()
      hurt = (connection) => strike(fault, stage, migrator, connection)
      await Promise.race([migrator.ended, isTakenOver(fault) ? struck.promise : migrator.ended])
      // the migrator may end while the server is still on its way up
      if (struck.given) await struck.promise
      return {
        struck: struck.given,
        during: async () => {
          if (isHeld(fault)) await untilBlocked(stage)
          released.give()
        },
        after: () => wake(migrator),
      }
    },
  }
}

/** Something that happens once, and may take its time. */
function signal() {
  let resolve: (value?: Promise<void>) => void = () => undefined
  const promise = new Promise<void>((done) => (resolve = done as typeof resolve))
  return {
    promise,
    given: false,
    give(value?: Promise<void>) {
      this.given = true
      resolve(value)
    },
  }
}

const isCut = (fault: Fault) => /cut|SIGKILL/.test(fault)

/** A pooler's greeting names a process id that is no backend's. */
function disguised({ from, type, bytes }: PassingMessage, fault: Fault): Passage {
  if (!fault.includes('pooler') || from === 'client' || type !== 'K') return 'pass'
  const other = Buffer.from(bytes)
  other.writeInt32BE(bytes.readInt32BE(5) ^ 0x40000000, 5)
  return { instead: other }
}

function isAt({ from, type }: PassingMessage, when: Moment): boolean {
  if (when === 'asked' || when === 'half asked') return from === 'client' && /[QS]/.test(type)
  return from === 'server' && (when === 'half answered' || type === 'Z')
}

async function wake({ child, ended }: MigrateProcess): Promise<string> {
  child.kill('SIGCONT')
  return (await ended).output
}

/** Waits for the rerun to end, or to come to where it waits for the migrator that was hurt. */
async function untilBlocked({ database, told, ...stage }: Stage): Promise<void> {
  for (const end = Date.now() + 3000; Date.now() < end && !stage.over; await sleep(20)) {
    const rows = await database.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
        AND wait_event <> 'advisory' AND application_name LIKE 'typetrek%'`,
    )
    if (rows.length > 0 || told().includes('waiting:')) return
  }
}

/** Picks a point of a scenario: an exchange of an undisturbed run, or a gate. */
export function pickPoint(
  random: Random,
  exchanges: readonly number[],
  gates: readonly number[],
): Point {
  if (random.chance(0.5)) {
    const opens = random.chance(0.5) ? 'before the rerun' : 'during the rerun'
    return { gate: random.pick(gates), opens }
  }
  const connection = random.below(exchanges.length)
  const exchange = random.below(exchanges[connection] ?? 1)
  return { exchange: [connection, exchange], when: random.pick(moments) }
}

/** Picks one of the exchanges on the connection that works, before the server has it. */
export function pickMessage(random: Random, exchanges: readonly number[]): Point {
  return { exchange: [1, random.below(exchanges[1] ?? 1)], when: 'asked' }
}
