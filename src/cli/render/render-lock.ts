import type { LockSession } from '../../run/lock/lock-sessions'
import type { Style } from '../text/style'
import { alignColumns } from '../text/table'
import { indented, instant, visible } from '../text/text'

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
    ...(one.script ? [['script', scriptOf(one.script)]] : []),
    // for a role that may not see more, the query's place says so
    [one.state === 'active' ? 'runs' : one.state, shownQuery(one)],
  ]
  return [renderLockSession(one), ...alignColumns(rows)]
}

function scriptOf({ revision, title, since }: NonNullable<LockSession['script']>): string {
  const name = title === '' ? revision : `${revision}_${title}`
  return since === null ? visible(name) : `${visible(name)}, since ${instant(since)}`
}

const longest = 120

/** What typetrek itself sends says less than the script's name, and so does what the lock's session asked last. */
function shownQuery({ query, role, applicationName, script }: LockSession): string {
  const isInternal =
    /\(run_id, revision, title/.test(query) ||
    (role === 'lock' && applicationName.startsWith('typetrek '))
  if (isInternal) return script ? '' : 'a script of typetrek'
  const text = visible(query).replace(/\s+/g, ' ')
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}
