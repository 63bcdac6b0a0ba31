import { step } from '../../change/model/planned-step'
import type { Catalog } from '../../catalog/catalog'
import {
  differsIn,
  elementType,
  type Fact,
  factsOf,
  type Id,
  type IdOf,
  isRequired,
  multirangeOf,
  typeOf,
  variantOf,
} from '../../catalog/facts'
import { clipped, freeName } from '../../catalog/object-names'
import { renameRelation, type Renaming } from './rename-operations'

type Named<Kind extends Id['kind']> = IdOf<Kind> & { schema: string; name: string }

/**
 * What PostgreSQL can only create again although columns are of it: a range, a composite type with an
 * attribute of another type, a domain over another type or with a stricter rule where lists and rows
 * hold it, a collation. Each is renamed away, so that the new one can be made, the
 * columns go over to it, and the old one goes.
 */
export function renamedAway(from: Catalog, to: Catalog): Renaming[] {
  const types = common(from, to, 'type').filter((fact) => isNewType(fact, from, to))
  const domains = common(from, to, 'domain').filter((fact) => isNewDomain(fact, from, to))
  const collations = common(from, to, 'collation').filter((fact) => differs(fact, to))
  return [
    ...types.filter((fact) => isUsed(fact, from)).flatMap((fact) => typeAside(fact, from, to)),
    ...domains
      .filter((fact) => isUsed(fact, from))
      .flatMap(({ id }) => renameAway<'domain'>(id as Named<'domain'>, from, to)),
    ...collations
      .filter((fact) => isUsed(fact, from))
      .flatMap(({ id }) => renameAway<'collation'>(id as Named<'collation'>, from, to)),
  ]
}

function common(from: Catalog, to: Catalog, kind: Id['kind']): Fact[] {
  return factsOf(from.facts, kind).filter(({ id }) => to.facts.has(id))
}

function differs({ id, payload }: Fact, { facts }: Catalog): boolean {
  return JSON.stringify(payload) !== JSON.stringify(facts.get(id)?.payload)
}

/** Columns hold values of it, themselves or through another type. */
function isUsed({ id }: Fact, { facts }: Catalog): boolean {
  return usersOf(id, facts).some(({ kind }) => ['column', 'type', 'domain'].includes(kind))
}

function usersOf(id: Id, facts: Catalog['facts']): Id[] {
  return facts.incomingEdges(id).flatMap((edge) => (edge.kind === 'depends' ? [edge.from] : []))
}

function isNewType(fact: Fact, from: Catalog, to: Catalog): boolean {
  const variant = variantOf(fact)
  if (variant === 'range') return differs(fact, to)
  if (variant !== 'composite') return variant !== variantOf(to.facts.get(fact.id))
  return from.facts.childrenOf(fact.id).some((one) => {
    const target = to.facts.get(one.id)
    if (one.id.kind !== 'typeAttribute' || !target) return false
    return differsIn(one, target, ['type', 'collation'])
  })
}

function isNewDomain(fact: Fact, from: Catalog, to: Catalog): boolean {
  const { id } = fact
  const target = to.facts.get(id)!
  if (differsIn(fact, target, ['baseType', 'collation'])) return true
  const rules = to.facts.childrenOf(id).filter((one) => one.id.kind === 'constraint')
  const isStricter =
    (isRequired(target) && !isRequired(fact)) || rules.some((one) => differs(one, from))
  // Inside of lists and rows PostgreSQL does not look for values that break a rule.
  return isStricter && usersOf(id, from.facts).some((user) => isContainer(user, from))
}

function isContainer(id: Id, { facts }: Catalog): boolean {
  if (id.kind === 'type') return true
  return id.kind === 'column' && typeOf(facts.get(id)).endsWith('[]')
}

function typeAside(fact: Fact, from: Catalog, to: Catalog): Renaming[] {
  const id = fact.id as Named<'type'>
  const own = renameAway<'type'>(id, from, to)
  const [schema, name] = (multirangeOf(fact) ?? '').replaceAll('"', '').split('.')
  if (!schema || !name) return own
  const multirange = { kind: 'type', schema, name } as const
  return [
    ...own,
    ...renameAway<'type'>(multirange, from, to),
    ...constructors(fact, multirange, to),
  ]
}

/** They keep a range's old name, and would be in the way of those of the new one. */
function constructors(fact: Fact, multirange: Named<'type'>, to: Catalog): Renaming[] {
  const { schema, name } = fact.id as Named<'type'>
  const subtype = elementType(fact)
  const isSame = elementType(to.facts.get(fact.id)) === subtype
  const own = isSame ? [`(${subtype}, ${subtype})`, `(${subtype}, ${subtype}, text)`] : []
  return [renameFunction({ schema, name }, own), renameFunction(multirange, ['()'])].flat()
}

function renameFunction(
  { schema, name }: { schema: string; name: string },
  signatures: readonly string[],
): Renaming[] {
  const old = `${clipped(name, 59)}_old`
  const rename = (from: string, to: string, signature: string) =>
    step({ kind: 'rename function', schema, name: from, signature, to }, [
      { kind: 'type', schema, name: old },
    ])
  return signatures.map((signature) => ({
    up: rename(name, old, signature),
    down: rename(old, name, signature),
  }))
}

function renameAway<Kind extends 'type' | 'domain' | 'collation'>(
  id: Named<Kind>,
  from: Catalog,
  to: Catalog,
): Renaming[] {
  const name = freeName(id, [from.facts, to.facts])
  return renameRelation<Kind>(id, { schema: id.schema, name })
}
