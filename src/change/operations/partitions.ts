import { MigrationError } from '../../errors'
import { quoteIdentifier } from '../../database/sql/quote'
import type { Catalog } from '../../catalog/catalog'
import { type Fact, factsOf, type Id, type IdOf, textOf } from '../../catalog/facts'
import { describe, relationOf } from '../../catalog/object-names'
import { step, type PlannedStep } from '../model/operation'

/** A table whose rows stay where they are while its place below a parent changes. */
export interface Moved {
  id: IdOf<'table'>
  /** Ends what was, before all else. */
  leaving: PlannedStep[]
  /** Begins what is wanted, after all else. */
  joining: PlannedStep[]
  /** The catalog tells which columns and keys are its own again, once it is detached or attached. */
  hasOtherParent: boolean
}

/**
 * Tables of both sides with another parent, or with other bounds below the one that they have.
 * @throws {MigrationError} DIFFERENCE_REFUSED where a table would have to be created again
 * @see https://www.postgresql.org/docs/current/ddl-partitioning.html
 */
export function movedTables(from: Catalog, to: Catalog): Moved[] {
  return factsOf(to.facts, 'table').flatMap(({ id, payload }) => {
    const before = from.facts.get(id)?.payload
    if (!before) return []
    const differs = (what: string) => textOf(before[what]) !== textOf(payload[what])
    if (differs('partitionKey')) throw madeAnew(id)
    const hasOtherParent = differs('parentTable')
    if (!hasOtherParent && !differs('partitionBound')) return []
    return [
      { id, leaving: place(id, before, 'out'), joining: place(id, payload, 'in'), hasOtherParent },
    ]
  })
}

function madeAnew(id: IdOf<'table'>): MigrationError {
  return new MigrationError(
    'DIFFERENCE_REFUSED',
    `${describe(id)} would have to be created again`,
    {
      detail: 'Its partition key differs, which PostgreSQL cannot change in place.',
      hint:
        'Let the wanted schema keep the old table as a partition under another name and give --rename, ' +
        'or write this script by hand: make the new table, move the rows, drop the old one.',
    },
  )
}

function place(id: IdOf<'table'>, payload: Fact['payload'], way: 'in' | 'out'): PlannedStep[] {
  const parent = payload['parentTable'] as { schema: string; name: string } | null | undefined
  if (!parent) return []
  const above = quoteIdentifier(parent.schema, parent.name)
  const table = quoteIdentifier(id.schema, id.name)
  const bound = payload['partitionBound']
  const ids: Id[] = [id, { kind: 'table', ...parent }]
  if (typeof bound !== 'string')
    return [step(`ALTER TABLE ${table} ${way === 'in' ? '' : 'NO '}INHERIT ${above}`, ids)]
  const sql = way === 'in' ? `ATTACH PARTITION ${table} ${bound}` : `DETACH PARTITION ${table}`
  return [step(`ALTER TABLE ${above} ${sql}`, ids)]
}

/** True for the table and all that is of it. */
export function isOf(fact: Fact, { schema, name }: IdOf<'table'>): boolean {
  const relation = relationOf(fact.id) ?? (fact.parent && relationOf(fact.parent))
  return relation?.schema === schema && relation.name === name
}
