import { type Catalog, rebuild, virtualMark } from '../../catalog/catalog'
import type { ColumnChange, Difference } from '../../catalog/difference'
import { type Engine } from '../../catalog/engine'
import {
  constraintType,
  definitionOf,
  differsIn,
  type Fact,
  factsOf,
  type IdOf,
  keyOf,
  ownerOf,
  valuesIn,
} from '../../catalog/facts'
import { shown } from '../../catalog/object-names'
import { beforeAttached } from '../partitions/attached-indexes'
import { isOf, type Moved, movedTables } from '../partitions/partitions'
import { replaceView, type ViewId } from './views'
import { step, type PlannedStep } from '../model/planned-step'

/** The target facts as pg-delta is to see them, and what we write in place of what it would. */
export interface Disguised {
  to: Catalog
  /** Before all that pg-delta plans. */
  front: PlannedStep[]
  /** After it. */
  back: PlannedStep[]
}

/** What decides how much can be changed in place. */
export interface InPlace {
  major: number
  views: readonly ViewId[]
}

/**
 * pg-delta drops and creates again what PostgreSQL can change in place: a collation, a generated column
 * that becomes a plain one, another expression (from PostgreSQL 17 on), a rule that is validated or
 * deferred, a table's place below its parent, a view's query. It is shown a smaller difference, and the statements for
 * the rest are typetrek's own.
 *
 * @throws {MigrationError} DIFFERENCE_REFUSED where a table would have to be created again
 */
export function disguise(
  engine: Engine,
  difference: Difference,
  { major, views }: InPlace,
): Disguised {
  const { from, to } = difference
  const moved = movedTables(from, to)
  const parts = [
    columnParts(difference, major),
    tableParts(from, to, moved),
    ruleParts(from, to),
    viewParts(from, to, views),
  ]
  const payloads = new Map(parts.flatMap((part) => [...part.payloads]))
  const apart = moved.filter(({ hasOtherParent }) => hasOtherParent)
  // what a publication publishes of the table belongs to the publication
  const isElsewhere = ({ id }: Fact) => id.kind === 'table' || id.kind === 'publicationRel'
  const isApart = (fact: Fact) => !isElsewhere(fact) && apart.some(({ id }) => isOf(fact, id))
  const facts = to.facts.facts().flatMap((fact) => {
    const payload = payloads.get(keyOf(fact.id))
    if (isApart(fact)) return []
    return payload ? { ...fact, payload } : fact
  })
  const present = new Set(facts.map(({ id }) => keyOf(id)))
  const asTheyAre = from.facts
    .facts()
    .filter((fact) => isApart(fact) && !present.has(keyOf(fact.id)))
    .concat(beforeAttached(from, to))
  const edges = asTheyAre.length > 0 ? [...to.facts.edges, ...from.facts.edges] : to.facts.edges
  const all = new Map([...facts, ...asTheyAre].map((fact) => [keyOf(fact.id), fact]))
  return {
    to: { ...to, facts: rebuild(engine, [...all.values()], edges) },
    front: parts.flatMap(({ front }) => front),
    back: parts.flatMap(({ back }) => back),
  }
}

/** What pg-delta is to see of some facts. */
interface Part {
  payloads: [key: string, payload: Fact['payload']][]
  front: PlannedStep[]
  back: PlannedStep[]
}

function columnParts({ from, to, columns }: Difference, major: number): Part {
  const part: Part = { payloads: [], front: [], back: [] }
  for (const change of columns) {
    const before = from.facts.get(change.id)!
    const target = to.facts.get(change.id)!
    const retyped = differsIn(before, target, ['collation'])
    const generated = inPlace(change, major)
    if (generated) part.front.push(generated)
    const same = [...(retyped ? ['collation'] : []), ...(generated ? ['generatedExpr'] : [])]
    const payload = { ...target.payload, ...valuesIn(before, same) }
    // The type's text must differ, or pg-delta sees nothing to do; the statement is typetrek's own.
    part.payloads.push([
      keyOf(change.id),
      retyped ? { ...payload, type: `${change.to.type} ` } : payload,
    ])
  }
  return part
}

function tableParts(from: Catalog, to: Catalog, moved: readonly Moved[]): Part {
  const places = moved.map(({ id }): [string, Fact['payload']] => {
    const place = valuesIn(from.facts.get(id), ['partitionBound', 'parentTable'])
    return [keyOf(id), { ...to.facts.get(id)!.payload, ...place }]
  })
  const apart = new Set(moved.filter((one) => one.hasOtherParent).map(({ id }) => shown(id)))
  // The columns of a table that moves are seen once it has moved.
  const sequences = factsOf(to.facts, 'sequence').flatMap((fact): typeof places => {
    const owner = ownerOf(fact)
    if (!owner || !apart.has(shown({ schema: owner.schema, name: owner.table }))) return []
    const old = from.facts.get(fact.id)
    const stays = ownerOf(old) && to.facts.has(tableOf(ownerOf(old)!))
    return [
      [keyOf(fact.id), { ...fact.payload, ...valuesIn(stays ? old : undefined, ['ownedBy']) }],
    ]
  })
  return {
    payloads: [...places, ...sequences],
    front: moved.flatMap(({ leaving }) => leaving),
    back: moved.flatMap(({ joining }) => joining),
  }
}

function tableOf(owner: { schema: string; table: string }): IdOf<'table'> {
  return { kind: 'table', schema: owner.schema, name: owner.table }
}

function ruleParts(from: Catalog, to: Catalog): Part {
  const part: Part = { payloads: [], front: [], back: [] }
  for (const fact of factsOf(to.facts, 'constraint')) {
    const before = from.facts.get(fact.id)
    const steps = before ? changeRule(fact, before) : []
    if (!before || steps.length === 0) continue
    part.payloads.push([keyOf(fact.id), before.payload])
    part.back.push(...steps)
  }
  return part
}

function viewParts(from: Catalog, to: Catalog, views: readonly ViewId[]): Part {
  return {
    payloads: views.map((id) => {
      const query = valuesIn(from.facts.get(id), ['def'])
      return [keyOf(id), { ...to.facts.get(id)!.payload, ...query }]
    }),
    front: [],
    back: views.map((id) => replaceView({ ...to.facts.get(id)!, id })),
  }
}

function inPlace({ id, from, to }: ColumnChange, major: number): PlannedStep | undefined {
  const { generated } = from
  if (generated === undefined || generated === to.generated) return undefined
  const isVirtual = generated.endsWith(virtualMark)
  if (to.generated === undefined)
    return isVirtual
      ? undefined
      : step({ kind: 'alter column', column: id, part: 'no expression' }, [id])
  if (major < 17 || isVirtual !== to.generated.endsWith(virtualMark)) return undefined
  const expression = to.generated.replace(virtualMark, '')
  return step({ kind: 'alter column', column: id, part: 'expression', expression }, [id])
}

const ending = /( DEFERRABLE)?( INITIALLY DEFERRED)?( NOT VALID)?$/

/** Where old rows are to obey it as new ones do, and where it is only checked at another time. */
function changeRule(fact: Fact & { id: IdOf<'constraint'> }, before: Fact): PlannedStep[] {
  const { id, parent } = fact
  const [from, to] = [definitionOf(before), definitionOf(fact)]
  if (from === to || from.replace(ending, '') !== to.replace(ending, '')) return []
  const [, ...old] = ending.exec(from) ?? []
  const [, deferrable, deferred, invalid] = ending.exec(to) ?? []
  const isDeferredOtherwise = old[0] !== deferrable || old[1] !== deferred
  // A validated rule stays so, and only foreign keys change in time.
  if (invalid && !old[2]) return []
  if (isDeferredOtherwise && constraintType(fact) !== 'f') return []
  const of = parent?.kind === 'domain' ? 'DOMAIN' : 'TABLE'
  const checked = `${deferrable ?? ' NOT DEFERRABLE'}${deferred ?? ''}`
  return [
    ...(isDeferredOtherwise
      ? [step({ kind: 'alter constraint', constraint: id, of, checked }, [id])]
      : []),
    ...(old[2] && !invalid
      ? [step({ kind: 'validate constraint', constraint: id, of }, [id])]
      : []),
  ]
}
