import type { Catalog } from '../../catalog/catalog'
import { type Fact, factsOf, type Id, type IdOf, keyOf, textOf } from '../../catalog/facts'
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
  const constraints = pairs(from, to, 'constraint', ({ id, payload }) =>
    JSON.stringify([tableKey(id), payload['type'], payload['def'], payload['validated']]),
  )
  const indexes = pairs(from, to, 'index', ({ parent, payload }) =>
    [parent && keyOf(parent), definitionOf(payload)].join('\n'),
  )
  return [
    ...constraints.flatMap(([one, other]) => renameConstraint(one.id, other.id.name)),
    ...indexes.flatMap(([one, other]) =>
      renameRelation<'index'>(one.id, other.id, one.parent ? [one.parent] : []),
    ),
  ]
}

function tableKey(id: Id): string {
  const relation = relationOf(id)
  return relation ? `${relation.schema}.${relation.name}` : ''
}

function definitionOf(payload: Fact['payload']): string {
  return textOf(payload['def']).replace(
    /^(CREATE (?:UNIQUE )?INDEX) (?:"(?:[^"]|"")*"|\S+) /,
    '$1 ',
  )
}

function pairs<Kind extends 'constraint' | 'index'>(
  from: Catalog,
  to: Catalog,
  kind: Kind,
  likeness: (fact: Fact) => string,
): [Fact & { id: IdOf<Kind> }, Fact & { id: IdOf<Kind> }][] {
  const wanted = onlyIn(factsOf(to.facts, kind), from)
  return onlyIn(factsOf(from.facts, kind), to).flatMap((one) => {
    const at = wanted.findIndex((other) => likeness(other) === likeness(one))
    const [other] = at < 0 ? [] : wanted.splice(at, 1)
    return other ? [[one, other]] : []
  })
}

function renamedTypes(from: Catalog, to: Catalog): Renaming[] {
  const taken = new Set<string>()
  return factsOf(to.facts, 'column').flatMap(({ id, parent }) => {
    const wanted = typeOf(to, id)
    const current = typeOf(from, id)
    if (!wanted || !current || from.facts.has(wanted.id) || to.facts.has(current.id)) return []
    if (taken.has(keyOf(wanted.id)) || taken.has(keyOf(current.id))) return []
    if (overlap(labelsOf(current), labelsOf(wanted)) < 0.5) return []
    taken.add(keyOf(wanted.id)).add(keyOf(current.id))
    return renameRelation<'type'>(current.id, wanted.id, parent ? [parent] : [])
  })
}

function typeOf({ facts }: Catalog, column: Id): (Fact & { id: TypeId }) | undefined {
  const found = facts
    .outgoingEdges(column)
    .map(({ to }) => facts.get(to))
    .find((fact) => fact?.id.kind === 'type' && fact.payload['variant'] === 'enum')
  return found as (Fact & { id: TypeId }) | undefined
}

type TypeId = IdOf<'type'> & { schema: string; name: string }

function labelsOf({ payload }: Fact): string[] {
  return payload['values'] as string[]
}

function renamedSequences(from: Catalog, to: Catalog): Renaming[] {
  const owner = ({ payload }: Fact) => JSON.stringify(payload['ownedBy'] ?? null)
  const wanted = onlyIn(factsOf(to.facts, 'sequence'), from)
  return onlyIn(factsOf(from.facts, 'sequence'), to).flatMap((one) => {
    const other = wanted.find((each) => owner(each) === owner(one) && owner(one) !== 'null')
    if (!other) return []
    const { schema, table, column } = one.payload['ownedBy'] as Record<string, string>
    const group: Id = { kind: 'column', schema: schema!, table: table!, name: column! }
    return renameRelation<'sequence'>(one.id, other.id, [group])
  })
}
