import { MigrationError } from '../../errors'
import type { Catalog } from '../../catalog/catalog'
import type { ColumnChange, Difference } from '../../catalog/difference'
import {
  type Fact,
  type Facts,
  factsOf,
  type IdOf,
  schemaOfExtension,
  tablePlace,
  textOf,
} from '../../catalog/facts'
import { describe } from '../../catalog/object-names'
import { indexOfWords } from '../../catalog/sql-words'
import { quoteIdentifier } from '../../database/sql/quote'
import type { ColumnId } from '../model/operation'

/**
 * Refuses by name what PostgreSQL cannot change in place and no statement of ours goes around.
 * @throws {MigrationError} DIFFERENCE_REFUSED
 */
export function refuseChanges({ from, to, columns, newColumns }: Difference): void {
  for (const change of columns) {
    refuseKeyColumn(change, to)
    refuseMerged(change, from)
  }
  const own = newColumns.find(({ id }) => isGiven(id, from) && !isOfParent(id, from, to))
  if (own) throw inherited(own.id, 'would be declared in the child as well')
  const given = factsOf(from.facts, 'column').find(
    ({ id }) =>
      !to.facts.has(id) &&
      isGiven(id, to) &&
      isPlacedAlike(id, from, to) &&
      !isOfParent(id, to, from),
  )
  if (given) throw inherited(given.id, 'would be declared in the parent alone')
  for (const fact of factsOf(to.facts, 'extension')) refuseSystemSchema(fact, from)
}

/** A partition has the column of its parent, and may be partitioned by it. */
function refuseKeyColumn({ id, retyped }: ColumnChange, { facts }: Catalog): void {
  if (!retyped) return
  const isPlain = id.name === id.name.toLowerCase()
  const names = [quoteIdentifier(id.name), ...(isPlain ? [id.name] : [])]
  const family = withPartitions({ kind: 'table', schema: id.schema, name: id.table }, facts)
  const table = family.find((one) => {
    const key = keyOfPartitions(one, facts)
    return names.some((name) => indexOfWords(key, [name], 0) >= 0)
  })
  if (!table) return
  const key = keyOfPartitions(table, facts)
  throw new MigrationError('DIFFERENCE_REFUSED', `${describe(id)} is part of a partition key`, {
    detail: `PostgreSQL cannot change its type in place: ${describe(table)} is partitioned by ${key}.`,
    hint: 'Write this script by hand: make a new table and its partitions, move the rows, drop the old one.',
  })
}

function keyOfPartitions(table: IdOf<'table'>, facts: Facts): string {
  const fact = facts.get(table)
  return (fact && tablePlace(fact).key) ?? ''
}

/** A table with those below it. */
function withPartitions(table: IdOf<'table'>, facts: Facts): IdOf<'table'>[] {
  const below = factsOf(facts, 'table').filter((fact) => {
    const { parent, bound } = tablePlace(fact)
    return bound !== undefined && parent?.schema === table.schema && parent.name === table.name
  })
  return [table, ...below.flatMap(({ id }) => withPartitions(id, facts))]
}

/** A child that has the column from another parent as well has it in the old type from there. */
function refuseMerged({ id, retyped }: ColumnChange, { facts }: Catalog): void {
  if (!retyped) return
  const child = factsOf(facts, 'table').find((fact) => {
    const { parents } = tablePlace(fact)
    const isParent = parents.some(({ schema, name }) => schema === id.schema && name === id.table)
    const declaring = parents.filter(({ schema, name }) =>
      facts.has({ ...id, schema, table: name }),
    )
    return isParent && declaring.length > 1
  })
  if (!child) return
  throw new MigrationError(
    'DIFFERENCE_REFUSED',
    `${describe(id)} is merged with that of another parent in ${describe(child.id)}`,
    {
      detail:
        'PostgreSQL changes the type of a column in one parent at a time, and in no child that has it from another one as well.',
      hint: 'Write this script by hand: ALTER TABLE … NO INHERIT, change the types, ALTER TABLE … INHERIT. The child declares its columns itself afterwards.',
    },
  )
}

/** True for a column that a table has from its parent alone. */
function isGiven({ schema, table, name }: ColumnId, { details }: Catalog): boolean {
  return details.given.has(`${schema}.${table}.${name}`)
}

/** A table that becomes a child or a partition is given its columns by that. */
function isPlacedAlike({ schema, table }: ColumnId, ...sides: readonly Catalog[]): boolean {
  const parents = sides.map(({ facts }) => {
    const fact = facts.get({ kind: 'table', schema, name: table })
    return textOf(fact && tablePlace(fact).parents)
  })
  return parents[0] === parents[1]
}

/** A column that the parent loses or gains with the change goes or comes in the child as well. */
function isOfParent({ schema, table, name }: ColumnId, one: Catalog, other: Catalog): boolean {
  const fact = one.facts.get({ kind: 'table', schema, name: table })
  return (fact ? tablePlace(fact).parents : []).some((parent) => {
    const column = { kind: 'column' as const, schema: parent.schema, table: parent.name, name }
    const has = (side: Catalog) => side.facts.has(column) || isGiven(column, side)
    return has(one) && !has(other)
  })
}

function inherited(id: ColumnId, how: string): MigrationError {
  return new MigrationError('DIFFERENCE_REFUSED', `${describe(id)} ${how}`, {
    detail:
      'Its parent has it, and PostgreSQL cannot change in place whether a child declares it as well.',
    hint: 'Declare it in the child as the scripts do, or write this script by hand.',
  })
}

function refuseSystemSchema(fact: Fact, from: Catalog): void {
  const old = from.facts.get(fact.id)
  if (schemaOfExtension(fact) !== 'pg_catalog') return
  if (old && schemaOfExtension(old) === 'pg_catalog') return
  throw new MigrationError(
    'DIFFERENCE_REFUSED',
    `${describe(fact.id)} would be put into schema pg_catalog`,
    {
      detail: "That schema is the server's own, and nothing is written into it.",
      hint: 'Create the extension in another schema, or write this script by hand: add_script --from none makes an empty one.',
    },
  )
}
