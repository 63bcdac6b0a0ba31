import { MigrationError } from '../../errors'
import type { Migrator } from '../../migrator/migrator-type'
import type { OwnerChoice, Settings } from '../../settings/value/setting-types'
import { applyScripts, type Applying } from './apply-scripts'
import { isSame, leftover, missedIn } from './remaining'
import type { Readings } from '../../catalog/readings'
import {
  fillCopy,
  type FilledCopy,
  type TriedRows,
  isWarnedOf,
  nextWish,
  type RowsWish,
  type TargetTables,
} from '../../sample-rows/filled-copy'
import { metadataTable } from '../../scratch/ignored-tables'
import type { Scratch, ScratchDatabase } from '../../scratch/scratch'
import { lossesBetween, takeSnapshot, type Loss, type Snapshot } from '../../sample-rows/snapshot'
import { readTables } from '../../sample-rows/tables/tables'
import { shown } from '../../catalog/object-names'
import type { Answers } from '../../change/model/answers'
import type { LostData, Statement } from '../../change/model/script-part'
import type { Ignored } from '../../scratch/ignored-tables'
import type { AddedScript } from '../deliver/add-script-options'

/** What the downgrade is said to do: bring every value back, or the schema, or that of empty tables only. */
export type DowngradeClaim = 'with every row' | 'with rows' | 'without rows' | 'none'

/** What is to be proven. */
export interface ProofRequest {
  scripts: readonly AddedScript[]
  /** What the scripts start from; only copied. */
  before: ScratchDatabase
  /** What they lead to; absent where only they say it. */
  after?: ScratchDatabase
  /** Losses that the script announces; absent: none is announced and none is a fault. */
  announced?: readonly Pick<Statement, 'loses' | 'converts' | 'failsOnRows'>[]
  downgrade: DowngradeClaim
  /** The upgrade is run once more after the downgrade. */
  again?: boolean
  extra: Answers['extra']
  ignored: readonly Ignored[]
  /** `ignore`: the upgrade leaves everything to its owner. */
  owners?: OwnerChoice
}

/** What the proof came to. */
export interface Proof {
  /** Empty: it holds. A sentence each. */
  failures: readonly string[]
  /** What it could not show. */
  remarks: readonly string[]
  /** The rows that there were. */
  tried: TriedRows
  /** What they had to be like, where the first ones did not fit. */
  wish?: RowsWish
}

/** The work of one proof. */
export interface ProofWork extends Applying {
  scratch: Scratch
  signal: AbortSignal
  readings: Readings
}

/**
 * Applies the scripts, by the migrator itself, to a copy of where they start from with rows in every
 * table; then compares the catalogs, looks whether the rows came through, goes back and compares again.
 * Rows that no change could carry (a text that is no number, nulls in what becomes required) are tried
 * first and reported when they stop the script; further tries have rows that fit what the tables become,
 * fewer of them, and none where the script itself says that it fails on any.
 * @param filled the first copy, where somebody has made it already
 */
export async function prove(
  work: ProofWork,
  claim: ProofRequest,
  filled?: Promise<FilledCopy>,
): Promise<Proof> {
  const proof = await proveWithRows(work, claim, filled)
  if (claim.downgrade !== 'without rows' || proof.failures.length > 0) return proof
  const empty = await fillCopy(work.scratch, claim.before, 'none')
  return { ...proof, failures: (await attempt(work, claim, empty, 'there and back')).failures }
}

async function proveWithRows(
  work: ProofWork,
  claim: ProofRequest,
  filled: Promise<FilledCopy> | undefined,
): Promise<Proof> {
  const way = claim.downgrade === 'without rows' ? 'there' : 'there and back'
  const remarks: string[] = []
  let copy = await (filled ?? fillCopy(work.scratch, claim.before))
  for (let wish: RowsWish | undefined; ; copy = await fillCopy(work.scratch, claim.before, wish)) {
    const one = await attempt(work, claim, copy, way)
    if (one.refused === undefined)
      return { ...one, remarks: [...remarks, ...one.remarks], ...(wish && { wish }) }
    const words = wordsOf(one.refused)
    wish = await nextWish(wish, copy.tables, one.refused, claim, () => tablesAfter(work, claim))
    if (!wish) return { ...one, failures: [`The script fails on rows: ${words}.`], remarks: [] }
    const remark = `Rows that do not fit stop it: ${words}.`
    if (!isWarnedOf(one.refused, claim.announced) && !remarks.includes(remark)) remarks.push(remark)
  }
}

/** What the scripts make of the same tables, where no row is in the way. */
async function tablesAfter(work: ProofWork, claim: ProofRequest): Promise<TargetTables> {
  const { scratch, signal } = work
  const database = await scratch.copy(claim.before)
  await applyScripts(work, database, claim.scripts, (migrator) =>
    failureOf(() => migrator.execute({ command: 'upgrade' }, { signal })),
  )
  const pool = await database.pool()
  return { tables: await readTables(pool), pool }
}

interface Attempt extends Proof {
  /** What the server said when the rows, not the script, were at fault. */
  refused?: MigrationError
}

async function attempt(
  work: ProofWork,
  claim: ProofRequest,
  { database, tried, filled }: FilledCopy,
  way: 'there' | 'there and back',
): Promise<Attempt> {
  const { signal } = work
  const pool = await database.pool()
  return applyScripts(work, database, claim.scripts, async (migrator) => {
    const refused = await failureOf(() => migrator.execute({ command: 'upgrade' }, { signal }))
    if (refused && ofRows(refused)) return { failures: [], remarks: [], tried, refused }
    if (refused)
      return { failures: [`The upgrade fails: ${wordsOf(refused)}.`], remarks: [], tried }
    const [different, after] = await Promise.all([
      differences('upgrade', claim.after, database, work, claim),
      takeSnapshot(pool),
    ])
    const lost = losses(
      lossesOfUsers(filled, after, work.settings),
      { before: filled, after },
      claim.announced,
    )
    const failures = [...different, ...lost.failures]
    const { remarks } = lost
    if (failures.length > 0 || way === 'there' || claim.downgrade === 'none')
      return { failures, remarks, tried }
    return { failures: await runDowngrade(work, migrator, database, filled, claim), remarks, tried }
  })
}

async function runDowngrade(
  work: ProofWork,
  migrator: Migrator,
  database: ScratchDatabase,
  filled: Snapshot,
  claim: ProofRequest,
): Promise<string[]> {
  const request = { command: 'downgrade', target: '0' } as const
  const { signal } = work
  const refused = await failureOf(() => migrator.execute(request, { signal }))
  if (refused) return [`The downgrade fails: ${wordsOf(refused)}.`]
  const pool = await database.pool()
  const [back, after] = await Promise.all([
    differences('downgrade', claim.before, database, work, { ...claim, extra: 'drop' }),
    claim.downgrade === 'with every row' ? takeSnapshot(pool) : undefined,
  ])
  const lost = after ? lossesOfUsers(filled, after, work.settings) : []
  const found = [...back, ...lost.map(({ fact }) => `After upgrade and downgrade, ${fact}.`)]
  return found.length === 0 && claim.again ? secondUpgrade(work, migrator, database, claim) : found
}

async function secondUpgrade(
  work: ProofWork,
  migrator: Migrator,
  database: ScratchDatabase,
  claim: ProofRequest,
): Promise<string[]> {
  const { signal } = work
  const refused = await failureOf(() => migrator.execute({ command: 'upgrade' }, { signal }))
  if (refused) return [`The upgrade fails after the downgrade: ${wordsOf(refused)}.`]
  return differences('upgrade', claim.after, database, work, claim)
}

async function differences(
  direction: 'upgrade' | 'downgrade',
  target: ScratchDatabase | undefined,
  database: ScratchDatabase,
  { readings }: ProofWork,
  { extra, ignored, owners, before, announced }: ProofRequest,
): Promise<string[]> {
  if (!target) return []
  const ownersOf = direction === 'upgrade' && owners === 'ignore' ? before : undefined
  const comparing = { extra, ignored, readings, ownersOf }
  // a script that a person wrote may make what only pg-delta reads
  if (announced && (await isSame(database, target, comparing))) return []
  const [statements, facts] = await Promise.all([
    leftover(database, target, comparing),
    missedIn(database, target, comparing),
  ])
  if (statements.length > 0)
    return [`The ${direction} leaves a difference: ${few(statements, ';')}`]
  if (facts.length > 0) return [`The ${direction} leaves a difference: ${few(facts, '.')}.`]
  return []
}

function few(texts: readonly string[], end: string): string {
  const more = texts.length > 3 ? `\n… and ${texts.length - 3} more` : ''
  return `${texts.slice(0, 3).join(`${end}\n`)}${more}`
}

interface Losses {
  failures: string[]
  remarks: string[]
}

/** What TypeORM remembers of views and columns changes with them. */
function lossesOfUsers(before: Snapshot, after: Snapshot, settings: Settings): Loss[] {
  const { schema, table: name } = metadataTable(settings)
  const remembered = shown({ schema, name })
  return lossesBetween(before, after).filter(({ table }) => table !== remembered)
}

function losses(
  lost: readonly Loss[],
  { before, after }: { before: Snapshot; after: Snapshot },
  announced: ProofRequest['announced'],
): Losses {
  const found: Losses = { failures: [], remarks: [] }
  if (!announced) return { ...found, remarks: lost.map(({ fact }) => `Lost on the way: ${fact}.`) }
  for (const loss of lost) {
    const place = placeOf(loss, before, after)
    if (announced.some(({ loses }) => loses.some((one) => covers(one, place)))) continue
    if (announced.some(({ converts }) => converts.some((one) => covers(one, place))))
      found.remarks.push(`The expression that converts it is why ${loss.fact}.`)
    else found.failures.push(`Rows do not come through: ${loss.fact}.`)
  }
  return found
}

/** A loss by the names that statements use, which come after the renames. */
interface Place {
  /** The table and those that it is a partition or a child of. */
  tables: readonly string[]
  column: string | undefined
  /** No row of the table is left. */
  isEmpty: boolean
}

function placeOf({ table, ancestors, column }: Loss, before: Snapshot, after: Snapshot): Place {
  const was = before.tables.find(({ name }) => name === table)
  const now = after.tables.find(({ oid }) => oid === was?.oid)
  const number = was?.columns.find(({ name }) => name === column)?.number
  const renamed = now?.columns.find((one) => one.number === number)?.name
  const left = now ?? after.tables.find(({ name }) => name === table)
  const names = [now?.name ?? table, ...(now?.ancestors ?? []), ...ancestors]
  return {
    tables: names.map((name) => name.replaceAll('"', '')),
    column: column === undefined ? undefined : (renamed ?? column),
    isEmpty: !left || after.rows.get(left.oid)?.length === 0,
  }
}

function covers({ schema, table, column }: LostData, place: Place): boolean {
  if (!place.tables.includes(shown({ schema, name: table }).replaceAll('"', ''))) return false
  if (column === undefined) return true
  return place.column === undefined ? !place.isEmpty : place.column === column
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
