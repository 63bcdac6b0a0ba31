import type { Catalog } from '../../catalog/catalog'
import { columnOf } from '../../catalog/column-changes'
import { shown } from '../../catalog/object-names'
import type { ColumnId, Step } from '../../change/model/operation'

const altering = / ALTER COLUMN (?:"(?:[^"]|"")*"|[\w$]+) TYPE ([\s\S]+)$/
const computed = / ADD COLUMN [\s\S]* GENERATED ALWAYS AS [\s\S]* STORED/

/** Says above a step which lock it takes for how long, where it writes the table anew. */
export function withLock(one: Step, from: Catalog): Step {
  const id = one.ids.find((each): each is ColumnId => each.kind === 'column')
  if (!id || !rewrites(one, id, from)) return one
  const table = shown({ schema: id.schema, name: id.table })
  const comment = `Writes ${table} anew under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile. It has no online form.`
  return { ...one, comments: [...one.comments, comment] }
}

function rewrites({ sql }: Step, id: ColumnId, from: Catalog): boolean {
  if (computed.test(sql)) return true
  const [, definition] = altering.exec(sql) ?? []
  const before = from.facts.get(id)
  if (definition === undefined || !before) return false
  const [type = '', expression] = definition.split(' USING ')
  return expression !== undefined || !isWider(columnOf(from, before).type, type)
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
