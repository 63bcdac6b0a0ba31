import type { ColumnFacts, TableFacts } from './table-facts'

/**
 * The tables with all that rows must satisfy to fit what the tables become as well: values that the
 * new type takes, no null where there may be none, keys that exist. Tables and columns are known by
 * their names. Pure.
 */
export function fittingTables(
  tables: readonly TableFacts[],
  target: readonly TableFacts[],
): readonly TableFacts[] {
  if (target.length === 0) return tables
  const byName = new Map(tables.map((table) => [table.name, table]))
  const targets = new Map(target.map((table) => [table.name, table]))
  return tables.map((table) => {
    const wanted = targets.get(table.name)
    return wanted ? fitted(table, wanted, byName) : table
  })
}

function fitted(
  table: TableFacts,
  wanted: TableFacts,
  byName: ReadonlyMap<string, TableFacts>,
): TableFacts {
  const columnsOf = ({ columns }: TableFacts) => new Set(columns.map(({ name }) => name))
  const own = columnsOf(table)
  const known = new Set(table.references.map(({ columns, table: of }) => `${of} ${columns.join()}`))
  const references = wanted.references.flatMap((reference) => {
    const { columns, targets, table: of } = reference
    const target = byName.get(of)
    if (known.has(`${of} ${columns.join()}`) || !target) return []
    const there = columnsOf(target)
    const whole = columns.every((name) => own.has(name)) && targets.every((name) => there.has(name))
    return whole ? [{ ...reference, tableOid: target.oid }] : []
  })
  return {
    ...table,
    columns: table.columns.map((column) => fittedColumn(column, wanted)),
    references: [...table.references, ...references],
    conditions: [...table.conditions, ...wanted.conditions],
  }
}

/** The value is written as the column's own type, but chosen for the one that it will have. */
function fittedColumn(column: ColumnFacts, { columns }: TableFacts): ColumnFacts {
  const wanted = columns.find(({ name }) => name === column.name)
  if (!wanted) return column
  const { base, category, array, labels, fields } = wanted
  const like = column.type === wanted.type ? {} : { base, category, array, labels, fields }
  return { ...column, ...like, notNull: column.notNull || wanted.notNull }
}
