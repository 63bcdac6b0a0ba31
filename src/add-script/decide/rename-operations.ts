import type { Catalog } from '../../catalog/catalog'
import { factsOf, type IdOf } from '../../catalog/facts'
import type { ColumnId } from '../../change/model/operation'
import { step, type PlannedStep } from '../../change/model/planned-step'
import type { Rename } from '../../change/model/answers'
import { means, splitOutsideQuotes, unquoted } from '../../change/model/option-values'
import { onlyIn } from './rename-candidates'

/** A rename, and what reverts it. */
export interface Renaming {
  up: PlannedStep
  down: PlannedStep
}

/** `ALTER SCHEMA … RENAME TO …` */
export function renameSchema(id: IdOf<'schema'>, name: string): Renaming[] {
  const rename = (from: string, to: string) =>
    ({ kind: 'rename', what: 'SCHEMA', name: from, to }) as const
  const other = { ...id, name }
  return [{ up: step(rename(id.name, name), [id]), down: step(rename(name, id.name), [other]) }]
}

/** For what moves into a schema that is new. */
export function makeSchema(schema: IdOf<'schema'>): Renaming[] {
  const up = step({ kind: 'create schema', schema }, [schema], { verb: 'create' })
  return [{ up, down: step({ kind: 'drop schema', schema }, [schema]) }]
}

/** Into another schema, to another name, or both; what belongs to a table goes along. */
export function renameRelation<
  Kind extends 'table' | 'type' | 'sequence' | 'index' | 'domain' | 'collation',
>(
  id: IdOf<Kind> & { schema: string; name: string },
  to: { schema: string; name: string },
  group: PlannedStep['ids'] = [],
): Renaming[] {
  const what = id.kind.toUpperCase()
  const { schema, name } = id
  // Under the new name both ways, so that it is grouped with what follows it.
  const ids: PlannedStep['ids'] = [...group, { ...id, ...to }]
  const move = (from: string, other: string) =>
    step({ kind: 'move', what, schema: from, name, to: other }, ids)
  const rename = (from: string, other: string) =>
    step({ kind: 'rename', what, schema: to.schema, name: from, to: other }, ids)
  return [
    ...(to.schema === schema
      ? []
      : [{ up: move(schema, to.schema), down: move(to.schema, schema) }]),
    ...(to.name === name ? [] : [{ up: rename(name, to.name), down: rename(to.name, name) }]),
  ]
}

/** `ALTER TABLE … RENAME COLUMN …` */
export function renameColumn(id: ColumnId, name: string): Renaming[] {
  return renamePart('COLUMN', id, name)
}

/** `ALTER TABLE … RENAME CONSTRAINT …`, or `ALTER DOMAIN …` for that of a domain. */
export function renameConstraint(
  id: IdOf<'constraint'>,
  name: string,
  of: 'TABLE' | 'DOMAIN' = 'TABLE',
): Renaming[] {
  return renamePart('CONSTRAINT', id, name, of)
}

function renamePart(
  part: 'COLUMN' | 'CONSTRAINT',
  id: ColumnId | IdOf<'constraint'>,
  name: string,
  of: 'TABLE' | 'DOMAIN' = 'TABLE',
): Renaming[] {
  const { schema, table } = id
  const rename = (from: string, to: string) =>
    ({ kind: 'rename part', part, of, schema, table, name: from, to }) as const
  const other = { ...id, name }
  return [{ up: step(rename(id.name, name), [id]), down: step(rename(name, id.name), [other]) }]
}

/** `ALTER TYPE … RENAME VALUE …`: rows and defaults follow. */
export function renameEnumValue(type: IdOf<'type'>, from: string, to: string): Renaming[] {
  const rename = (value: string, other: string) =>
    step({ kind: 'rename value', type, value, to: other }, [type])
  return [{ up: rename(from, to), down: rename(to, from) }]
}

/** The schema and the name that a new name says; the old schema where it says none. */
export function placeOf(path: string, old: string): { schema: string; name: string } | undefined {
  const [name = '', schema = old, ...more] = splitOutsideQuotes(path, '.').map(unquoted).toReversed() // oxfmt-ignore
  return more.length > 0 ? undefined : { schema, name }
}

/** A schema that is new. */
export function madeFor({ schema }: { schema: string }, { facts }: Catalog): Renaming[] {
  const home = { kind: 'schema' as const, name: schema }
  return facts.has(home) ? [] : makeSchema(home)
}

/** An enum, another type or a domain. */
export function findType({ from: old, to: name }: Rename, from: Catalog, to: Catalog) {
  for (const kind of ['type', 'domain'] as const) {
    const found = onlyIn(factsOf(from.facts, kind), to).find(({ id }) => means(old, id))
    const place = found && placeOf(name, found.id.schema)
    if (!place) continue
    const target = { ...found.id, ...place }
    if (!to.facts.has(target) || from.facts.has(target)) continue
    return [...madeFor(place, from), ...renameRelation<typeof kind>(found.id, place)]
  }
  return undefined
}
