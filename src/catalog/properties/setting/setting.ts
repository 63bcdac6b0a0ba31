/** A property that pg-delta does not read: how to set it, and how to take it back. */
export interface Setting {
  /** What it is of, and which: equal keys are compared. */
  key: string
  schema: string
  /** Empty for what is of no relation. */
  table: string
  /** Absent for what is of the whole table. */
  column?: string
  /** By which `Details.objects` has what it is of, where that is no relation. */
  object?: string
  /** The key of a setting without which there is none of this one. */
  within?: string
  value: string
  set: string
  /** In place of `set`, where there is another value. */
  change?: string
  reset: string
  /** In place of `reset`, where the column is required all the same; empty: what requires it does it. */
  required?: string
  /** How a partition that is made has it from the start, in its list of columns. */
  inline?: string
  /** It comes with what it is of, or is within, when that is made: nothing sets it by itself. */
  implied?: boolean
  /** With another value it is taken back first. */
  again?: boolean
  /** Rows that break it stop the statement that sets it. */
  failsOnRows?: boolean
}

/** A row of a query for settings. */
export interface SettingRow {
  key: string
  schema: string
  table: string
  column: string | null
  object: string | null
  within: string | null
  value: string
  set: string
  change: string | null
  reset: string
  required: string | null
  inline: string | null
  flags: string | null
}

/** What a part of that query selects, as SQL; what is left out is NULL. */
export type Selected = Readonly<
  Partial<Record<keyof SettingRow, string>> & Record<'key' | 'schema' | 'set' | 'reset', string>
>

/** Of schemas that a person made. */
export const inSchema = `n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'`
/** Of relation `c`; the first oid that is not the server's own is 16384, which spares the planner the rest. */
export const ours = `c.oid >= 16384 AND ${inSchema}`
/** The schema of `c`. */
export const home = 'JOIN pg_namespace n ON n.oid = c.relnamespace'

const order = [
  'schema',
  'table',
  'column',
  'object',
  'within',
  'value',
  'set',
  'change',
  'reset',
  'required',
  'inline',
]

/** One part of the query for settings. */
export interface Part {
  sql: string
  /** A condition without which it finds nothing, and which is much quicker to check. */
  where?: string | undefined
}

/** @param where `Part.where` */
export function part(columns: Selected, from: string, where?: string): Part {
  const { key, value = columns.set, table = "''", ...more } = columns
  const all: Readonly<Partial<Record<string, string>>> = { ...more, value, table }
  const list = [...order, 'flags'].map((name) => `(${all[name] ?? 'NULL'})::text AS "${name}"`)
  return { sql: `SELECT (${key})::text AS "key", ${list.join(', ')} ${from}`, where }
}

/** A row as it is compared with the other side's. */
export function settingOf(row: SettingRow): Setting {
  const { key, schema, table, value, set, reset, required } = row
  const { column, object, within, change, inline, flags } = row
  return {
    key,
    schema,
    table,
    value,
    set,
    reset,
    ...(column !== null && { column }),
    ...(object !== null && { object }),
    ...(within !== null && { within }),
    ...(change !== null && { change }),
    ...(required !== null && { required }),
    ...(inline !== null && { inline }),
    ...(flags?.includes('implied') && { implied: true }),
    ...(flags?.includes('again') && { again: true }),
    ...(flags?.includes('rows') && { failsOnRows: true }),
  }
}

/** By schema and table, columns first. */
export function byPlace(one: Setting, other: Setting): number {
  const [a, b] = [placeOf(one), placeOf(other)]
  if (a === b) return 0
  return a < b ? -1 : 1
}

function placeOf({ schema, table, column = '\uffff', key }: Setting): string {
  return [schema, table, column, key].join('\0')
}
