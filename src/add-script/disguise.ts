import { type Catalog, rebuild, virtualMark } from './catalog'
import { columnChanges, type ColumnChange } from './column-changes'
import { type Engine } from './engine'
import { type Fact, keyOf } from './facts'
import { isOf, movedTables } from './parents'
import { alterColumn, step, type Step } from './step'

/** The wanted facts as pg-delta is to see them, and what we write in place of what it would. */
export interface Disguised {
  to: Catalog
  /** Before all that pg-delta plans. */
  front: Step[]
  /** After it. */
  back: Step[]
}

/**
 * pg-delta drops and makes anew what PostgreSQL can change in place: a collation, a generated column
 * that becomes a plain one, another expression (from PostgreSQL 17 on), a table's place below its parent. It is
 * shown a smaller difference, and the statements for the rest are ours.
 *
 * @throws {MigrationError} DIFFERENCE_REFUSED where a table could only be made anew
 */
export function disguise(engine: Engine, from: Catalog, to: Catalog, major: number): Disguised {
  const payloads = new Map<string, Fact['payload']>()
  const front: Step[] = []
  const back: Step[] = []
  for (const change of columnChanges(from, to)) {
    const before = from.facts.get(change.id)!.payload
    const payload = { ...to.facts.get(change.id)!.payload }
    if (payload['collation'] !== before['collation']) {
      payload['collation'] = before['collation'] ?? null
      // The type's text must differ, or pg-delta sees nothing to do; the statement is ours.
      payload['type'] = `${change.to.type} `
    }
    const generated = inPlace(change, major)
    if (generated) {
      payload['generatedExpr'] = before['generatedExpr'] ?? null
      front.push(generated)
    }
    payloads.set(keyOf(change.id), payload)
  }
  const moved = movedTables(from, to)
  for (const { id, leaving, joining } of moved) {
    const { partitionBound, parentTable } = from.facts.get(id)!.payload
    const place = { partitionBound: partitionBound ?? null, parentTable: parentTable ?? null }
    payloads.set(keyOf(id), { ...to.facts.get(id)!.payload, ...place })
    front.push(...leaving)
    back.push(...joining)
  }
  const apart = moved.filter(({ hasOtherParent }) => hasOtherParent)
  const isApart = (fact: Fact) => fact.id.kind !== 'table' && apart.some(({ id }) => isOf(fact, id))
  const facts = to.facts.facts().flatMap((fact) => {
    const payload = payloads.get(keyOf(fact.id))
    if (isApart(fact)) return []
    return payload ? { ...fact, payload } : fact
  })
  const asTheyAre = from.facts.facts().filter(isApart)
  const edges = apart.length > 0 ? [...to.facts.edges, ...from.facts.edges] : to.facts.edges
  return { to: { ...to, facts: rebuild(engine, [...facts, ...asTheyAre], edges) }, front, back }
}

function inPlace({ id, from, to }: ColumnChange, major: number): Step | undefined {
  const { generated } = from
  if (generated === undefined || generated === to.generated) return undefined
  const isVirtual = generated.endsWith(virtualMark)
  if (to.generated === undefined)
    return isVirtual ? undefined : step(`${alterColumn(id)} DROP EXPRESSION`, [id])
  if (major < 17 || isVirtual !== to.generated.endsWith(virtualMark)) return undefined
  const expression = to.generated.replace(virtualMark, '')
  return step(`${alterColumn(id)} SET EXPRESSION AS (${expression})`, [id])
}
