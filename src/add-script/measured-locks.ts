import { MigrationError } from '../errors'
import type { Answers } from '../change/model/answers'
import type { Scratch } from '../scratch/scratch'
import { longLocks, unannouncedWork, type LockReport } from './measure/judge-locks'
import type { HeaderFacts } from './proof/header'
import type { Proof } from './proof/prove'
import type { FoundDifference } from './source/target-schema'

/** How locks are measured. */
export interface Measuring {
  online: Answers['online']
  onlineRows?: number
  progress?: (text: string) => void
  /** What a person should know is added to them. */
  notes: string[]
}

const rowsOfATable = 100_000

/**
 * A proof that holds, with the locks of an online change.
 * @throws {MigrationError} LOCKS_NOT_ANNOUNCED with each statement that breaks the rules
 */
export async function withLocks(
  scratch: Scratch,
  found: FoundDifference,
  proof: Proof,
  measuring: Measuring,
): Promise<HeaderFacts['proof']> {
  const locks = await measuredLocks(scratch, found, proof, measuring)
  return { ...proof, major: scratch.major, ...(locks && { locks }) }
}

/**
 * The locks that the scripts of an online change hold, seen on tables with many rows that others read and
 * write.
 * @returns undefined: the change is not online, or its tables take no rows
 * @throws {MigrationError} LOCKS_NOT_ANNOUNCED with each statement that breaks the rules
 */
async function measuredLocks(
  scratch: Scratch,
  { target, change }: FoundDifference,
  { wish }: Proof,
  { online, onlineRows = rowsOfATable, progress, notes }: Measuring,
): Promise<LockReport | undefined> {
  if (!online || !change) return undefined
  progress?.('measuring locks')
  const { measureLocks } = await import('./measure/measure-locks.js')
  const measured = {
    before: target.before,
    ...(target.is === 'schemas' && { after: target.after }),
    scripts: change.scripts,
    wish,
    rows: onlineRows,
  }
  const report = await measureLocks(scratch, measured).catch((error: unknown) => {
    if (!(error instanceof Error && 'severity' in error)) throw error
    notes.push(`Locks were not measured, since many rows stop a statement: ${error.message}.`)
    return undefined
  })
  const faults = report ? unannouncedWork(report) : []
  if (report && faults.length === 0) notes.push(...longLocks(report))
  if (faults.length === 0) return report
  throw new MigrationError(
    'LOCKS_NOT_ANNOUNCED',
    'a statement of the online scripts stops others',
    {
      detail: faults.join('\n'),
      hint: 'Leave out --online, or make this change by a script of your own.',
    },
  )
}
