import type { Guard, PassingMessage, ProxiedConnection } from '../support/proxy'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../support/history-random'
import { shut } from './gates'
import type { MigrateProcess } from './process'
import type { Stage } from './stage'

/** What is done to a migrator at a point. */
export type Fault =
  | 'SIGKILL of the process'
  | 'socket cut'
  | 'every socket cut'
  | 'work session terminated'
  | 'lock session terminated'
  | 'both sessions terminated'

export const faults: readonly Fault[] = [
  'SIGKILL of the process',
  'socket cut',
  'every socket cut',
  'work session terminated',
  'lock session terminated',
  'both sessions terminated',
]

/** Where it is done: around one exchange with the server, or while a backend waits at a gate. */
export type Point =
  | {
      /** The connection's number and the exchange's. */
      exchange: readonly [number, number]
      /** `asked`: before the server has it; `answered`: it is done, the answer is not delivered. */
      when: 'asked' | 'half asked' | 'half answered' | 'answered'
    }
  | {
      gate: number
      /** When whoever waits there may go on: before the rerun begins, or while it runs. */
      opens: 'before the rerun' | 'during the rerun'
    }

/** Does one fault at one point, and ends with the migrator. Returns whether the point was reached. */
export interface Injury {
  guard: Guard
  /** Runs the scenario's command and hurts it. */
  run(stage: Stage): Promise<{ struck: boolean; output: string; afterwards: () => Promise<void> }>
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
      const early = opens === 'before the rerun' || !endsProcess(fault)
      if (early) await shutGate.open()
      const { output } = await migrator.ended
      const afterwards = async () => {
        if (early) return
        await untilBlocked(stage, 1500)
        await shutGate.open()
      }
      return { struck: backend !== undefined, output, afterwards }
    },
  }
}

/** Waits for the rerun to come to where it waits for the orphan, in whatever way it does. */
async function untilBlocked({ database, told }: Stage, patience: number): Promise<void> {
  for (const end = Date.now() + patience; Date.now() < end; await sleep(20)) {
    const rows = await database.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
        AND wait_event <> 'advisory' AND application_name LIKE 'typetrek%'`,
    )
    if (rows.length > 0 || told().includes('waiting:')) return
  }
}

/** The others leave a migrator that waits for its answer, and ends only when the gate lets it. */
function endsProcess(fault: Fault): boolean {
  return fault !== 'lock session terminated'
}

function atExchange(point: Exclude<Point, { gate: number }>, fault: Fault): Injury {
  const [number, exchange] = point.exchange
  let struck = false
  let hurt: ((connection: ProxiedConnection) => Promise<void>) | undefined
  const guard: Guard = async (message) => {
    const { connection } = message
    if (struck || connection.number !== number || message.exchange !== exchange) return 'pass'
    if (!isAt(message, point.when)) return 'pass'
    struck = true
    const half = point.when.startsWith('half')
    if (half && fault.includes('cut')) return { bytes: Math.ceil(message.bytes.length / 2) }
    await hurt?.(connection)
    return fault.includes('terminated') ? 'pass' : 'cut'
  }
  return {
    guard,
    async run(stage) {
      const migrator = stage.start()
      hurt = (connection) => strike(fault, stage, migrator, connection)
      const { output } = await migrator.ended
      return { struck, output, afterwards: () => Promise.resolve() }
    },
  }
}

function isAt({ from, type }: PassingMessage, when: string): boolean {
  if (when === 'asked' || when === 'half asked') return from === 'client' && /[QS]/.test(type)
  return from === 'server' && (when === 'half answered' || type === 'Z')
}

async function strike(
  fault: Fault,
  { database, proxy }: Stage,
  { child, ended }: MigrateProcess,
  connection: ProxiedConnection | undefined,
): Promise<void> {
  const [lock, work] = proxy.connections
  const terminate = async (...victims: (ProxiedConnection | undefined)[]) => {
    for (const victim of victims) {
      if (victim) await database.query('SELECT pg_terminate_backend($1, 5000)', [victim.pid])
    }
  }
  switch (fault) {
    case 'SIGKILL of the process':
      child.kill('SIGKILL')
      await ended
      return
    case 'socket cut':
      return connection?.cut()
    case 'every socket cut':
      return proxy.cutAll()
    case 'work session terminated':
      return terminate(work)
    case 'lock session terminated':
      return terminate(lock)
    case 'both sessions terminated':
      return terminate(lock, work)
  }
}

const moments = ['asked', 'half asked', 'half answered', 'answered'] as const

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
