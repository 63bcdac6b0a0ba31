import { MigrationError } from '../../errors'
import type { Catalog } from '../../catalog/catalog'
import {
  type Fact,
  factsOf,
  type Id,
  type IdOf,
  isA,
  isRequired,
  type TablePlace,
  tablePlace,
  textOf,
} from '../../catalog/facts'
import { describe, type Qualified, relationOf } from '../../catalog/object-names'
import { step, type PlannedStep } from '../model/planned-step'

/** A table whose rows stay where they are while its place below a parent changes. */
export interface Moved {
  id: IdOf<'table'>
  /** Ends what was, before all else. */
  leaving: PlannedStep[]
  /** What starts the new place, after all else. */
  joining: PlannedStep[]
  /** The catalog shows which columns and keys are its own again, once it is detached or attached. */
  hasOtherParent: boolean
}

/**
 * Tables of both sides with another parent, or with other bounds below the one that they have.
 * @throws {MigrationError} DIFFERENCE_REFUSED where a table would have to be created again
 * @see https://www.postgresql.org/docs/current/ddl-partitioning.html
 */
export function movedTables(from: Catalog, to: Catalog): Moved[] {
  return factsOf(to.facts, 'table').flatMap((fact) => {
    const { id } = fact
    const before = from.facts.get(id)
    if (!before) return []
    const [old, target] = [tablePlace(before), tablePlace(fact)]
    if (old.key !== target.key) throw madeAnew(id)
    const hasOtherParent = textOf(old.parents) !== textOf(target.parents)
    if (!hasOtherParent && old.bound === target.bound) return []
    const stays = old.bound === undefined && target.bound === undefined ? unmoved(old, target) : []
    const moved = ({ parents, ...rest }: TablePlace) => ({
      ...rest,
      parents: parents.filter((parent) => !stays.includes(textOf(parent))),
    })
    const [leaving, joining] = [place(id, moved(old), 'out'), place(id, moved(target), 'in')]
    return [{ id, leaving, joining, hasOtherParent }]
  })
}

/**
 * Tables with another parent that have required columns: these keep the names of their NOT NULL constraints,
 * which PostgreSQL makes up of the table or the parent that they are made for.
 */
export function keptNames(from: Catalog, to: Catalog): Qualified[] {
  const moved = movedTables(from, to).filter(({ hasOtherParent }) => hasOtherParent)
  return moved.flatMap(({ id }) => ([from, to].some((side) => hasRequired(id, side)) ? [id] : []))
}

/** A column of its own, or one that its parent gives, is required. */
function hasRequired(id: IdOf<'table'>, { facts }: Catalog): boolean {
  const fact = facts.get(id)
  const { parents } = fact ? tablePlace(fact) : { parents: [] }
  const tables = [id, ...parents.map((parent) => ({ kind: 'table', ...parent }) as const)]
  const columns = tables.flatMap((table) => facts.childrenOf(table))
  return columns.some((one) => isA(one.id, 'column') && isRequired(one))
}

function madeAnew(id: IdOf<'table'>): MigrationError {
  return new MigrationError(
    'DIFFERENCE_REFUSED',
    `${describe(id)} would have to be created again`,
    {
      detail: 'Its partition key differs, which PostgreSQL cannot change in place.',
      hint:
        'Let the target schema keep the old table as a partition under another name and give --rename, ' +
        'or write this script by hand: make the new table, move the rows, drop the old one.',
    },
  )
}

/** Parents that a child keeps: their order is that in which it has come to them. */
function unmoved(old: TablePlace, target: TablePlace): string[] {
  const [before, after] = [old.parents.map(textOf), target.parents.map(textOf)]
  const left = before.filter((parent) => after.includes(parent))
  const end = left.findIndex((parent, at) => parent !== after[at])
  return end < 0 ? left : left.slice(0, end)
}

function place(
  id: IdOf<'table'>,
  { parents, bound }: TablePlace,
  way: 'in' | 'out',
): PlannedStep[] {
  return parents.map((parent) => {
    const ids: Id[] = [id, { kind: 'table', ...parent }]
    return step({ kind: 'place partition', table: id, parent, bound, into: way === 'in' }, ids)
  })
}

/** True for the table and all that is of it. */
export function isOf(fact: Fact, { schema, name }: IdOf<'table'>): boolean {
  const relation = relationOf(fact.id) ?? (fact.parent && relationOf(fact.parent))
  return relation?.schema === schema && relation.name === name
}
