import type { QueryRunner } from 'typeorm'
import type { Session } from '../database/postgres/session'
import { MigrationError } from '../errors'
import { timeoutsFor } from '../run/context/session-settings'
import { heldBy } from '../run/failure/script-failure'
import type { Execution } from '../run/session/execution'
import { retried, sqlstateOf } from '../run/session/retry'

/**
 * Runs `task` in a transaction; one that meets a lock is rolled back and started again.
 * @param isCode it needs a QueryRunner, whose own count of transactions must agree
 */
export async function setUpTransaction(
  execution: Execution,
  isCode: boolean,
  task: (queryRunner: QueryRunner | undefined) => Promise<void>,
): Promise<void> {
  const { context, work } = execution
  const failed = await retried(context, async () => {
    const queryRunner = await begin(execution, isCode)
    const whole = async () => {
      await must(work, timeoutsFor(work, context.settings, { local: true }).join(';\n'))
      await task(queryRunner)
      await commit(work, queryRunner)
    }
    const watched = await execution.watched(whole(), { what: 'set-up' })
    if (!('error' in watched)) return undefined
    await rollBack(work, queryRunner)
    return { work: 'set-up', sqlstate: sqlstateOf(watched.error), ...watched }
  })
  if (!failed) return
  const { error, blocker } = failed
  throw asStopped(execution, error instanceof MigrationError ? heldBy(error, blocker) : error)
}

async function begin(
  { context, work }: Execution,
  isCode: boolean,
): Promise<QueryRunner | undefined> {
  if (!isCode) {
    await must(work, 'BEGIN')
    return undefined
  }
  const queryRunner = await context.database.queryRunner(work)
  await queryRunner.startTransaction()
  return queryRunner
}

async function commit(work: Session, queryRunner: QueryRunner | undefined): Promise<void> {
  if (!queryRunner) return must(work, 'COMMIT')
  while (queryRunner.isTransactionActive) await queryRunner.commitTransaction()
}

async function rollBack(work: Session, queryRunner: QueryRunner | undefined): Promise<void> {
  if (work.lost) return
  while (queryRunner?.isTransactionActive) await queryRunner.rollbackTransaction()
  if (work.status !== 'I') await work.send('ROLLBACK')
}

/** What failed because the caller stopped the run, as an interruption. */
export function asStopped(execution: Execution, error: unknown): unknown {
  return error instanceof MigrationError ? execution.asStopped(error) : error
}

/** Sends statements of typetrek's own; throws what the server refuses. */
export async function must(work: Session, text: string): Promise<void> {
  const { error } = await work.send(text)
  if (error) throw error
}
