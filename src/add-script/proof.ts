import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { MigrationError } from '../errors'
import { openMigrator, type Migrator } from '../migrator'
import type { Settings } from '../settings/types'
import { fittingTables } from './fitting'
import { leftover } from './leftover'
import type { Readings } from './readings'
import { fillTables, type Unfilled } from './rows'
import type { Scratch, ScratchDatabase } from './scratch'
import { scratchSettings } from './scratch-settings'
import { lossesBetween, takeSnapshot, type Loss, type Snapshot } from './snapshot'
import { readTables, type TableFacts } from './table-facts'
import type { Answers, Ignored, Statement } from './types'
import type { AddedScript } from './write'

/** What the downgrade is said to do: bring every value back, or the schema, or that of empty tables only. */
export type WayBack = 'with every row' | 'with rows' | 'without rows' | 'none'

/** What is to be proven. */
export interface Claim {
  scripts: readonly AddedScript[]
  /** What the scripts start from; only copied. */
  before: ScratchDatabase
  /** What they lead to; absent where only they say it. */
  after?: ScratchDatabase
  /** Losses that the script announces; absent: none is announced and none is a fault. */
  announced?: readonly Statement[]
  wayBack: WayBack
  extra: Answers['extra']
  ignored: readonly Ignored[]
}

/** What the proof came to. */
export interface Proof {
  /** Empty: it holds. A sentence each. */
  failures: readonly string[]
  /** What it could not show. */
  remarks: readonly string[]
}

/** The work of one proof. */
export interface ProofWork {
  scratch: Scratch
  settings: Settings
  signal: AbortSignal
  readings: Readings
}

/**
 * Applies the scripts, by the migrator itself, to a copy of where they start from with rows in every
 * table; then compares the catalogs, looks whether the rows came through, goes back and compares again.
 * Rows that no change could carry (a text that is no number, nulls in what becomes required) are tried
 * first and, when they stop the script, told; a second try has rows that fit what the tables become.
 * @param filled the first copy, where somebody has made it already
 */
export async function prove(
  work: ProofWork,
  claim: Claim,
  filled?: Promise<FilledCopy>,
): Promise<Proof> {
  const first = await attempt(work, claim, [], filled)
  const proof =
    first.refusedRows === undefined ? first : await again(work, claim, first.refusedRows)
  if (claim.wayBack !== 'without rows' || proof.failures.length > 0) return proof
  return { ...proof, failures: (await attempt(work, claim, 'no rows')).failures }
}

async function again(work: ProofWork, claim: Claim, refused: string): Promise<Proof> {
  const target = claim.after && (await readTables(await claim.after.pool()))
  const second = await attempt(work, claim, target ?? [])
  if (second.refusedRows !== undefined) {
    return { failures: [`The script fails on rows: ${second.refusedRows}.`], remarks: [] }
  }
  const remark = `Rows that do not fit stop it: ${refused}.`
  return { ...second, remarks: [remark, ...second.remarks] }
}

interface Attempt extends Proof {
  /** What the server said when the rows, not the script, were at fault. */
  refusedRows?: string
}

/** @param target what the rows are to fit as well */
async function attempt(
  work: ProofWork,
  claim: Claim,
  target: readonly TableFacts[] | 'no rows',
  ready?: Promise<FilledCopy>,
): Promise<Attempt> {
  const { scratch, settings, signal } = work
  const { database, remarks, filled } = await (ready ?? fillCopy(scratch, claim.before, target))
  const pool = await database.pool()
  return applyScripts(settings, database, claim.scripts, async (migrator) => {
    const refused = await failureOf(() => migrator.execute({ command: 'upgrade' }, { signal }))
    if (refused && ofRows(refused)) return { failures: [], remarks, refusedRows: wordsOf(refused) }
    if (refused) return { failures: [`The upgrade fails: ${wordsOf(refused)}.`], remarks }
    const [different, after] = await Promise.all([
      differences(claim.after, database, work, claim),
      takeSnapshot(pool),
    ])
    const failures = [...different, ...losses(filled, after, claim.announced)]
    const back = claim.wayBack === 'without rows' ? target === 'no rows' : claim.wayBack !== 'none'
    if (failures.length > 0 || !back) return { failures, remarks }
    return { failures: await wayBack(work, migrator, database, filled, claim), remarks }
  })
}

/** A copy of where scripts start from, with rows. */
export interface FilledCopy {
  database: ScratchDatabase
  /** Which tables stayed empty, and why. */
  remarks: readonly string[]
  filled: Snapshot
}

/** @param target what the rows are to fit as well */
export async function fillCopy(
  scratch: Scratch,
  before: ScratchDatabase,
  target: readonly TableFacts[] | 'no rows' = [],
): Promise<FilledCopy> {
  const database = await scratch.copy(before)
  const pool = await database.pool()
  const tables = await readTables(pool)
  const wanted = target === 'no rows' ? [] : fittingTables(tables, target)
  const remarks = (await fillTables(pool, wanted)).map(remarkOn)
  return { database, remarks, filled: await takeSnapshot(pool, tables) }
}

async function wayBack(
  work: ProofWork,
  migrator: Migrator,
  database: ScratchDatabase,
  filled: Snapshot,
  claim: Claim,
): Promise<string[]> {
  const request = { command: 'downgrade', target: '0' } as const
  const { signal } = work
  const refused = await failureOf(() => migrator.execute(request, { signal }))
  if (refused) return [`The downgrade fails: ${wordsOf(refused)}.`]
  const pool = await database.pool()
  const [back, after] = await Promise.all([
    differences(claim.before, database, work, { ...claim, extra: 'drop' }),
    claim.wayBack === 'with every row' ? takeSnapshot(pool) : undefined,
  ])
  const lost = after ? lossesBetween(filled, after) : []
  return [
    ...back.map((text) => text.replace('The upgrade', 'The downgrade')),
    ...lost.map(({ fact }) => `After upgrade and downgrade, ${fact}.`),
  ]
}

async function differences(
  wanted: ScratchDatabase | undefined,
  database: ScratchDatabase,
  { readings }: ProofWork,
  { extra, ignored }: Claim,
): Promise<string[]> {
  if (!wanted) return []
  const statements = await leftover(database, wanted, { extra, ignored, readings })
  if (statements.length === 0) return []
  const more = statements.length > 3 ? `\n… and ${statements.length - 3} more` : ''
  return [`The upgrade leaves a difference: ${statements.slice(0, 3).join(';\n')}${more}`]
}

function losses(before: Snapshot, after: Snapshot, announced: Claim['announced']): string[] {
  if (!announced) return []
  const destructive = announced.filter((statement) => statement.destructive)
  const isAnnounced = ({ table, column }: Loss) => {
    const name = (table.split('.').at(-1) ?? table).replaceAll('"', '')
    return destructive.some(({ sql, group, comments }) => {
      const text = [sql, group, ...comments].join('\n')
      if (!text.includes(name)) return false
      return column === undefined || text.includes(column) || sql.startsWith('DROP TABLE')
    })
  }
  return lossesBetween(before, after)
    .filter((loss) => !isAnnounced(loss))
    .map(({ fact }) => `Rows do not come through: ${fact}.`)
}

function remarkOn({ table, reason }: Unfilled): string {
  return `Table ${table} was empty when it was tried, since no row was accepted: ${reason}.`
}

/** Runs work with a migrator whose folder holds just these scripts; the folder is gone afterwards. */
export async function applyScripts<Result>(
  settings: Settings,
  database: ScratchDatabase,
  scripts: readonly AddedScript[],
  work: (migrator: Migrator) => Promise<Result>,
): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), 'typetrek-proof-'))
  const own = await scratchSettings(settings, database.connection)
  const migrator = await openMigrator({ ...own, directory })
  try {
    for (const { path, text } of scripts.flatMap(({ files }) => files)) {
      await writeFile(join(directory, basename(path)), text)
    }
    return await work(migrator)
  } finally {
    await migrator.close()
    await rm(directory, { recursive: true, force: true })
  }
}

async function failureOf(work: () => Promise<unknown>): Promise<MigrationError | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    if (!(error instanceof MigrationError) || error.code === 'INTERRUPTED') throw error
    return error
  }
}

/** Data exceptions and violated constraints: another row would have passed. */
function ofRows({ sqlstate = '' }: MigrationError): boolean {
  return sqlstate.startsWith('22') || sqlstate.startsWith('23')
}

function wordsOf({ message, cause }: MigrationError): string {
  const own = cause instanceof Error ? cause.message : message
  return own.replace(/\.$/, '')
}
