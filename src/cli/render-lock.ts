import type { LockSession } from '../run/unlock'
import type { Style } from './style'
import { alignColumns } from './table'
import { indented, instant, visible } from './text'

/** Who holds the lock, a block for each session; or that nobody does. Pure. */
export function renderLockSessions(
  sessions: readonly LockSession[],
  database: string,
  style: Style,
): string {
  const held = sessions.some(({ role }) => role === 'lock')
  const blocks = sessions.flatMap((one) => {
    const [head = '', ...more] = blockOf(one)
    return [`  ${style.bold(head)}`, ...more.map((line) => indented(line, '    '))]
  })
  return [style.bold(database), ...blocks, ...(held ? [] : ['nobody holds the lock'])].join('\n')
}

/** `backend 4711 holds the lock: typetrek ann@build-7 1b4e28ba-2fa1`. Pure. */
export function renderLockSession({ pid, role, applicationName }: LockSession): string {
  const does = role === 'lock' ? 'holds the lock' : 'does the work'
  const name = applicationName === '' ? '' : `: ${visible(applicationName)}`
  return `backend ${pid} ${does}${name}`
}

function blockOf(one: LockSession): string[] {
  const rows = [
    [
      'user',
      `${visible(one.user)}, ${one.client ?? (one.connectedAt === null ? 'address hidden' : 'local socket')}`,
    ],
    ['since', instant(one.since ?? one.connectedAt)],
    // a role that may not see more is told so in the query's place
    [one.state === 'active' ? 'runs' : one.state, visible(one.query)],
  ]
  return [renderLockSession(one), ...alignColumns(rows)]
}
