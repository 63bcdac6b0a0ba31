import { eq } from '../../database/sql/operators'
import { quoteIdentifier, quoteLiteral } from '../../database/sql/quote'
import { metadataKeys, type OwnOperation } from '../model/operation'
import type { RowQuery } from '../model/value-sources'
import { valueSql } from './online/value-sql'
import { namesOf, type ValueMap, type ValueMapPart } from '../model/value-map'

type Of<Kind extends OwnOperation['kind']> = Extract<OwnOperation, { kind: Kind }>

type RowOperation = Of<'fill column' | 'insert rows' | 'restore rows'> | MetadataOperation
type MetadataOperation = Of<'create metadata table' | 'insert metadata' | 'delete metadata'>

/** What writes rows, TypeORM's own included. */
export function rowSql(operation: RowOperation): string {
  switch (operation.kind) {
    case 'fill column':
      return fillSql(operation)
    case 'insert rows':
      return insertSql(operation)
    case 'restore rows':
      return restoreSql(operation)
    default:
      return metadataSql(operation)
  }
}

/** `UPDATE`, of all rows or of those without a value. */
function fillSql({ column: id, expression, onlyNulls }: Of<'fill column'>): string {
  const column = quoteIdentifier(id.name)
  const where = onlyNulls ? ` WHERE ${column} IS NULL` : ''
  return `UPDATE ${quoteIdentifier(id.schema, id.table)} SET ${column} = ${valueSql(expression)}${where}`
}

function insertSql({ table, columns, rows, overriding }: Of<'insert rows'>): string {
  const names = columns.map((name) => quoteIdentifier(name)).join(', ')
  const own = overriding ? ' OVERRIDING SYSTEM VALUE' : ''
  return `INSERT INTO ${quoteIdentifier(table.schema, table.name)} (${names})${own} ${querySql(rows)}`
}

function querySql(query: RowQuery): string {
  if (query.rows === 'texts')
    return `VALUES ${query.texts.map((one) => `(${quoteLiteral(one)})`).join(', ')}`
  const table = quoteIdentifier(query.table.schema, query.table.name)
  if (query.rows === 'closure') return closureSql(query, table)
  const { columns, present, needs } = query
  const conditions = present.map((name) => `${quoteIdentifier(name)} IS NOT NULL`)
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(needs === 'all' ? ' AND ' : ' OR ')}` // oxfmt-ignore
  return `SELECT ${columns.map((name) => quoteIdentifier(name)).join(', ')} FROM ${table}${where}`
}

/** Circles end, as UNION has each pair once. */
function closureSql(
  { key, parent }: Extract<RowQuery, { rows: 'closure' }>,
  table: string,
): string {
  const own = quoteIdentifier(key)
  const start = `SELECT ${own} AS ancestor, ${own} AS descendant FROM ${table}`
  const next = `SELECT up.ancestor, node.${own} FROM tree AS up JOIN ${table} AS node ON node.${quoteIdentifier(parent)} ${eq} up.descendant`
  return `WITH RECURSIVE tree AS (${start} UNION ${next}) SELECT ancestor, descendant FROM tree`
}

/** A row for each key that is held; two tables may hold the same one. */
function restoreSql({ keys, referred, values }: Of<'restore rows'>): string {
  const [[holder], [table]] = [keys, referred]
  const own = keys.map(({ name }) => quoteIdentifier(name))
  const names = [...referred.map(({ name }) => name), ...values.keys()]
  const list = names.map((name) => quoteIdentifier(name)).join(', ')
  const where = own.map((name) => `${name} IS NOT NULL`).join(' AND ')
  const select = `SELECT DISTINCT ${[...own, ...values.values()].join(', ')}`
  const source = quoteIdentifier(holder!.schema, holder!.table)
  return `INSERT INTO ${quoteIdentifier(table!.schema, table!.table)} (${list}) OVERRIDING SYSTEM VALUE ${select} FROM ${source} WHERE ${where} ON CONFLICT DO NOTHING`
}

const metadataColumns = `"type" varchar NOT NULL, "database" varchar, "schema" varchar, "table" varchar, "name" varchar, "value" text`

/** What TypeORM remembers, in its own table. */
function metadataSql(operation: MetadataOperation): string {
  const name = quoteIdentifier(operation.table.schema, operation.table.name)
  if (operation.kind === 'create metadata table')
    return `CREATE TABLE IF NOT EXISTS ${name} (${metadataColumns})`
  const { row } = operation
  if (operation.kind === 'delete metadata') {
    const conditions = metadataKeys.map((key) =>
      row[key] === null ? `"${key}" IS NULL` : `"${key}" = ${quoteLiteral(row[key])}`,
    )
    return `DELETE FROM ${name} WHERE ${conditions.join(' AND ')}`
  }
  const texts = [row.type, row.schema, row.table, row.name, row.value].map(quoteLiteral)
  const database = row.ofDatabase ? 'pg_catalog.current_database()' : 'NULL'
  return `INSERT INTO ${name} ("type", "schema", "table", "name", "value", "database") VALUES (${texts.join(', ')}, ${database})`
}

/** A table of old and new values, and a function over it, since USING takes no subquery. */
export function valueMapSql(part: ValueMapPart, map: ValueMap): string {
  const { column, from, to, expression } = map
  const { table, plain, name } = namesOf(map)
  switch (part) {
    case 'table': {
      // a literal alone has no type yet
      const value = /^(?:NULL|'(?:[^']|'')*')$/i.test(expression) ? `${expression}::${to}` : expression // oxfmt-ignore
      const source = quoteIdentifier(column.schema, column.table)
      return `CREATE TEMPORARY TABLE ${plain} AS SELECT ${quoteIdentifier(column.name)} AS old_value, ${value} AS new_value FROM ${source}`
    }
    case 'index':
      return `CREATE UNIQUE INDEX ON ${table} (old_value)`
    case 'function': {
      // a type of an extension or of the user's own has its own way of comparing
      const equals = from.includes('.') ? '=' : eq
      const body = quoteLiteral(`SELECT new_value FROM ${table} WHERE old_value ${equals} $1`)
      return `CREATE FUNCTION ${name}(${from}) RETURNS ${to} LANGUAGE sql STABLE AS ${body}`
    }
    case 'drop function':
      return `DROP FUNCTION ${name}(${from})`
    case 'drop table':
      return `DROP TABLE ${table}`
  }
}
