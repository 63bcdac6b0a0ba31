import { quoteIdentifier } from '../../database/sql/quote'
import type { Catalog } from '../../catalog/catalog'
import {
  definitionOf,
  type Fact,
  factsOf,
  type Id,
  type IdOf,
  keyOf,
  tablePlace,
} from '../../catalog/facts'
import type { ChildIndex } from '../../catalog/properties/child-indexes'
import type { OwnOperation } from '../model/operation'
import { step, type PlannedStep } from '../model/planned-step'

/** An index of a partitioned table, by its own name. */
interface Above {
  schema: string
  name: string
}

/**
 * True where each partition has its index below this one, as CREATE INDEX and ADD CONSTRAINT make them;
 * else it was made for the table alone, and what is below it was attached one by one.
 */
export function isWhole(catalog: Catalog, { schema, name }: Above, table: string): boolean {
  const attached = catalog.details.childIndexes.filter(
    ({ above }) => above.schema === schema && above.name === name,
  )
  return partitionsOf(catalog, { schema, name: table }).every(({ id }) =>
    attached.some((one) => one.schema === id.schema && one.table === id.name),
  )
}

function partitionsOf({ facts }: Catalog, table: Above): (Fact & { id: IdOf<'table'> })[] {
  return factsOf(facts, 'table').filter((fact) => {
    const { parent, bound } = tablePlace(fact)
    return parent?.schema === table.schema && parent.name === table.name && bound !== undefined
  })
}

/**
 * The statements that give the indexes of partitions their names and their places below an index of the
 * parent, once both are there. What PostgreSQL makes by itself is not made here, but renamed afterwards.
 * @see https://www.postgresql.org/docs/current/ddl-partitioning.html
 */
export function attachSteps(from: Catalog, to: Catalog): PlannedStep[] {
  const again = rebuilt(from, to)
  const rest = to.details.childIndexes.filter(({ above }) => !again.has(nameOf(above)))
  return [
    ...[...again.values()].flatMap((above) => rebuild(above, from, to)),
    ...rest.flatMap((one) => placing(one, from, to)),
  ]
}

/** Nothing detaches an index: the one above it is made again, for the table alone. */
function rebuilt(from: Catalog, to: Catalog): Map<string, ChildIndex['above']> {
  const detached = from.details.childIndexes.filter((one) => {
    const { above } = one
    return stays(above, from, to) && isBelow(one, to) && !below(to, one) && isBelow(one, from)
  })
  return new Map(detached.map(({ above }) => [nameOf(above), above]))
}

function rebuild(above: ChildIndex['above'], from: Catalog, to: Catalog): PlannedStep[] {
  const chain = `index ${nameOf(above)}`
  const children = to.details.childIndexes.filter((one) => nameOf(one.above) === nameOf(above))
  const steps = [
    ...dropping(above, makerOf(from, above)!),
    ...making(above, makerOf(to, above)!),
    ...children.flatMap((one) => [...makingChild(one), attaching(one)]),
  ]
  return steps.map((one) => ({ ...one, chain }))
}

function placing(one: ChildIndex, from: Catalog, to: Catalog): PlannedStep[] {
  const isNew = !isBelow(one, from) || !stays(one.above, from, to)
  const old = isNew ? undefined : below(from, one)
  const chain = `index ${quoteIdentifier(one.schema, one.name)}`
  const inOrder = (steps: readonly PlannedStep[]) => steps.map((each) => ({ ...each, chain }))
  if (old) return inOrder(replacing(old, one, from, to))
  if (isNew && isWhole(to, one.above, one.above.table)) return []
  if (!isBelow(one, from) && stays(one.above, from, to)) return []
  return inOrder([...makingChild(one, from), attaching(one)])
}

/** Another index in its place: it gets the name, or the partition leaves it behind. */
function replacing(old: ChildIndex, one: ChildIndex, from: Catalog, to: Catalog): PlannedStep[] {
  const isSameKind = (old.constraint === null) === (one.constraint === null)
  if (old.name === one.name && isSameKind) return []
  const isTaken = isMade(one, from) && old.name !== one.name
  if (isSameKind && !isTaken)
    return [
      step({ kind: 'rename', what: 'INDEX', schema: old.schema, name: old.name, to: one.name }, [
        tableId(one),
      ]),
    ]
  const { leave, join } = placeOf(one, to)
  return [leave, ...dropping(old, old.constraint), ...makingChild(one, from), join]
}

/** How a partition leaves the table of the index above its own, and comes back. */
function placeOf(one: ChildIndex, { facts }: Catalog): { leave: PlannedStep; join: PlannedStep } {
  const id = tableId(one)
  const partition = facts.get(id)
  const bound = (partition && tablePlace(partition).bound) ?? ''
  const parent = { schema: one.above.schema, name: one.above.table }
  const placing = { kind: 'place partition', table: id, parent, bound } as const
  return {
    leave: step({ ...placing, into: false }, [id]),
    join: step({ ...placing, into: true }, [id]),
  }
}

/**
 * PostgreSQL drops no index while that of a rule is attached below it: the partition leaves meanwhile. A rule
 * that stays is kept, and what is made above it afterwards finds its index.
 */
export function withoutRulesBelow(
  steps: readonly PlannedStep[],
  from: Catalog,
  to: Catalog,
): PlannedStep[] {
  const inside = new Set<PlannedStep>()
  const around = steps.flatMap((one) => {
    const { operation } = one
    const rules = operation.kind === 'drop index' ? rulesBelow(operation.index, from, to) : []
    if (operation.kind !== 'drop index' || rules.length === 0) return [one]
    const places = rules.map((rule) => placeOf(rule, from))
    const drops = steps.filter(({ drops }) => rules.some((rule) => isDropOf(rule, drops)))
    for (const drop of drops) inside.add(drop)
    const chain = `index ${nameOf(operation.index)}`
    const leaving = places.map(({ leave }) => leave)
    const joining = places.map(({ join }) => join)
    return [...leaving, ...drops, one, ...joining].map((each) => ({ ...each, chain }))
  })
  return around.filter((one) => !inside.has(one))
}

function isDropOf({ schema, table, name }: ChildIndex, dropped: Id | undefined): boolean {
  return (
    dropped !== undefined && keyOf(dropped) === keyOf({ kind: 'constraint', schema, table, name })
  )
}

/** At any depth; what goes with its partition, or moves with it, stops nothing. */
function rulesBelow(above: Above, from: Catalog, to: Catalog): ChildIndex[] {
  const children = from.details.childIndexes.filter(
    (one) => nameOf(one.above) === nameOf(above) && isBelow(one, to),
  )
  return children.flatMap((one) => (one.constraint === null ? rulesBelow(one, from, to) : [one]))
}

/** The index alone, or with its rule; on top of what is there already. */
function makingChild(one: ChildIndex, from?: Catalog): PlannedStep[] {
  const { schema, name, table, constraint } = one
  const index = from?.facts.get({ kind: 'index', schema, name })
  if (constraint === null)
    return index ? [] : [change(one, { part: 'create', definition: one.definition })]
  if (from?.facts.has({ kind: 'constraint', schema, table, name })) return []
  const rule = index ? `${usingIndex(constraint)} USING INDEX ${quoteIdentifier(name)}` : constraint
  return [change(one, { part: 'add rule', rule: ruleId(one), definition: rule, isAlone: false })]
}

function usingIndex(constraint: string): string {
  return constraint.startsWith('PRIMARY KEY') ? 'PRIMARY KEY' : 'UNIQUE'
}

/** For the table alone. */
function making(above: ChildIndex['above'], maker: Fact): PlannedStep[] {
  const definition = definitionOf(maker)
  const made =
    maker.id.kind === 'index'
      ? ({ part: 'create', definition } as const)
      : ({ part: 'add rule', rule: ruleId(above), definition, isAlone: true } as const)
  return [change(above, made)]
}

/** An index, or the rule that it is of, by its own name. */
interface OfTable extends Above {
  table: string
}

type IndexChange = Extract<OwnOperation, { kind: 'attached index' }>

/** One of its changes, without what all of them have. */
type Changed<One = IndexChange> = One extends IndexChange ? Omit<One, 'kind'> : never

function change(of: OfTable, changed: Changed): PlannedStep {
  return step({ kind: 'attached index', ...changed }, [tableId(of)])
}

function ruleId({ schema, table, name }: OfTable): IdOf<'constraint'> {
  return { kind: 'constraint', schema, table, name }
}

function dropping(one: OfTable, maker: Fact | string | null): PlannedStep[] {
  const isIndex = maker === null || (typeof maker === 'object' && maker.id.kind === 'index')
  return [
    change(one, isIndex ? { part: 'drop', index: one } : { part: 'drop rule', rule: ruleId(one) }),
  ]
}

function attaching(one: ChildIndex): PlannedStep {
  return change(one, { part: 'attach', index: one, above: one.above })
}

function tableId({ schema, table }: { schema: string; table: string }): IdOf<'table'> {
  return { kind: 'table', schema, name: table }
}

function nameOf({ schema, name }: Above): string {
  return quoteIdentifier(schema, name)
}

/** False where it is made again, with all that is below it. */
function stays(above: ChildIndex['above'], from: Catalog, to: Catalog): boolean {
  const [old, target] = [makerOf(from, above), makerOf(to, above)]
  if (!old || !target) return false
  return keyOf(old.id) === keyOf(target.id) && definitionOf(old) === definitionOf(target)
}

/** The fact of an index, or of the rule that it is the index of. */
function makerOf({ facts }: Catalog, { schema, name, table }: ChildIndex['above']) {
  return (
    facts.get({ kind: 'index', schema, name }) ??
    facts.get({ kind: 'constraint', schema, table, name })
  )
}

function isMade({ schema, name, table }: ChildIndex, { facts }: Catalog): boolean {
  return (
    facts.has({ kind: 'index', schema, name }) ||
    facts.has({ kind: 'constraint', schema, table, name })
  )
}

/** The index of the same partition below the same index. */
function below({ details }: Catalog, one: ChildIndex): ChildIndex | undefined {
  return details.childIndexes.find(
    ({ schema, table, above }) =>
      schema === one.schema && table === one.table && nameOf(above) === nameOf(one.above),
  )
}

/** True where its table is a partition of the table of the index above it. */
function isBelow(one: ChildIndex, catalog: Catalog): boolean {
  const { schema, table } = one.above
  return partitionsOf(catalog, { schema, name: table }).some(
    ({ id }) => id.schema === one.schema && id.name === one.table,
  )
}

/**
 * What has a fact only before it is attached, and so would be dropped for want of one: pg-delta is to leave
 * it where it is.
 */
export function beforeAttached(from: Catalog, to: Catalog): Fact[] {
  const present = new Set(to.facts.facts().map(({ id }) => keyOf(id)))
  return to.details.childIndexes.flatMap(({ schema, name, table, definition, constraint }) => {
    const index = from.facts.get({ kind: 'index', schema, name })
    const rule = from.facts.get({ kind: 'constraint', schema, table, name })
    const isSame = index
      ? definitionOf(index) === definition
      : rule !== undefined && definitionOf(rule) === constraint
    const fact = index ?? rule
    return fact && isSame && !present.has(keyOf(fact.id)) ? [fact] : []
  })
}

/** True where indexes of partitions differ in name or place. */
export function attachedOtherwise(from: Catalog, to: Catalog): boolean {
  const [one, other] = [from, to].map(({ details }) => JSON.stringify(details.childIndexes))
  return one !== other
}
