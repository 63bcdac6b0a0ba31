import type { TestDatabase } from '../support/database'

interface Column {
  name: string
  type: string
  kind: string
  length: number | null
  nullable: boolean
  unique: boolean
}

interface Table {
  name: string
  columns: Column[]
  keys: { columns: string[]; table: string; targets: string[] }[]
}

/** So many rows a table: enough for every value of an enum, and a null in what may be null. */
const count = 4

const tables = `
  SELECT c.oid::regclass::text AS name,
    (SELECT coalesce(json_agg(json_build_object('name', quote_ident(attname), 'nullable', NOT attnotnull,
       'type', format_type(atttypid, NULL), 'kind', t.typtype, 'length', nullif(atttypmod, -1) - 4,
       'unique', EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid AND indisunique AND attnum = ANY (indkey)))
       ORDER BY attnum), '[]')
     FROM pg_attribute JOIN pg_type t ON t.oid = atttypid
     WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity = ''
       AND pg_get_serial_sequence(attrelid::regclass::text, attname) IS NULL) AS columns,
    (SELECT coalesce(json_agg(json_build_object('table', confrelid::regclass::text,
       'columns', (SELECT json_agg(quote_ident(attname) ORDER BY n) FROM unnest(conkey) WITH ORDINALITY k(m, n) JOIN pg_attribute ON attrelid = conrelid AND attnum = m),
       'targets', (SELECT json_agg(quote_ident(attname) ORDER BY n) FROM unnest(confkey) WITH ORDINALITY k(m, n) JOIN pg_attribute ON attrelid = confrelid AND attnum = m))
       ORDER BY conname), '[]')
     FROM pg_constraint WHERE conrelid = c.oid AND contype = 'f') AS keys
  FROM pg_class c WHERE relkind = 'r' AND relname NOT IN ('migration_journal', 'typeorm_metadata')
    AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) ORDER BY 1`

/** Values as an application has them, by type; `n` counts the rows. */
const values: readonly [RegExp, string][] = [
  [/^(integer|bigint|smallint)$/, 'n'],
  [/^(numeric|real|double precision)$/, 'n * 10 + 0.5'],
  [/^(text|character varying|citext)$/, "'Ärger ' || n"],
  [/^character$/, "'c' || n"],
  [/^boolean$/, 'n % 2 = 0'],
  [/^jsonb?$/, `('{"n": ' || n || '}')::json`],
  [/^uuid$/, "md5('u' || n)::uuid"],
  [/^date$/, "date '2024-02-28' + n"],
  [/^timestamp/, "timestamp '2024-03-30 01:30' + n * interval '1 day'"],
  [/^daterange$/, "daterange(date '2024-01-01' + n * 9, date '2024-01-05' + n * 9)"],
  [/^tsvector$/, "to_tsvector('simple', 'word' || n)"],
  [/^interval$/, "n * interval '1 hour'"],
  [/^time/, "time '08:00' + n * interval '1 hour'"],
  [/^point$/, 'point(n, n)'],
  [/^inet$/, "('10.0.0.' || n)::inet"],
]

/**
 * Puts rows into the tables that have none, and values into the columns that have none, as their
 * application would.
 * @returns the tables that stayed empty
 */
export async function addRows({ query }: TestDatabase): Promise<string[]> {
  let waiting = await query<Table & Record<string, unknown>>(tables)
  for (let last = Infinity; waiting.length < last;) {
    last = waiting.length
    const still: typeof waiting = []
    for (const table of waiting) if (!(await fillTable(query, table))) still.push(table)
    waiting = still
  }
  for (const table of await query<Table & Record<string, unknown>>(tables))
    for (const [column, value] of valuesOf(table, false)) await fillColumn(query, table, column, value) // oxfmt-ignore
  return waiting.map(({ name }) => name)
}

async function fillTable(query: TestDatabase['query'], table: Table): Promise<boolean> {
  const [state] = await query<{ filled: boolean }>(`SELECT EXISTS (SELECT FROM ${table.name}) AS filled`) // oxfmt-ignore
  if (state!.filled) return true
  const values = valuesOf(table, true)
  const columns = `(${[...values.keys()].join(', ')}) SELECT ${[...values.values()].join(', ')} FROM generate_series(1, ${count}) n`
  return attempt(
    query,
    `INSERT INTO ${table.name} ${values.size === 0 ? 'DEFAULT VALUES' : columns}`,
  )
}

/** All rows but the first get one. */
async function fillColumn(
  query: TestDatabase['query'],
  { name, columns }: Table,
  column: string,
  value: string,
): Promise<void> {
  if (columns.find((one) => one.name === column)?.nullable !== true) return
  const [state] = await query<{ filled: boolean }>(`SELECT count(${column}) > 0 AS filled FROM ${name}`) // oxfmt-ignore
  if (state!.filled) return
  const numbered = `SELECT ctid, row_number() OVER (ORDER BY one::text) AS n FROM ${name} AS one`
  await attempt(
    query,
    `UPDATE ${name} AS target SET ${column} = (SELECT ${value} FROM (SELECT n::int) AS row) FROM (${numbered}) AS numbered WHERE target.ctid = numbered.ctid AND n > 1`,
  )
}

async function attempt(query: TestDatabase['query'], sql: string): Promise<boolean> {
  try {
    await query(sql)
    return true
  } catch (error) {
    if (process.env['SHOW']) console.log(`${sql}: ${(error as Error).message}`)
    return false
  }
}

/**
 * What the n-th row gets in each column.
 * @param isFirst the table is empty: nobody is there to refer to
 */
function valuesOf({ name, columns, keys }: Table, isFirst: boolean): Map<string, string> {
  const values = new Map<string, string>()
  for (const column of columns) {
    const value = valueOf(column)
    if (value !== undefined) values.set(column.name, value)
  }
  for (const key of keys)
    for (const [at, column] of key.columns.entries()) {
      const own = columns.find((one) => one.name === column)!
      if (isFirst && key.table === name && own.nullable) values.delete(column)
      else values.set(column, reference(key, at))
    }
  return values
}

/** The key of the n-th row of a table. */
function reference({ table, targets }: Table['keys'][number], at: number): string {
  return `(SELECT ${targets[at]} FROM ${table} ORDER BY ${targets.join(', ')} OFFSET (n - 1) % ${count} LIMIT 1)`
}

/** Undefined: the column's default is as good. */
function valueOf({ type, kind, length, nullable, unique }: Column): string | undefined {
  const value = plainValue(type, kind)
  if (value === undefined) return undefined
  // few characters must differ from row to row
  const text = length !== null && length < 9 ? "'c' || n" : value
  const isText = length !== null && type.startsWith('character')
  const fitting = isText ? `left(${text}, ${length})` : value
  return nullable && !unique ? `CASE WHEN n > 1 THEN ${fitting} END` : fitting
}

function plainValue(type: string, kind: string): string | undefined {
  if (type.endsWith('[]')) {
    const element = type.slice(0, -2)
    const one = values.find(([pattern]) => pattern.test(element))?.[1]
    return one === undefined ? undefined : `ARRAY[${one}, ${one}]::${type}`
  }
  if (kind === 'e') return `(enum_range(NULL::${type}))[1 + n % array_length(enum_range(NULL::${type}), 1)]` // oxfmt-ignore
  return values.find(([pattern]) => pattern.test(type))?.[1]
}
