import { eq } from '../../database/sql/operators'
import { quoteIdentifier, quoteLiteral } from '../../database/sql/quote'
import type { Catalog } from '../../catalog/catalog'
import type { Column } from '../../catalog/difference'
import { type ColumnId, enumValues, factsOf, type IdOf } from '../../catalog/facts'
import { shown } from '../../catalog/object-names'
import type { OwnOperation } from '../model/operation'
import { pathOf } from '../model/option-values'
import { isOptional, nameOf, type TableShape, tableShapes } from './table-shapes'

/** Makes the rows of a new table, or lets its key go on after them. */
type RowsOperation = Extract<OwnOperation, { kind: 'insert rows' | 'continue sequence' }>

/** Values that go from columns that are dropped into tables and columns that are new. */
export interface Move {
  /** The columns that hold them before. */
  from: readonly ColumnId[]
  /** The table that is new. */
  into: IdOf<'table'>
  /** Makes its rows. */
  rows: readonly RowsOperation[]
  /** New columns that refer to those rows, and what they get. */
  fills: readonly Fill[]
  /** What the old columns get when they come back. */
  back: readonly Fill[]
  /** What that cannot restore. */
  losses: readonly string[]
}

/** What all rows of a table get in a column. */
export interface Fill {
  column: ColumnId
  expression: string
}

interface Sides {
  before: ReadonlyMap<string, TableShape>
  after: ReadonlyMap<string, TableShape>
  added: readonly TableShape[]
  /** The values of each enum of the old side, by its name in SQL. */
  enums: ReadonlyMap<string, readonly string[]>
}

/**
 * Finds the moves that follow from the keys and types alone: a reference that becomes a join table, columns
 * that go to a table of their own, an enum that becomes a table of its values. Where more than one reading
 * fits, there is none. Pure.
 */
export function findMoves(from: Catalog, to: Catalog): Move[] {
  if (factsOf(to.facts, 'table').every(({ id }) => from.facts.has(id))) return []
  const [before, after] = [tableShapes(from), tableShapes(to)]
  const added = [...after.values()].filter(({ id }) => !from.facts.has(id))
  const enums = factsOf(from.facts, 'type').flatMap((fact) => {
    const values = enumValues(fact)
    return values ? [[`${fact.id.schema}.${fact.id.name}`, values] as const] : []
  })
  const sides: Sides = { before, after, added, enums: new Map(enums) }
  return [...before.values()].flatMap((old) => {
    const now = after.get(nameOf(old.id))
    if (!now) return []
    const joins = [...lost(old, now)].flatMap((column) => joinTable(column, old, sides))
    const values = valueTables(old, now, sides)
    const taken = [...joins, ...values].flatMap((move) => move.from.map(({ name }) => name))
    const left = [...lost(old, now)].filter((name) => !taken.includes(name))
    return [...joins, ...values, ...ownTables(left, old, now, sides)]
  })
}

function lost(old: TableShape, now: TableShape): Set<string> {
  const gone = [...old.columns].filter(([name, { generated }]) => !now.columns.has(name) && generated === undefined) // prettier-ignore
  return new Set(gone.map(([name]) => name))
}

/** `book.author_id` becomes `book_author (book_id, author_id)`. */
function joinTable(column: string, old: TableShape, { added }: Sides): Move[] {
  const { key } = old
  const target = old.keys.find(({ columns }) => columns[0]!.name === column)?.referred[0]
  if (!target || key === undefined || nameOf(target) === nameOf(old.id)) return []
  const found = added.flatMap((table) => {
    const own = table.keys.filter(({ referred: [one] }) => nameOf(one!) === nameOf(old.id) && one!.name === key) // prettier-ignore
    const other = table.keys.filter(({ referred: [one] }) => nameOf(one!) === nameOf(target) && one!.name === target.name) // prettier-ignore
    if (own.length !== 1 || other.length !== 1) return []
    const names = [own[0]!.columns[0]!.name, other[0]!.columns[0]!.name] as const
    return isComplete(table, names) ? [{ table, names }] : []
  })
  const [only] = found
  if (!only || found.length > 1) return []
  const [own, other] = only.names
  const home = columnId(old, column)
  const present = `SELECT ${list([key, column])} FROM ${path(old)} WHERE ${quoteIdentifier(column)} IS NOT NULL`
  const rows = insert(only.table, only.names, present)
  const expression = `(SELECT ${of(other)} FROM ${path(only.table)} AS moved WHERE ${of(own)} ${eq} ${at(old, key)} ORDER BY ${of(other)} LIMIT 1)`
  const name = shown(only.table.id)
  const losses = [`${pathOf(home)} gets one value where ${name} has several rows.`]
  return [move(only.table, [home], [rows], [], [{ column: home, expression }], losses)]
}

/** `users.status status` becomes `users.status_id` and `status (id, name)`. */
function valueTables(old: TableShape, now: TableShape, { added, enums }: Sides): Move[] {
  const columns = [...lost(old, now)].filter((name) => enums.has(plain(old, name)))
  return columns.flatMap((column) => {
    const found = added.flatMap((table) => valuesOf(table, old, now, column))
    const [only] = found
    if (!only || found.length > 1) return []
    const { table, value, reference } = only
    const home = columnId(old, column)
    const type = old.columns.get(column)!.type
    const values = enums.get(plain(old, column))!.map((one) => `(${quoteLiteral(one)})`)
    const rows = insert(table, [value], `VALUES ${values.join(', ')}`)
    const key = table.key!
    const fill = `(SELECT ${of(key)} FROM ${path(table)} AS moved WHERE ${of(value)} ${eq} ${at(old, column)}::pg_catalog.text)`
    const expression = `(SELECT ${of(value)} FROM ${path(table)} AS moved WHERE ${of(key)} ${eq} ${at(old, reference)})::pg_catalog.text::${type}`
    const fills = [{ column: columnId(now, reference), expression: fill }]
    return [move(table, [home], [rows], fills, [{ column: home, expression }], [])]
  })
}

/** A new table that may hold an enum's values, its column for them, and the new column that refers to it. */
function valuesOf(table: TableShape, old: TableShape, now: TableShape, column: string) {
  const { key } = table
  if (key === undefined) return []
  const references = newReferences(old, now, table)
  const texts = [...table.columns].filter(([, { type }]) =>
    /^(?:text|character varying)/.test(type),
  )
  const named = texts.filter(([name, { notNull }]) => notNull || table.unique.has(name))
  const value = texts.some(([name]) => name === key) ? key : named.length === 1 ? named[0]![0] : undefined // prettier-ignore
  const likely = references.filter((name) => references.length === 1 || name.startsWith(column))
  if (value === undefined || likely.length !== 1 || !isComplete(table, [value])) return []
  return [{ table, value, reference: likely[0]! }]
}

/** `users (street, city)` becomes `address (user_id, street, city)`, or `users.address_id` as well. */
function ownTables(
  left: readonly string[],
  old: TableShape,
  now: TableShape,
  { added }: Sides,
): Move[] {
  const fitting = added.flatMap((table) => {
    const shared = left.filter((name) => table.columns.get(name)?.type === old.columns.get(name)!.type) // prettier-ignore
    const found = shared.length === 0 ? undefined : ownTable({ table, shared, old, now })
    return found ? [found] : []
  })
  const all = fitting.flatMap(({ from }) => from.map(({ name }) => name))
  return new Set(all).size === all.length ? fitting : []
}

/** Columns that a new table has as the old one had them. */
interface Leaving {
  table: TableShape
  shared: readonly string[]
  old: TableShape
  now: TableShape
}

function ownTable(leaving: Leaving): Move | undefined {
  const { table, shared, old, now } = leaving
  if (old.key === undefined) return undefined
  const towards = table.keys.filter(({ columns: [own], referred: [one] }) => nameOf(one!) === nameOf(old.id) && one!.name === old.key && table.unique.has(own!.name)) // prettier-ignore
  const references = newReferences(old, now, table).filter((name) => now.unique.has(name))
  const [link] = towards
  if (link && towards.length === 1 && references.length === 0) {
    const own = link.columns[0]!.name
    return isComplete(table, [own, ...shared]) ? moved(leaving, own, old.key, []) : undefined
  }
  const [reference] = references
  const { key } = table
  const isSame = key !== undefined && sameType(table, key, old)
  if (reference === undefined || references.length > 1 || towards.length > 0 || !isSame) return undefined // prettier-ignore
  if (!isComplete(table, [key, ...shared])) return undefined
  const column = columnId(now, reference)
  const expression = `(SELECT ${of(key)} FROM ${path(table)} AS moved WHERE ${of(key)} ${eq} ${at(old, old.key)})`
  return moved(leaving, key, reference, [{ column, expression }])
}

/**
 * @param key the column of the new table that gets the old table's key
 * @param by the column of the old table by which its row is found again
 */
function moved(
  { table, shared, old, now }: Leaving,
  key: string,
  by: string,
  fills: readonly Fill[],
): Move {
  const where = fills.some(({ column }) => now.columns.get(column.name)!.notNull) ? '' : conditions(table, shared, old) // prettier-ignore
  const names = [key, ...shared]
  const overriding = Boolean(table.columns.get(key)?.identity)
  const copied = `SELECT ${list([old.key!, ...shared])} FROM ${path(old)}${where}`
  const rows = [insert(table, names, copied, overriding), ...following(table, key)]
  const back = shared.map((name) => {
    const value = `(SELECT ${of(name)} FROM ${path(table)} AS moved WHERE ${of(key)} ${eq} ${at(old, by)})`
    return { column: columnId(old, name), expression: orDefault(value, old.columns.get(name)!) }
  })
  const homes = shared.map((name) => columnId(old, name))
  return move(table, homes, rows, fills, back, [])
}

/** A row that was made since may have no row there, and a required column is not to get NULL. */
function orDefault(value: string, { notNull, default: usual }: Column): string {
  return notNull && usual !== undefined ? `coalesce(${value}, ${usual})` : value
}

/** Rows without any of the values need no row of their own. */
function conditions(table: TableShape, shared: readonly string[], old: TableShape): string {
  const nullable = shared.filter((name) => !old.columns.get(name)!.notNull)
  const needed = nullable.filter((name) => table.columns.get(name)!.notNull)
  const present = (names: readonly string[], word: string) =>
    names.map((name) => `${quoteIdentifier(name)} IS NOT NULL`).join(word)
  if (needed.length > 0) return ` WHERE ${present(needed, ' AND ')}`
  return nullable.length === shared.length ? ` WHERE ${present(nullable, ' OR ')}` : ''
}

/** The sequence of a key that was copied goes on after it. */
function following(table: TableShape, key: string): RowsOperation[] {
  const column = table.columns.get(key)!
  if (!column.identity && column.default?.startsWith('nextval(') !== true) return []
  return [{ kind: 'continue sequence', column: columnId(table, key) }]
}

/** New columns that refer to the key of a new table. */
function newReferences(old: TableShape, now: TableShape, { id, key }: TableShape): string[] {
  return now.keys.flatMap(({ columns: [own], referred: [one] }) => {
    const isNew = !old.columns.has(own!.name)
    return isNew && nameOf(one!) === nameOf(id) && one!.name === key ? [own!.name] : []
  })
}

function sameType(table: TableShape, key: string, old: TableShape): boolean {
  return table.columns.get(key)?.type === old.columns.get(old.key!)?.type
}

/** True where these values are all that a row needs. */
function isComplete({ columns }: TableShape, names: readonly string[]): boolean {
  return [...columns].every(([name, column]) => names.includes(name) || isOptional(column))
}

/** A type without quotes, as enums are looked up. */
function plain({ columns }: TableShape, name: string): string {
  return columns.get(name)!.type.replaceAll('"', '')
}

function move(
  { id: into }: TableShape,
  from: readonly ColumnId[],
  rows: readonly RowsOperation[],
  fills: readonly Fill[],
  back: readonly Fill[],
  losses: readonly string[],
): Move {
  return { from, into, rows, fills, back, losses }
}

/** @param overriding the key is an identity, and gets the values all the same */
function insert(
  { id: table }: TableShape,
  columns: readonly string[],
  rows: string,
  overriding = false,
): RowsOperation {
  return { kind: 'insert rows', table, columns, rows, overriding }
}

function columnId({ id }: TableShape, name: string): ColumnId {
  return { kind: 'column', schema: id.schema, table: id.name, name }
}

function path({ id }: TableShape): string {
  return quoteIdentifier(id.schema, id.name)
}

/** A column of the table whose rows are changed. */
function at({ id }: TableShape, name: string): string {
  return quoteIdentifier(id.schema, id.name, name)
}

/** A column of the table that is looked up. */
function of(name: string): string {
  return `moved.${quoteIdentifier(name)}`
}

function list(names: readonly string[]): string {
  return names.map((name) => quoteIdentifier(name)).join(', ')
}
