import { eq } from '../../database/sql/operators'
import type { Session } from '../../database/postgres/session'
import type { SqlWork } from '../../script/parser/sql-work'
import type { Execution } from '../session/execution'

/** `CREATE INDEX CONCURRENTLY` and its like; undefined for all other statements. */
export function workConcurrently(sql: SqlWork, index: number): string | undefined {
  const what = sql.nonTransactional.find(({ statementIndex }) => statementIndex === index)?.what
  return what?.endsWith('CONCURRENTLY') ? what : undefined
}

/**
 * A procedure or a block may have committed a part before it stopped, and a partition may be detached
 * by half; an index that was not built is dropped before it is built again.
 */
export function mayRepeat(sql: SqlWork, index: number): boolean {
  const concurrent = workConcurrently(sql, index)
  if (concurrent !== undefined) return /^(?:CREATE|DROP) /.test(concurrent)
  return !['CALL', 'DO'].includes(sql.statements[index]?.words[0] ?? '')
}

/**
 * Runs what works CONCURRENTLY without typetrek's lock timeout. It waits for old transactions as long
 * as they last: its lock stops no reader and no writer, and giving way would leave an INVALID index, or
 * a partition half detached. A timeout that the script has set is the script's business.
 */
export async function withoutGivingWay<Result>(
  { work, context }: Execution,
  task: () => Promise<Result>,
): Promise<Result> {
  // what is set behind a pooler would be set in the pool
  if (work.pooled) return task()
  const configured = String(context.settings.lockTimeout)
  if ((await lockTimeoutOf(work)) !== configured) return task()
  await setLockTimeout(work, '0')
  try {
    return await task()
  } finally {
    if (!work.lost) await setLockTimeout(work, configured)
  }
}

async function lockTimeoutOf(work: Session): Promise<string | null | undefined> {
  const { rows } = await work.send(
    `SELECT setting AS typetrek FROM pg_catalog.pg_settings WHERE name ${eq} 'lock_timeout'`,
  )
  return rows[0]?.[0]
}

async function setLockTimeout(work: Session, value: string): Promise<void> {
  await work.send(`SELECT pg_catalog.set_config('lock_timeout', '${value}', false)`)
}
