import { type Catalog, isSpecialRule, rebuild } from '../../catalog/catalog'
import { type Engine } from '../../catalog/engine'
import {
  constraintType,
  extensionOf,
  type Fact,
  type Id,
  isPartition,
  keyOf,
  ownerOf,
  tablePlace,
  valuesIn,
  withParents,
} from '../../catalog/facts'
import type { Setting } from '../../catalog/properties/setting/setting'
import { describe, isHashedName } from '../../catalog/object-names'
import { isRequiredIn, isThere } from '../../change/operations/properties'

/** The target schema with what stays although it is not in it. */
export interface Kept {
  catalog: Catalog
  /** In a few words each: `index users_trgm`. */
  names: string[]
}

/** What entities cannot describe, or may leave to scripts; tables and columns they do describe. */
const keepable = new Set<Id['kind']>([
  'schema',
  'extension',
  'index',
  'constraint',
  'trigger',
  'rule',
  'policy',
  'view',
  'materializedView',
  'foreignTable',
  'function',
  'procedure',
  'aggregate',
  'sequence',
  'collation',
  'domain',
  'type',
  'typeAttribute',
  'eventTrigger',
  'publication',
  'publicationRel',
  'publicationSchema',
  'fdw',
  'server',
  'userMapping',
  'comment',
  'acl',
  'securityLabel',
])

/** Of a table, what no entity says. */
const ofTables = [
  'persistence',
  'rowSecurity',
  'forceRowSecurity',
  'replicaIdentity',
  'replicaIdentityIndex',
  'reloptions',
  'partitionKey',
  'partitionBound',
  'parentTable',
]

/**
 * Adds to what entities describe the objects that only the database has, unless TypeORM made them
 * (their names are hashes) or what they depend on goes.
 */
export function keepExtra(engine: Engine, from: Catalog, to: Catalog): Kept {
  const given = to.facts.facts().map((fact) => withTableProperties(fact, from))
  const present = new Set(given.map(({ id }) => keyOf(id)))
  const extra = settled(
    from.facts.facts().filter((fact) => isExtra(fact, from, present)),
    from,
    present,
  )
  const facts = rebuild(engine, [...given, ...extra], [...to.facts.edges, ...from.facts.edges])
  const names = extra
    .filter((fact) => isReported(fact, present) && extensionOf(fact, from.facts) === undefined)
    .map(({ id }) => describe(id))
  const { details, names: detailNames } = keepDetails(from, to, facts)
  const report = [...names, ...detailNames].toSorted()
  return { catalog: { ...to, facts, details }, names: report }
}

function withTableProperties(fact: Fact, from: Catalog): Fact {
  const before = fact.id.kind === 'table' ? from.facts.get(fact.id) : undefined
  if (!before) return fact
  const kept = { ...fact, payload: { ...fact.payload, ...valuesIn(before, ofTables) } }
  const { parents } = tablePlace(before)
  return withParents(kept, parents.length > 1 ? parents : undefined)
}

function isExtra(fact: Fact, from: Catalog, present: ReadonlySet<string>): boolean {
  const { id, parent } = fact
  if (present.has(keyOf(id))) return false
  if (id.kind === 'constraint' || id.kind === 'index')
    return !isHashedName(id.name) && constraintType(fact) !== 'p'
  if (id.kind === 'table') return isPartition(fact)
  if (id.kind === 'column' || id.kind === 'default') return isBelowKept(parent, from)
  // A type that columns use goes with the last of them, a sequence with its column.
  if (id.kind === 'type' || id.kind === 'domain' || id.kind === 'collation')
    return !from.facts.incomingEdges(id).some(({ from }) => from.kind === 'column')
  if (id.kind === 'sequence') return ownerOf(fact) === undefined
  return keepable.has(id.kind)
}

/** Columns of foreign tables and partitions stay with them. */
function isBelowKept(parent: Id | undefined, from: Catalog): boolean {
  if (parent?.kind === 'foreignTable') return true
  const owner = parent && from.facts.get(parent)
  if (owner?.id.kind === 'column') return isBelowKept(owner.parent, from)
  return owner?.id.kind === 'table' && isPartition(owner)
}

/** Leaves out what depends on something that goes, until nothing more does. */
function settled(extra: readonly Fact[], from: Catalog, present: ReadonlySet<string>): Fact[] {
  let kept = [...extra]
  for (;;) {
    const all = new Set([...present, ...kept.map(({ id }) => keyOf(id))])
    const next = kept.filter(({ id, parent }) => {
      if (parent && !all.has(keyOf(parent))) return false
      const needs = from.facts.outgoingEdges(id).filter(({ kind }) => kind === 'depends')
      return needs.every(({ to }) => all.has(keyOf(to)))
    })
    if (next.length === kept.length) return next
    kept = next
  }
}

const quiet = new Set<Id['kind']>([
  'acl',
  'comment',
  'securityLabel',
  'typeAttribute',
  'column',
  'default',
])

/** Once for each object: what belongs to one that is kept goes without saying. */
function isReported({ id, parent }: Fact, present: ReadonlySet<string>): boolean {
  if (quiet.has(id.kind)) return false
  return !parent || parent.kind === 'schema' || present.has(keyOf(parent))
}

function keepDetails(from: Catalog, to: Catalog, facts: Catalog['facts']) {
  const [one, other] = [from.details, to.details]
  const merged = {
    ...other,
    given: new Set([...one.given, ...other.given]),
    objects: new Map([...one.objects, ...other.objects]),
    childIndexes: [...other.childIndexes, ...one.childIndexes],
  }
  const known = new Set(other.settings.map(({ key }) => key))
  const whole = { ...to, facts, details: merged }
  const settings = one.settings.filter(
    (setting) =>
      isThere(setting, whole) &&
      !known.has(setting.key) &&
      !(isSpecialRule(setting) && isRequiredIn(setting, whole)),
  )
  const keys = new Set(settings.map(({ key }) => key))
  const isNamed = ({ key, within = '', object }: Setting) =>
    !key.startsWith('COMMENT ') &&
    !keys.has(within) &&
    (object === undefined || other.objects.has(object))
  return {
    details: { ...merged, settings: [...other.settings, ...settings] },
    names: settings.filter(isNamed).map(({ key }) => key),
  }
}
