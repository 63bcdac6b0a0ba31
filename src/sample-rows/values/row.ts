import { quoteIdentifier } from '../../database/sql/quote'
import type { ReferenceFacts, TableFacts } from '../tables/tables'

/** What a row is to hold, as SQL by column. */
export type Values = Map<string, string>

/** A row as its table gave it back: every column as text. */
export type Row = Readonly<Record<string, string | null>>

/**
 * What the rows referred to leave to choose from, by column. Pure.
 * @param rows by the oid of their table
 */
export function givenBy(
  { references, oid }: TableFacts,
  rows: ReadonlyMap<string, readonly Row[]>,
): Map<string, (string | null)[]> {
  const pairs = references.flatMap(({ columns, targets, tableOid }) => {
    const referred = tableOid === oid ? [] : (rows.get(tableOid) ?? [])
    return columns.map((name, at): [string, (string | null)[]] => [
      name,
      [...new Set(referred.map((row) => row[targets[at]!] ?? null))],
    ])
  })
  return new Map(pairs)
}

/** The statement that puts rows into a table, and gives them back as texts. Pure. */
export function insertOf(table: TableFacts, rows: readonly Values[]): string {
  const columns = table.columns.filter(({ own }) => !own).map(({ name }) => name)
  const name = quoteIdentifier(table.schema, table.table)
  const back = table.columns.map((column) => `${quoteIdentifier(column.name)}::pg_catalog.text`)
  const returning = back.length === 0 ? '' : ` RETURNING ${back.join(', ')}`
  const list = columns.map((column) => quoteIdentifier(column)).join(', ')
  const tuples = rows.map((row) => `(${columns.map((column) => row.get(column)).join(', ')})`)
  const source = columns.length === 0 ? 'DEFAULT VALUES' : `(${list}) VALUES ${tuples.join(', ')}`
  return `INSERT INTO ${name} ${source}${returning}`
}

/** True where a unique index would refuse the second of the two, as far as what is sent tells. */
export function repeatsKey({ keys }: TableFacts, row: Values, other: Values): boolean {
  return keys.some(
    (key) =>
      key.length > 0 &&
      key.every((name) => {
        const value = row.get(name)
        return value !== undefined && !value.startsWith('NULL') && value === other.get(name)
      }),
  )
}

/** True where the columns of a reference may be null. */
export function isOptional({ columns }: ReferenceFacts, table: TableFacts): boolean {
  return columns.some((name) => !table.columns.find((column) => column.name === name)?.notNull)
}
