import type { Catalog } from '../../catalog/catalog'
import type { Id } from '../../catalog/facts'
import type { SchemaOperation } from '../model/operation'

/** A statement of pg-delta's with what it leaves out of aggregates, collations and foreign tables. */
export function withLeftOut(
  operation: SchemaOperation,
  ids: readonly Id[],
  sides: readonly Catalog[],
): SchemaOperation {
  if (!('sql' in operation)) return operation
  const leftOut = ids.flatMap((id) => {
    const of = 'target' in id ? id.target : id
    const key = keyOfLeftOut(of)
    const text = key && sides.map(({ details }) => details.leftOut.get(key)).find(Boolean)
    return text ? [{ of, text }] : []
  })
  return leftOut.length > 0 ? { ...operation, leftOut } : operation
}

function keyOfLeftOut(id: Id): string | undefined {
  if (id.kind === 'aggregate') return `aggregate ${id.schema}.${id.name}(${id.args.join(', ')})`
  const isOne = id.kind === 'collation' || id.kind === 'foreignTable'
  return isOne ? `${id.kind} ${id.schema}.${id.name}` : undefined
}
