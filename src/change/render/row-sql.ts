import { quoteIdentifier, quoteLiteral } from '../../database/sql/quote'
import { metadataKeys, type OwnOperation } from '../model/operation'

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
  return `UPDATE ${quoteIdentifier(id.schema, id.table)} SET ${column} = ${expression}${where}`
}

function insertSql({ table, columns, rows, overriding }: Of<'insert rows'>): string {
  const names = columns.map((name) => quoteIdentifier(name)).join(', ')
  const own = overriding ? ' OVERRIDING SYSTEM VALUE' : ''
  return `INSERT INTO ${quoteIdentifier(table.schema, table.name)} (${names})${own} ${rows}`
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
