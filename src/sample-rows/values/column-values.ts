import type { ColumnFacts, TableFacts } from '../tables/tables'
import { candidates, literal, textsIn } from './row-values'

/** Texts that a check lists for a column alone: `kind IN ('a', 'b')`. */
export function listedFor(
  { name, category, labels }: ColumnFacts,
  table: TableFacts,
): readonly string[] {
  if (category !== 'S' || labels) return []
  return table.conditions
    .filter(
      ({ columns, text }) => columns.length === 1 && columns[0] === name && text.includes('='),
    )
    .flatMap(({ text }) => textsIn(text))
}

/** The likeliest value of a column, as SQL. */
export function plain(
  column: ColumnFacts,
  { at, sparse, listed }: { at: number; sparse: boolean; listed: readonly string[] },
): string {
  if (sparse && column.hasDefault) return 'DEFAULT'
  if (sparse && !column.notNull) return 'NULL'
  const value = listed[at % Math.max(1, listed.length)] ?? candidates(column, at + 1)[0]
  return literal(value ?? null, column)
}

/** Some value of a column, as SQL. */
export function chosen(
  column: ColumnFacts,
  at: number,
  { literals, random }: { literals: readonly string[]; random: () => number },
): string {
  if (!column.notNull && random() < 0.35) return 'NULL'
  if (column.hasDefault && random() < 0.25) return 'DEFAULT'
  const own = candidates(column, at + 1 + Math.floor(random() * 5))
  const all = random() < 0.5 && literals.length > 0 ? fitting(literals, column) : own
  return literal(all[Math.floor(random() * all.length)] ?? own[0] ?? null, column)
}

/** A literal of another type would only cost a try. */
function fitting(
  literals: readonly string[],
  { category, labels }: ColumnFacts,
): readonly string[] {
  const found = literals.filter((text) => {
    if (category === 'N') return /^-?\d+(\.\d+)?$/.test(text)
    if (labels) return labels.includes(text)
    return true
  })
  return found.length > 0 ? found : literals
}

/** The same numbers for the same name, so that a proof that fails fails again. */
export function randomFrom(name: string): () => number {
  let state = Array.from(name).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, 1959)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
