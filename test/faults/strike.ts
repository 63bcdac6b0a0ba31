import type { ProxiedConnection } from '../support/proxy'
import type { MigrateProcess } from './process'
import type { Stage } from './stage'

/** What ends a migrator, one way or another. */
export const kills = [
  'SIGKILL of the process',
  'socket cut',
  'every socket cut',
  'work session terminated',
  'lock session terminated',
  'both sessions terminated',
] as const

/** What another migrator takes over from while it is not dead. */
export const sleeps = ['asleep (SIGSTOP), both sessions terminated, woken later'] as const

/** It goes on with a message that was on its way, when another has its lock. */
export const overtakings = ['lock lost with a message on its way'] as const
export const pooledOvertakings = ['the same behind a pooler: only the claims guard'] as const

export type Fault =
  | (typeof kills)[number]
  | (typeof sleeps)[number]
  | (typeof overtakings)[number]
  | (typeof pooledOvertakings)[number]
  | 'server stopped at once'

/** Its message is held back until the rerun has done what it can. */
export function isHeld(fault: Fault): boolean {
  return fault === overtakings[0] || fault === pooledOvertakings[0]
}

/** The rerun starts while the migrator is still there. */
export function isTakenOver(fault: Fault): boolean {
  return isHeld(fault) || fault === sleeps[0]
}

/** Does it. `connection` is the one whose message or whose backend is at the point. */
export async function strike(
  fault: Fault,
  { database, proxy, crash }: Stage,
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
    case overtakings[0]:
    case pooledOvertakings[0]:
      return terminate(lock)
    case 'both sessions terminated':
      return terminate(lock, work)
    case sleeps[0]:
      child.kill('SIGSTOP')
      return terminate(lock, work)
    case 'server stopped at once':
      return crash?.()
  }
}
