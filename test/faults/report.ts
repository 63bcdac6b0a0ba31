import { appendFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a fault came to: all but `injected` must be zero. */
export interface FaultRow {
  fault: string
  /** How many times the fault happened. */
  injected: number
  /** Scripts that were not applied after the plain rerun, or whose entry was missing. */
  lost: number
  /** Scripts whose work was done twice. */
  twice: number
  /** Databases that differ from the one of an undisturbed run. */
  differ: number
}

/** The folder in which the runner collects rows; absent where no table is wanted. */
export const reportVariable = 'TYPETREK_FAULTS_REPORT'

/** Adds to the row of a fault; rows of one name are summed, from whichever test and process they come. */
export function record(row: FaultRow): void {
  const folder = process.env[reportVariable]
  if (folder === undefined) return
  appendFileSync(join(folder, `${process.pid}.jsonl`), `${JSON.stringify(row)}\n`)
}

/** Every row that was recorded, one a fault, by name. */
export function readReport(folder: string): FaultRow[] {
  const sums = new Map<string, FaultRow>()
  for (const row of readdirSync(folder).flatMap((name) => rowsIn(join(folder, name)))) {
    const sum = sums.get(row.fault) ?? {
      fault: row.fault,
      injected: 0,
      lost: 0,
      twice: 0,
      differ: 0,
    }
    sums.set(row.fault, {
      fault: row.fault,
      injected: sum.injected + row.injected,
      lost: sum.lost + row.lost,
      twice: sum.twice + row.twice,
      differ: sum.differ + row.differ,
    })
  }
  return [...sums.values()].toSorted((a, b) => (a.fault < b.fault ? -1 : 1))
}

function rowsIn(file: string): FaultRow[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as FaultRow)
}

/** True when nothing was lost, nothing done twice, and every catalog is the same. */
export function isClean(rows: readonly FaultRow[]): boolean {
  return rows.every(({ lost, twice, differ }) => lost + twice + differ === 0)
}

const heads = [
  'fault',
  'times injected',
  'scripts lost',
  'scripts run twice',
  'catalogs that differ',
]

/** The table of issue and guarantees, with a sum below it. */
export function renderReport(rows: readonly FaultRow[]): string {
  const sum = (pick: (row: FaultRow) => number) => rows.reduce((total, row) => total + pick(row), 0)
  const cells = rows.map(({ fault, injected, lost, twice, differ }) => {
    return [fault, ...[injected, lost, twice, differ].map(String)]
  })
  const total = [(row: FaultRow) => row.injected, lostOf, twiceOf, differOf].map(sum).map(String)
  const lines = [heads, ...cells, ['all', ...total]]
  const widths = heads.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  const shown = lines.map((line) => {
    const columns = line.map((cell, column) => {
      return column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)
    })
    return columns.join('  ')
  })
  const rule = widths.map((width) => '-'.repeat(width)).join('  ')
  return [shown[0], rule, ...shown.slice(1, -1), rule, shown.at(-1)].join('\n')
}

const lostOf = (row: FaultRow) => row.lost
const twiceOf = (row: FaultRow) => row.twice
const differOf = (row: FaultRow) => row.differ
