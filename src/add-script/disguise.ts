import { MigrationError } from '../errors'
import { quoteIdentifier } from '../database/quote'
import { type Catalog, rebuild, virtualMark } from './catalog'
import { columnChanges, type ColumnChange } from './column-changes'
import { type Engine } from './engine'
import { type Fact, factsOf, type IdOf, keyOf, textOf } from './facts'
import { describe } from './names'
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
 * that becomes a plain one, another expression (from PostgreSQL 17 on), a partition's bounds. It is
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
  for (const { id, payload } of factsOf(to.facts, 'table')) {
    const before = from.facts.get(id)?.payload
    if (!before || !movesBounds(id, before, payload)) continue
    payloads.set(keyOf(id), { ...payload, partitionBound: before['partitionBound'] ?? null })
    const [detach, attach] = rebound(id, payload)
    front.push(detach)
    back.push(attach)
  }
  const facts = to.facts.facts().map((fact) => {
    const payload = payloads.get(keyOf(fact.id))
    return payload ? { ...fact, payload } : fact
  })
  return { to: { ...to, facts: rebuild(engine, facts, to.facts.edges) }, front, back }
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

/** True where only the bounds differ. */
function movesBounds(id: IdOf<'table'>, from: Fact['payload'], to: Fact['payload']): boolean {
  for (const what of ['partitionKey', 'parentTable']) {
    if (JSON.stringify(from[what] ?? null) === JSON.stringify(to[what] ?? null)) continue
    throw new MigrationError('DIFFERENCE_REFUSED', `${describe(id)} would have to be made anew`, {
      detail: `Its ${what === 'partitionKey' ? 'partition key' : 'parent table'} differs, which PostgreSQL cannot change in place.`,
      hint: 'Write this script by hand: make the new table, move the rows, drop the old one.',
    })
  }
  return (from['partitionBound'] ?? null) !== (to['partitionBound'] ?? null)
}

function rebound(id: IdOf<'table'>, payload: Fact['payload']): [Step, Step] {
  const { schema, name } = payload['parentTable'] as { schema: string; name: string }
  const parent = `ALTER TABLE ${quoteIdentifier(schema, name)}`
  const table = quoteIdentifier(id.schema, id.name)
  return [
    step(`${parent} DETACH PARTITION ${table}`, [id]),
    step(`${parent} ATTACH PARTITION ${table} ${textOf(payload['partitionBound'])}`, [id]),
  ]
}
