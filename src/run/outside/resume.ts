import { createHash, type Hash } from 'node:crypto'
import { MigrationError } from '../../errors'
import type { Entry } from '../../journal/model/entry'
import { insertRow, recordDone, rewriteClaim, takeOver } from '../../journal/model/claim'
import { readWritten } from '../../journal/model/write-times'
import { excerpt } from '../../script/position'
import type { PreparedStep, PreparedSql } from '../prepare/prepared-step'
import { labelOf } from '../../plan/notice'
import { claimRefused, type Execution } from '../session/execution'
import { settle } from './in-doubt'
import { inDoubt } from '../failure/unfinished'

/** Where a script outside a transaction begins or goes on. */
export interface Progress {
  /** Statements done; those that the script has now are the same. */
  done: number
  /** True when nobody knows whether the next one was done as well. */
  doubt: boolean
  /** The transaction that last wrote the entry before that statement began, where that is known. */
  since?: string | undefined
}

/**
 * Claims a script with a committed `running` row, or takes over the one that a dead run left.
 * @param skip how many statements that are recorded as done are skipped: all of them, or none
 */
export async function claimStatements(
  execution: Execution,
  prepared: PreparedSql,
  skip: number,
): Promise<Progress> {
  const { context, work } = execution
  const { resume } = prepared.step
  const again = skip === 0 && (resume?.statementsDone ?? 0) > 0
  if (resume?.outcome === 'running') {
    const {
      statementsDone: done,
      doneChecksum,
      since,
    } = await takeOverFrom(execution, prepared, resume)
    if (!again) checkPrefix(prepared, done, doneChecksum)
    await rewriteTaken(execution, prepared, resume)
    if (again) return fromStart(execution, prepared)
    return { done, doubt: done < prepared.sql.statements.length, since }
  }
  const done = skip
  checkPrefix(prepared, done, resume?.doneChecksum ?? null)
  const row = { outcome: 'running', statements_done: done, done_checksum: prefixOf(prepared, done) }
  const { error } = await work.send(insertRow(context.settings.journal, prepared.claim, row))
  if (error) throw execution.isClaimRefused(error) ? claimRefused(prepared.step.revision) : error
  return { done, doubt: false }
}

/** Nothing of what was recorded counts any more. */
async function fromStart({ context, work }: Execution, prepared: PreparedSql): Promise<Progress> {
  const text = recordDone(context.settings.journal, prepared.claim, 0, prefixOf(prepared, 0))
  const { error } = await work.send(text)
  if (error) throw error.code === '22012' ? claimRefused(prepared.step.revision) : error
  return { done: 0, doubt: false }
}

interface TakenOver {
  statementsDone: number
  doneChecksum: string | null
  since: string | undefined
}

/**
 * Takes over the entry of a dead run. The work's lock says that nothing of it runs in the server any more.
 * @throws {MigrationError} CLAIM_REFUSED when another was faster
 */
export async function takeOverFrom(
  execution: Execution,
  prepared: PreparedStep,
  { id, attempt }: Entry,
): Promise<TakenOver> {
  const { context, work } = execution
  const { journal } = context.settings
  const [claimed] = await work.query<{ written: string }>(readWritten(journal, id))
  const [row] = await work.query<{ statements_done: number; done_checksum: string | null }>(
    takeOver(journal, context.runId, id, attempt),
  )
  if (!row) throw claimRefused(prepared.step.revision)
  const { statements_done: statementsDone, done_checksum: doneChecksum } = row
  return { statementsDone, doneChecksum, since: attempt === 1 ? claimed?.written : undefined }
}

/** The entry describes the script as it is now; below what is done, its text may have changed. */
export async function rewriteTaken(
  { context, work }: Execution,
  { claim }: PreparedStep,
  { id }: Entry,
): Promise<void> {
  const { error } = await work.send(rewriteClaim(context.settings.journal, claim, id))
  if (error) throw error
}

/** What was done must still be what the script says, or going on would build something else. */
export function checkPrefix(prepared: PreparedSql, done: number, checksum: string | null): void {
  if (done === 0 || prefixOf(prepared, done) === checksum) return
  throw new MigrationError(
    'SCRIPT_CHANGED',
    `script ${labelOf(prepared.step)} was changed above the statement where it had stopped`,
    {
      file: prepared.part.file,
      detail: `${done} statements are done and cannot be undone.`,
      hint: 'Restore their text, and change only what comes after.',
    },
  )
}

const prefixes = new WeakMap<PreparedSql, { done: number; hash: Hash }>()

/**
 * A checksum of the statements done. It goes on from where it was last asked, or a script of thousands
 * of statements is hashed thousands of times.
 */
export function prefixOf(prepared: PreparedSql, done: number): string {
  const known = prefixes.get(prepared)
  const from = known && known.done <= done ? known : { done: 0, hash: createHash('sha256') }
  for (const { firstTokenStart, end } of prepared.sql.statements.slice(from.done, done)) {
    const text = prepared.sql.text.slice(firstTokenStart, end)
    from.hash.update(text.replaceAll('\r\n', '\n')).update('\0')
  }
  prefixes.set(prepared, { done, hash: from.hash })
  return from.hash.copy().digest('hex')
}

/**
 * Settles the statement that a dead run may have finished without saying so: by what a person answered,
 * else by the catalog.
 * @param atomic it is recorded in its own transaction, so that it would be recorded had it been done
 * @throws {MigrationError} SCRIPT_UNFINISHED when neither shows it
 */
export async function settleDoubt(
  execution: Execution,
  prepared: PreparedSql,
  { done, since }: Progress,
  atomic: boolean,
): Promise<'done' | 'not done'> {
  if (prepared.step.answer) return prepared.step.answer
  if (atomic) return 'not done'
  const { firstTokenStart, end } = prepared.sql.statements[done]!
  const text = prepared.sql.text.slice(firstTokenStart, end)
  const verdict = await settle(execution.work, text, since)
  if (verdict !== 'unknown') return verdict
  throw doubtAt(prepared, done)
}

/** The refusal to guess, with the statement's place. */
function doubtAt({ step, part, sql }: PreparedSql, index: number): MigrationError {
  const { firstTokenStart } = sql.statements[index]!
  return inDoubt(step, index, {
    file: part.file,
    ...excerpt(part.text, firstTokenStart, part.line),
  })
}
