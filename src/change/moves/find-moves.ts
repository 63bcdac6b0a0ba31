import type { Catalog } from '../../catalog/catalog'
import type { Column } from '../../catalog/difference'
import { enumValues, factsOf } from '../../catalog/facts'
import { shown } from '../../catalog/object-names'
import { pathOf } from '../model/option-values'
import type { Lookup, RowQuery, RowValue } from '../model/value-sources'
import {
  columnId,
  type Fill,
  insert,
  isComplete,
  type Move,
  move,
  type MoveSides,
  newReferences,
  type RowsOperation,
} from './move-parts'
import { lostColumns, nameOf, tableOf, type TableShape, tableShapes } from './table-shapes'
import { closureTables } from './closure-tables'
import { keyTables, valueTables } from './value-tables'

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
  const sides: MoveSides = { before, after, added, enums: new Map(enums) }
  return [...before.values()].flatMap((old) => {
    const now = after.get(nameOf(old.id))
    if (!now) return []
    const joins = [...lostColumns(old, now)].flatMap((column) => joinTable(column, old, sides))
    const values = [...valueTables(old, now, sides), ...keyTables(old, now, sides)]
    const taken = [...joins, ...values].flatMap((move) => move.from.map(({ name }) => name))
    const left = [...lostColumns(old, now)].filter((name) => !taken.includes(name))
    return [
      ...joins,
      ...values,
      ...ownTables(left, old, now, sides),
      ...closureTables(old, now, sides),
    ]
  })
}

/** `book.author_id` becomes `book_author (book_id, author_id)`. */
function joinTable(column: string, old: TableShape, { added }: MoveSides): Move[] {
  const { key } = old
  const target = old.keys.find(({ columns }) => columns[0]!.name === column)?.referred[0]
  if (!target || key === undefined || nameOf(target) === nameOf(old.id)) return []
  const found = added.flatMap((table) => {
    const own = table.keys.filter(({ referred: [one] }) => nameOf(one!) === nameOf(old.id) && one!.name === key) // oxfmt-ignore
    const other = table.keys.filter(({ referred: [one] }) => nameOf(one!) === nameOf(target) && one!.name === target.name) // oxfmt-ignore
    if (own.length !== 1 || other.length !== 1) return []
    const names = [own[0]!.columns[0]!.name, other[0]!.columns[0]!.name] as const
    return isComplete(table, names) ? [{ table, names }] : []
  })
  const [only] = found
  if (!only || found.length > 1) return []
  const [own, other] = only.names
  const home = columnId(old, column)
  const rows = insert(only.table, only.names, {
    rows: 'columns',
    table: tableOf(old),
    columns: [key, column],
    present: [column],
    needs: 'all',
  })
  const expression = {
    value: columnId(only.table, other),
    by: columnId(only.table, own),
    equals: columnId(old, key),
    least: true,
  }
  const name = shown(only.table.id)
  const losses = [`${pathOf(home)} gets one value where ${name} has several rows.`]
  return [move(only.table, [home], [rows], [], [{ column: home, expression }], losses)]
}

/** `users (street, city)` becomes `address (user_id, street, city)`, or `users.address_id` as well. */
function ownTables(
  left: readonly string[],
  old: TableShape,
  now: TableShape,
  { added }: MoveSides,
): Move[] {
  const fitting = added.flatMap((table) => {
    const shared = left.filter((name) => table.columns.get(name)?.type === old.columns.get(name)!.type) // oxfmt-ignore
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
  const towards = table.keys.filter(({ columns: [own], referred: [one] }) => nameOf(one!) === nameOf(old.id) && one!.name === old.key && table.unique.has(own!.name)) // oxfmt-ignore
  const references = newReferences(old, now, table).filter((name) => now.unique.has(name))
  const [link] = towards
  if (link && towards.length === 1 && references.length === 0) {
    const own = link.columns[0]!.name
    return isComplete(table, [own, ...shared]) ? moved(leaving, own, old.key, []) : undefined
  }
  const [reference] = references
  const { key } = table
  const isSame = key !== undefined && sameType(table, key, old)
  if (reference === undefined || references.length > 1 || towards.length > 0 || !isSame) return undefined // oxfmt-ignore
  if (!isComplete(table, [key, ...shared])) return undefined
  const column = columnId(now, reference)
  const found = columnId(table, key)
  const expression = { value: found, by: found, equals: columnId(old, old.key) }
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
  const isEvery = fills.some(({ column }) => now.columns.get(column.name)!.notNull)
  const names = [key, ...shared]
  const overriding = Boolean(table.columns.get(key)?.identity)
  const copied: RowQuery = {
    rows: 'columns',
    table: tableOf(old),
    columns: [old.key!, ...shared],
    ...(isEvery ? everyRow : conditions(table, shared, old)),
  }
  const rows = [insert(table, names, copied, overriding), ...following(table, key)]
  const back = shared.map((name) => {
    const value = { value: columnId(table, name), by: columnId(table, key), equals: columnId(old, by) } // oxfmt-ignore
    return { column: columnId(old, name), expression: orDefault(value, old.columns.get(name)!) }
  })
  const homes = shared.map((name) => columnId(old, name))
  return move(table, homes, rows, fills, back, [])
}

/** A row that was made since may have no row there, and a required column is not to get NULL. */
function orDefault(value: Lookup, { notNull, default: usual }: Column): RowValue {
  return notNull && usual !== undefined ? { ...value, otherwise: usual } : value
}

type Present = Pick<Extract<RowQuery, { rows: 'columns' }>, 'present' | 'needs'>

const everyRow: Present = { present: [], needs: 'all' }

/** Rows without any of the values need no row of their own. */
function conditions(table: TableShape, shared: readonly string[], old: TableShape): Present {
  const nullable = shared.filter((name) => !old.columns.get(name)!.notNull)
  const needed = nullable.filter((name) => table.columns.get(name)!.notNull)
  if (needed.length > 0) return { present: needed, needs: 'all' }
  return nullable.length === shared.length ? { present: nullable, needs: 'any' } : everyRow
}

/** The sequence of a key that was copied goes on after it. */
function following(table: TableShape, key: string): RowsOperation[] {
  const column = table.columns.get(key)!
  if (!column.identity && column.default?.startsWith('nextval(') !== true) return []
  return [{ kind: 'continue sequence', column: columnId(table, key) }]
}

function sameType(table: TableShape, key: string, old: TableShape): boolean {
  return table.columns.get(key)?.type === old.columns.get(old.key!)?.type
}
