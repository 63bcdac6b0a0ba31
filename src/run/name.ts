/** What tells the sessions of one run from all others: it ends their application_name. */
export function runTag(runId: string): string {
  return runId.slice(0, 13)
}

/**
 * How a run's sessions are called in pg_stat_activity: `typetrek ann@build-7 1b4e28ba-2fa1`, within the
 * 63 bytes that the server keeps. Pure.
 */
export function sessionName(operator: string, runId: string): string {
  const tag = runTag(runId)
  const room = 63 - 'typetrek  '.length - tag.length
  const who = Array.from(operator.replace(/[^\x21-\x7e]+/g, '?'))
    .slice(0, room)
    .join('')
  return `typetrek ${who} ${tag}`
}
