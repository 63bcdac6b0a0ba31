import {
  constraintLikeness,
  indexLikeness,
  withoutName,
} from '../add-script/decide/dependent-renames'
import type { Catalog } from '../catalog/catalog'
import {
  constraintType,
  contentOf,
  enumValues,
  type Facts,
  factsOf,
  type Id,
  isA,
  isWholeIndex,
  keyOf,
  ownerOf,
  variantOf,
} from '../catalog/facts'
import { numberingOf } from '../catalog/difference'
import { shown } from '../catalog/object-names'

/** What can get another name without a file being written. */
export interface NamedObject {
  what: 'type' | 'sequence' | 'index' | 'constraint' | 'domain constraint'
  schema: string
  /** The table of a constraint or an index, or the domain. */
  table?: string
  name: string
  /** All that it is but its name, and what uses it. Equal texts: the same thing. */
  likeness: string
  /** True: nothing but how it is defined tells it apart from others. */
  isUnused?: boolean
  /** An index of the same name belongs to it. */
  hasIndex?: boolean
}

/** Enum types, sequences, then what is of tables, table by table. Pure. */
export function namedObjects(catalog: Catalog): NamedObject[] {
  const ofTables = [...constraintsOf(catalog), ...indexesOf(catalog), ...childIndexesOf(catalog)]
  const homes = new Map(ofTables.map((object) => [homeOf(object), [] as NamedObject[]]))
  for (const object of ofTables) homes.get(homeOf(object))!.push(object)
  return [
    ...enumsOf(catalog),
    ...sequencesOf(catalog),
    ...identitiesOf(catalog),
    ...[...homes.values()].flat(),
  ]
}

function homeOf({ schema, table = '' }: NamedObject): string {
  return JSON.stringify([schema, table])
}

/** `constraint UQ_1 of users`, `type status`. Pure. */
export function nameOfObject({ what, schema, table, name }: NamedObject): string {
  if (table === undefined) return `${what} ${shown({ schema, name })}`
  return `${what} ${name} of ${shown({ schema, name: table })}`
}

/** As a difference of catalogs names it. Pure. */
export function itemName({ what, schema, table, name }: NamedObject): string {
  if (what === 'type' || what === 'sequence' || what === 'index') return `${what} ${schema}.${name}`
  return `constraint ${schema}.${table}.${name}`
}

function enumsOf({ facts }: Catalog): NamedObject[] {
  const users = usersOf(facts, 'type', ['column', 'domain'])
  return factsOf(facts, 'type').flatMap((fact) => {
    const { schema, name } = fact.id as { schema: string; name: string }
    if (variantOf(fact) !== 'enum') return []
    const used = users.get(keyOf(fact.id)) ?? []
    const likeness = JSON.stringify([schema, enumValues(fact), used])
    return [{ what: 'type' as const, schema, name, likeness }]
  })
}

function sequencesOf({ facts }: Catalog): NamedObject[] {
  const users = usersOf(facts, 'sequence', ['default'])
  return factsOf(facts, 'sequence').map((fact) => {
    const { schema, name } = fact.id
    const used = users.get(keyOf(fact.id)) ?? []
    const likeness = JSON.stringify([schema, contentOf(fact), used])
    const isUnused = used.length === 0 && ownerOf(fact) === undefined
    return { what: 'sequence' as const, schema, name, likeness, isUnused }
  })
}

/** The sequences of identity columns, which have no facts of their own. */
function identitiesOf({ facts }: Catalog): NamedObject[] {
  return factsOf(facts, 'column').flatMap((fact) => {
    const counted = numberingOf(fact)
    if (!counted) return []
    const { schema, name } = counted
    return [{ what: 'sequence' as const, schema, name, likeness: `identity ${keyOf(fact.id)}` }]
  })
}

function indexesOf({ facts }: Catalog): NamedObject[] {
  return factsOf(facts, 'index').map((fact) => {
    const { schema, name } = fact.id
    const table = fact.parent && 'name' in fact.parent ? fact.parent.name : ''
    const likeness = JSON.stringify([indexLikeness(fact), isWholeIndex(fact)])
    return { what: 'index' as const, schema, table, name, likeness }
  })
}

/** Those of partitions, which are of an index of their parent. */
function childIndexesOf({ details }: Catalog): NamedObject[] {
  return details.childIndexes.map(({ schema, table, name, definition, constraint, above }) => {
    const likeness = JSON.stringify([schema, table, withoutName(definition), constraint, above])
    return { what: 'index' as const, schema, table, name, likeness }
  })
}

function constraintsOf({ facts }: Catalog): NamedObject[] {
  return factsOf(facts, 'constraint').map((fact) => {
    const { schema, table, name } = fact.id
    const what = fact.parent?.kind === 'domain' ? 'domain constraint' : 'constraint'
    const hasIndex = ['p', 'u', 'x'].includes(constraintType(fact) ?? '')
    return { what, schema, table, name, likeness: constraintLikeness(fact), hasIndex }
  })
}

/** By the key of a type or a sequence: what is of it, in one order. */
function usersOf(
  facts: Facts,
  kind: 'type' | 'sequence',
  users: readonly Id['kind'][],
): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const { id } of facts.facts().filter((fact) => users.includes(fact.id.kind))) {
    for (const { to } of facts.outgoingEdges(id)) {
      if (!isA(to, kind)) continue
      const known = found.get(keyOf(to)) ?? []
      found.set(keyOf(to), [...known, keyOf(id)].toSorted())
    }
  }
  return found
}
