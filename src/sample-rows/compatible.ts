import type { ColumnFacts, ReferenceFacts, TableFacts } from './tables/tables'

/**
 * The tables with all that rows must satisfy to fit what the tables become as well: values that the
 * new type takes, no null where there may be none, keys that exist. A table and a column are known by
 * PostgreSQL's own numbers for them, whatever they are called afterwards; a table that was made again,
 * by its name. Pure.
 */
export function fittingTables(
  tables: readonly TableFacts[],
  target: readonly TableFacts[],
): readonly Fitted[] {
  const byOid = new Map(target.map((table) => [table.oid, table]))
  const byName = new Map(target.map((table) => [table.name, table]))
  const pairs = tables.flatMap((table) => {
    const now = byOid.get(table.oid) ?? byName.get(table.name)
    return now ? [{ table, now, names: oldNames(table, now) }] : []
  })
  const known = new Map(pairs.map((pair) => [pair.now.oid, pair]))
  const own = new Map(pairs.map((pair) => [pair.table, pair]))
  return tables.map((table) => {
    const pair = own.get(table)
    if (!pair) return { table }
    const names = new Map([...pair.names].map(([after, before]) => [before, after]))
    return { table: fitted(pair, known), now: { table: pair.now, names } }
  })
}

/** What rows are made for: a table with the demands of both ends, and what it becomes. */
export interface Fitted {
  table: TableFacts
  now?: {
    table: TableFacts
    /** Its names of columns by today's. */
    names: ReadonlyMap<string, string>
  }
}

/** A table as it is, and as it will be. */
interface Pair {
  table: TableFacts
  now: TableFacts
  /** Today's names of columns by those that they will have. */
  names: ReadonlyMap<string, string>
}

function oldNames(table: TableFacts, now: TableFacts): Map<string, string> {
  const isSame = table.oid === now.oid
  const pairs = now.columns.flatMap((column): [string, string][] => {
    const numbered = table.columns.find(({ number }) => isSame && number === column.number)
    const old = numbered ?? table.columns.find(({ name }) => name === column.name)
    return old ? [[column.name, old.name]] : []
  })
  return new Map(pairs)
}

function fitted({ table, now, names }: Pair, known: ReadonlyMap<string, Pair>): TableFacts {
  const has = new Set(table.references.map(likeness))
  const references = now.references
    .map((reference) => fittedReference(reference, names, known))
    .filter((one) => one.columns.length > 0 && !has.has(likeness(one)))
  const keys = now.keys.map((key) => renamed(key, names)).filter((key, at) => key.length === now.keys[at]!.length) // oxfmt-ignore
  const later = new Map(now.columns.map((column) => [names.get(column.name), column]))
  return {
    ...table,
    columns: table.columns.map((column) => fittedColumn(column, later.get(column.name))),
    references: [...table.references, ...references],
    keys: [...table.keys, ...keys],
  }
}

/** Nothing is there to refer to in a table, or by columns, that are yet to be made. */
function fittedReference(
  reference: ReferenceFacts,
  names: Pair['names'],
  known: ReadonlyMap<string, Pair>,
): ReferenceFacts {
  const other = known.get(reference.tableOid)
  const columns = renamed(reference.columns, names)
  const targets = other ? renamed(reference.targets, other.names) : []
  const isWhole = columns.length === reference.columns.length
  const isThere = other !== undefined && targets.length === reference.targets.length
  return {
    ...reference,
    columns: isWhole ? columns : [],
    targets,
    tableOid: isThere ? other.table.oid : 'none',
  }
}

function renamed(columns: readonly string[], names: Pair['names']): string[] {
  return columns.flatMap((name) => names.get(name) ?? [])
}

function likeness({ columns, targets, tableOid }: ReferenceFacts): string {
  return JSON.stringify([columns, targets, tableOid])
}

/**
 * The value is written as the column's own type, and where that is text chosen for the one that it will
 * have; a label is one that stays.
 */
function fittedColumn(column: ColumnFacts, target: ColumnFacts | undefined): ColumnFacts {
  if (!target) return column
  const notNull = column.notNull || target.notNull
  if (column.labels) return { ...column, notNull, labels: commonLabels(column, target) }
  if (!takes(column, target) || column.type === target.type) return { ...column, notNull }
  const { base, category, labels, fields } = target
  return { ...column, notNull, base, category, labels, fields }
}

/** True where a value of the other type can be written as one of this type. */
function takes({ category, base }: ColumnFacts, target: ColumnFacts): boolean {
  return category === 'S' || (/^jsonb?$/.test(base) && ['N', 'B'].includes(target.category))
}

function commonLabels({ labels }: ColumnFacts, target: ColumnFacts): readonly string[] | null {
  const common = labels?.filter((label) => target.labels?.includes(label) ?? true) ?? []
  return common.length > 0 ? common : labels
}
