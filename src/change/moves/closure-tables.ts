import { insert, isComplete, type Move, move, type MoveSides } from './move-parts'
import { nameOf, tableOf, type TableShape } from './table-shapes'

/**
 * A new table of all ancestors and descendants of a tree that is there, as TypeORM keeps one, gets them
 * from the parents. Circles end, as each pair is there once.
 */
export function closureTables(old: TableShape, now: TableShape, { added }: MoveSides): Move[] {
  const { key } = now
  const [parent, ...others] = parentsIn(now).filter((name) => old.columns.has(name))
  if (key === undefined || old.key !== key || parent === undefined || others.length > 0) return []
  return added.flatMap((table) => {
    const ends = endsIn(table, now)
    if (!ends || !isComplete(table, ends)) return []
    const rows = insert(table, ends, { rows: 'closure', table: tableOf(old), key, parent })
    return [move(table, [], [rows], [], [], [])]
  })
}

function parentsIn({ id, key, keys }: TableShape): string[] {
  const own = keys.filter(({ referred: [one] }) => nameOf(one!) === nameOf(id) && one!.name === key)
  return own.map(({ columns }) => columns[0]!.name)
}

/** Its two references to the tree, by what they are called. */
function endsIn(table: TableShape, { id, key }: TableShape): [string, string] | undefined {
  const own = table.keys.filter(({ referred: [one] }) => nameOf(one!) === nameOf(id) && one!.name === key) // oxfmt-ignore
  const names = own.map(({ columns }) => columns[0]!.name)
  const [ancestor, second] = names.filter((name) => /ancestor/i.test(name))
  const [descendant, third] = names.filter((name) => /descendant/i.test(name))
  if (ancestor === undefined || descendant === undefined || ancestor === descendant)
    return undefined
  return second === undefined && third === undefined && names.length === 2 ? [ancestor, descendant] : undefined // oxfmt-ignore
}
