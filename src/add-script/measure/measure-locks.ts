import type { Pool } from 'pg'
import { fillCopy, type RowsWish } from '../../sample-rows/filled-copy'
import { readTables, type TableFacts } from '../../sample-rows/tables/tables'
import type { Scratch, ScratchDatabase } from '../../scratch/scratch'
import type { ScriptPart } from '../../change/model/script-part'
import { leastOf, longLocks, unannouncedWork, type LockReport } from './judge-locks'
import { LockTrace, type SeenScript } from './lock-trace'
import { multiplyRows, withoutTriggers } from '../../sample-rows/many-rows'

/** What is measured. */
export interface MeasuredChange {
  /** What the scripts start from; only copied. */
  before: ScratchDatabase
  /** What they lead to, where it is known. */
  after?: ScratchDatabase
  scripts: readonly ScriptPart[]
  /** Rows that the scripts accept. */
  wish?: RowsWish | undefined
  /** How many rows each table that they are about gets. */
  rows: number
}

/** A machine that is busy holds a lock longer than it has to: so often it is tried. */
const mostRuns = 3

/**
 * Runs the scripts up and down on a copy whose tables have many rows, while others read and write them.
 * What is seen to be long is tried again, and the least counts.
 * @returns undefined: no table that they are about has rows
 * @throws what a statement of an upgrade raises
 */
export async function measureLocks(
  scratch: Scratch,
  change: MeasuredChange,
): Promise<LockReport | undefined> {
  let report = await measureOnce(scratch, change)
  for (let run = 1; report && run < mostRuns; run++) {
    if (unannouncedWork(report).length > 0 || longLocks(report).length === 0) break
    const again = await measureOnce(scratch, change)
    if (again) report = leastOf(report, again)
  }
  return report
}

async function measureOnce(
  scratch: Scratch,
  { before, after, scripts, wish, rows }: MeasuredChange,
): Promise<LockReport | undefined> {
  const { database, tables } = await fillCopy(scratch, before, wish)
  const pool = await database.pool()
  const touched = tables.filter(({ name }) => groupsOf(scripts).has(name.replaceAll('"', '')))
  const targets = after ? await readTables(await after.pool()) : []
  const { filled, few } = await fill(pool, touched, targets, rows)
  if (filled.length === 0) return undefined
  const trace = await LockTrace.start(pool, filled, rows)
  try {
    const ups: SeenScript[] = []
    for (const script of scripts) ups.push(await trace.upgrade(script))
    const downgrades = await downgradesOf(trace, scripts)
    const names = (some: readonly TableFacts[]) => some.map(({ name }) => name)
    return { rows, tables: names(filled), few: names(few), scripts: ups, downgrades }
  } finally {
    await trace.stop()
  }
}

/** As far as the rows let them. */
async function downgradesOf(
  trace: LockTrace,
  scripts: readonly ScriptPart[],
): Promise<SeenScript[]> {
  const seen: SeenScript[] = []
  try {
    for (const script of scripts.toReversed()) seen.push(await trace.downgrade(script))
  } catch (error) {
    if (!(error instanceof Error && 'severity' in error)) throw error
  }
  return seen
}

function groupsOf(scripts: readonly ScriptPart[]): ReadonlySet<string> {
  return new Set(scripts.flatMap(({ up }) => up.map(({ group }) => group.replaceAll('"', ''))))
}

async function fill(
  pool: Pool,
  tables: readonly TableFacts[],
  targets: readonly TableFacts[],
  rows: number,
) {
  const client = await pool.connect()
  const filled: TableFacts[] = []
  const few: TableFacts[] = []
  try {
    await withoutTriggers(client)
    for (const table of tables) {
      const target = targets.find(({ name }) => name === table.name)
      const isFilled = await multiplyRows(client, table, rows, target)
      ;(isFilled ? filled : few).push(table)
    }
    return { filled, few }
  } finally {
    client.release(true)
  }
}
