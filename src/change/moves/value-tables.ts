import {
  columnId,
  insert,
  isComplete,
  type Move,
  move,
  type MoveSides,
  newReferences,
} from './move-parts'
import { lostColumns, nameOf, type TableShape } from './table-shapes'

/** `users.status status` becomes `users.status_id` and `status (id, name)`. */
export function valueTables(old: TableShape, now: TableShape, { added, enums }: MoveSides): Move[] {
  const columns = [...lostColumns(old, now)].filter((name) => enums.has(plain(old, name)))
  return columns.flatMap((column) => {
    const found = added.flatMap((table) => valuesOf(table, old, now, column))
    const [only] = found
    if (!only || found.length > 1) return []
    const { table, value, reference } = only
    const home = columnId(old, column)
    const type = old.columns.get(column)!.type
    const texts = enums.get(plain(old, column))!
    const rows = insert(table, [value], { rows: 'texts', texts })
    const key = columnId(table, table.key!)
    const text = columnId(table, value)
    const fill = { value: key, by: text, equals: home, asText: true }
    const expression = { value: text, by: key, equals: columnId(old, reference), type }
    const fills = [{ column: columnId(now, reference), expression: fill }]
    const raises = { kind: 'raises on other text', type: bare(type), isEnum: true } as const
    return [move(table, [home], [rows], fills, [{ column: home, expression, effects: [raises] }], [])] // oxfmt-ignore
  })
}

/** `users.status status` becomes a text that refers to a new table of its values. */
export function keyTables(old: TableShape, now: TableShape, { added, enums }: MoveSides): Move[] {
  return now.keys.flatMap(({ columns: [own], referred: [one] }) => {
    const column = own!.name
    const texts = old.columns.has(column) ? enums.get(plain(old, column)) : undefined
    const table = added.find(({ id, key }) => nameOf(id) === nameOf(one!) && key === one!.name)
    const isLike = table?.columns.get(one!.name)?.type === now.columns.get(column)?.type
    if (!texts || !table || !isLike || !isComplete(table, [one!.name])) return []
    const rows = insert(table, [one!.name], { rows: 'texts', texts })
    return [move(table, [columnId(old, column)], [rows], [], [], [])]
  })
}

/** As a person would name the type. */
function bare(type: string): string {
  return type.replace(/^public\./, '')
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
  const value = texts.some(([name]) => name === key) ? key : named.length === 1 ? named[0]![0] : undefined // oxfmt-ignore
  const likely = references.filter((name) => references.length === 1 || name.startsWith(column))
  if (value === undefined || likely.length !== 1 || !isComplete(table, [value])) return []
  return [{ table, value, reference: likely[0]! }]
}

/** A type without quotes, as enums are looked up. */
function plain({ columns }: TableShape, name: string): string {
  return columns.get(name)!.type.replaceAll('"', '')
}
