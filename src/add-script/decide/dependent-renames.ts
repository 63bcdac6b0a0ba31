import type { Catalog } from '../../catalog/catalog'
import {
  constraintType,
  definitionOf,
  enumValues,
  type Fact,
  factsOf,
  type Id,
  type IdOf,
  isValidated,
  keyOf,
  ownerOf,
  variantOf,
} from '../../catalog/facts'
import { onlyIn, overlap } from './rename-candidates'
import { relationOf } from '../../catalog/object-names'
import { renameConstraint, renameRelation, type Renaming } from './rename-operations'

/**
 * Enum types and sequences that are the same thing under another name, since the same column uses
 * them: TypeORM names both after table and column.
 */
export function renamedParts(from: Catalog, to: Catalog): Renaming[] {
  return [...renamedTypes(from, to), ...renamedSequences(from, to)]
}

/** Constraints and indexes that differ in nothing but their name. */
export function renamedDefinitions(from: Catalog, to: Catalog): Renaming[] {
  const constraints = pairs(from, to, 'constraint', constraintLikeness)
  const indexes = pairs(from, to, 'index', indexLikeness)
  return [
    ...constraints.flatMap(([{ id, parent }, other]) =>
      renameConstraint(id, other.id.name, parent?.kind === 'domain' ? 'DOMAIN' : 'TABLE'),
    ),
    ...indexes.flatMap(([one, other]) =>
      renameRelation<'index'>(one.id, other.id, one.parent ? [one.parent] : []),
    ),
  ]
}

/** All that a constraint is but its name. */
export function constraintLikeness(fact: Fact): string {
  const { id } = fact
  return JSON.stringify([tableKey(id), constraintType(fact), definitionOf(fact), isValidated(fact)])
}

/** All that an index is but its name. */
export function indexLikeness(fact: Fact): string {
  return [fact.parent && keyOf(fact.parent), withoutName(definitionOf(fact))].join('\n')
}

function tableKey(id: Id): string {
  const relation = relationOf(id)
  return relation ? `${relation.schema}.${relation.name}` : ''
}

/** The definition of an index without its name. Pure. */
export function withoutName(definition: string): string {
  return definition.replace(/^(CREATE (?:UNIQUE )?INDEX) (?:"(?:[^"]|"")*"|\S+) /, '$1 ')
}

function pairs<Kind extends 'constraint' | 'index'>(
  from: Catalog,
  to: Catalog,
  kind: Kind,
  likeness: (fact: Fact) => string,
): [Fact & { id: IdOf<Kind> }, Fact & { id: IdOf<Kind> }][] {
  const added = onlyIn(factsOf(to.facts, kind), from)
  return onlyIn(factsOf(from.facts, kind), to).flatMap((one) => {
    const at = added.findIndex((other) => likeness(other) === likeness(one))
    const [other] = at < 0 ? [] : added.splice(at, 1)
    return other ? [[one, other]] : []
  })
}

function renamedTypes(from: Catalog, to: Catalog): Renaming[] {
  const taken = new Set<string>()
  return factsOf(to.facts, 'column').flatMap(({ id, parent }) => {
    const target = enumOf(to, id)
    const current = enumOf(from, id)
    if (!target || !current || from.facts.has(target.id) || to.facts.has(current.id)) return []
    if (taken.has(keyOf(target.id)) || taken.has(keyOf(current.id))) return []
    if (overlap(enumValues(current) ?? [], enumValues(target) ?? []) < 0.5) return []
    taken.add(keyOf(target.id)).add(keyOf(current.id))
    return renameRelation<'type'>(current.id, target.id, parent ? [parent] : [])
  })
}

function enumOf({ facts }: Catalog, column: Id): (Fact & { id: TypeId }) | undefined {
  const found = facts
    .outgoingEdges(column)
    .map(({ to }) => facts.get(to))
    .find((fact) => fact?.id.kind === 'type' && variantOf(fact) === 'enum')
  return found as (Fact & { id: TypeId }) | undefined
}

type TypeId = IdOf<'type'> & { schema: string; name: string }

function renamedSequences(from: Catalog, to: Catalog): Renaming[] {
  const owner = (fact: Fact) => JSON.stringify(ownerOf(fact))
  const added = onlyIn(factsOf(to.facts, 'sequence'), from)
  return onlyIn(factsOf(from.facts, 'sequence'), to).flatMap((one) => {
    const other = added.find((each) => owner(each) === owner(one))
    const column = ownerOf(one)
    if (!other || !column) return []
    const { schema, table, column: name } = column
    const group: Id = { kind: 'column', schema, table, name }
    return renameRelation<'sequence'>(one.id, other.id, [group])
  })
}
