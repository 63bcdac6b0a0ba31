import { type Catalog, virtualMark } from '../../catalog/catalog'
import { columnOf } from '../../catalog/difference'
import { generatedExpression } from '../../catalog/facts'
import type { ColumnId, PlannedStep } from '../model/operation'

/** True where PostgreSQL writes the whole table again, under a lock that stops even readers. */
export function rewritesTable(
  { ids, verb, operation }: PlannedStep,
  from: Catalog,
  to: Catalog,
): boolean {
  const [first] = ids
  const id = ids.find((each): each is ColumnId => each.kind === 'column')
  if (!id) return false
  if (verb === 'create' && first === id) return isStored(id, to)
  const before = from.facts.get(id)
  if (operation?.kind !== 'alter column' || operation.part !== 'type' || !before) return false
  return operation.using !== undefined || !isWider(columnOf(from, before).type, operation.type)
}

function isStored(id: ColumnId, { facts }: Catalog): boolean {
  const expression = generatedExpression(facts.get(id))
  return expression !== undefined && !expression.endsWith(virtualMark)
}

const characters = /^(?:character varying|varchar)(?:\((\d+)\))?$/
const decimals = /^numeric(?:\((\d+),(\d+)\))?$/

/**
 * True where PostgreSQL only changes the catalog.
 * @see https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
 */
export function isWider(from: string, to: string): boolean {
  const bare = to.replace(/ COLLATE .*$/, '')
  if (bare === from) return true
  const [one, other] = [characters.exec(from), characters.exec(bare)]
  if ((one ?? from === 'text') && bare === 'text') return true
  if (from === 'text') return other !== null && other[1] === undefined
  if (one && other) return other[1] === undefined || Number(other[1]) >= Number(one[1] ?? Infinity)
  const [number, wide] = [decimals.exec(from), decimals.exec(bare)]
  if (!number || !wide) return from === 'cidr' && bare === 'inet'
  if (wide[1] === undefined) return true
  return number[2] === wide[2] && Number(wide[1]) >= Number(number[1] ?? Infinity)
}
