import { catalogText } from '../conformance/catalog-text'
import type { TestDatabase } from '../support/database'
import { pgDump } from '../support/pg-dump'

/** What a database holds: its catalog, and the rows of each table in an order of their own. */
export interface State {
  catalog: string[]
  rows: Map<string, TableRows>
}

interface TableRows {
  /** It stays the same whatever the table is called. */
  oid: string
  texts: string[]
  /** How many values each column has, by its number. */
  values: Map<number, number>
}

const tables = `
  SELECT c.oid::text, c.oid::regclass::text AS name,
    (SELECT json_agg(json_build_object('number', attnum, 'name', quote_ident(attname)))
     FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns
  FROM pg_class c WHERE relkind = 'r' AND relname <> 'migration_journal'
    AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)`

export async function stateOf({ connection, query }: TestDatabase): Promise<State> {
  const dump = await pgDump(connection, ['--exclude-table=migration_journal'])
  const found = await query<{ oid: string; name: string; columns: { number: number; name: string }[] }>(tables) // oxfmt-ignore
  const rows = new Map<string, TableRows>()
  for (const { oid, name, columns } of found) {
    const counts = columns.map((column) => `count(${column.name})::int`).join(', ')
    const [row] = await query<{ texts: string[]; counts: number[] }>(
      `SELECT coalesce(array_agg(to_jsonb(r)::text ORDER BY to_jsonb(r)::text), '{}') AS texts, ARRAY[${counts}] AS counts FROM ${name} r`,
    )
    const values = new Map(columns.map(({ number }, at) => [number, row!.counts[at]!]))
    rows.set(name, { oid, texts: row!.texts, values })
  }
  return { catalog: catalogText(dump.replaceAll(ruleName, '')), rows }
}

/** Names of NOT NULL rules, which are PostgreSQL's own and are not compared. */
const ruleName = /CONSTRAINT (?:"(?:[^"]|"")*"|\S+) (?=NOT NULL)/g

/** The keys whose sequence would give a number that a row has. */
export async function usedNumbers({ query }: TestDatabase): Promise<string[]> {
  const keys = await query<{ name: string; column: string; sequence: string }>(`
    SELECT c.oid::regclass::text AS name, quote_ident(attname) AS column,
      pg_get_serial_sequence(c.oid::regclass::text, attname) AS sequence
    FROM pg_class c JOIN pg_attribute ON attrelid = c.oid
    WHERE relkind = 'r' AND attnum > 0 AND NOT attisdropped
      AND pg_get_serial_sequence(c.oid::regclass::text, attname) IS NOT NULL`)
  const found: string[] = []
  for (const { name, column, sequence } of keys) {
    const [row] = await query<{ is: boolean }>(
      `SELECT coalesce(max(${column}) >= (SELECT last_value + is_called::int FROM ${sequence}), false) AS is FROM ${name}`,
    )
    if (row!.is) found.push(`${name}.${column}`)
  }
  return found
}

/** What the tables that stayed have lost: rows, or values of columns that stayed. */
export function lossesOf(before: State, after: State): string[] {
  const byOid = new Map([...after.rows.values()].map((table) => [table.oid, table]))
  return [...before.rows].flatMap(([name, { oid, texts, values }]) => {
    const now = byOid.get(oid)
    if (!now || name === 'typeorm_metadata') return []
    if (now.texts.length < texts.length) return [`${name} has lost rows`]
    const lost = [...values].filter(([number, count]) => (now.values.get(number) ?? count) < count)
    return lost.map(([number]) => `column ${number} of ${name} has lost values`)
  })
}

/** The tables whose rows are others. */
export function changedRows(before: State, after: State): string[] {
  const names = [...before.rows.keys(), ...after.rows.keys()]
  const textOf = ({ rows }: State, name: string) => JSON.stringify(rows.get(name)?.texts)
  return [...new Set(names)].filter((name) => textOf(before, name) !== textOf(after, name))
}
