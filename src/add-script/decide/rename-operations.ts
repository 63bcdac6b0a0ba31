import { quoteIdentifier, quoteLiteral } from '../../database/sql/quote'
import type { IdOf } from '../../catalog/facts'
import { step, type ColumnId, type PlannedStep } from '../../change/model/operation'

/** A rename, and the way back. */
export interface Renaming {
  up: PlannedStep
  down: PlannedStep
}

/** `ALTER SCHEMA … RENAME TO …` */
export function renameSchema(id: IdOf<'schema'>, name: string): Renaming[] {
  const other = { ...id, name }
  const rename = (from: string, to: string) =>
    `ALTER SCHEMA ${quoteIdentifier(from)} RENAME TO ${quoteIdentifier(to)}`
  return [{ up: step(rename(id.name, name), [id]), down: step(rename(name, id.name), [other]) }]
}

/** For what moves into a schema that is new. */
export function makeSchema(id: IdOf<'schema'>): Renaming[] {
  const name = quoteIdentifier(id.name)
  const up = step(`CREATE SCHEMA ${name}`, [id], { verb: 'create' })
  return [{ up, down: step(`DROP SCHEMA ${name}`, [id]) }]
}

/** Into another schema, to another name, or both; what belongs to a table goes along. */
export function renameRelation<
  Kind extends 'table' | 'type' | 'sequence' | 'index' | 'domain' | 'collation',
>(
  id: IdOf<Kind> & { schema: string; name: string },
  to: { schema: string; name: string },
  group: PlannedStep['ids'] = [],
): Renaming[] {
  const start = `ALTER ${id.kind.toUpperCase()}`
  const renamings: Renaming[] = []
  // Under the new name both ways, so that it stands with what follows it.
  const ids: PlannedStep['ids'] = [...group, { ...id, ...to }]
  if (to.schema !== id.schema) {
    const move = (from: string, to: string) =>
      `${start} ${quoteIdentifier(from, id.name)} SET SCHEMA ${quoteIdentifier(to)}`
    const [up, down] = [move(id.schema, to.schema), move(to.schema, id.schema)]
    renamings.push({ up: step(up, ids), down: step(down, ids) })
  }
  if (to.name !== id.name) {
    const rename = (from: string, name: string) =>
      `${start} ${quoteIdentifier(to.schema, from)} RENAME TO ${quoteIdentifier(name)}`
    const [up, down] = [rename(id.name, to.name), rename(to.name, id.name)]
    renamings.push({ up: step(up, ids), down: step(down, ids) })
  }
  return renamings
}

/** `ALTER TABLE … RENAME COLUMN …` */
export function renameColumn(id: ColumnId, name: string): Renaming[] {
  const start = `ALTER TABLE ${quoteIdentifier(id.schema, id.table)} RENAME COLUMN`
  const rename = (from: string, to: string) =>
    `${start} ${quoteIdentifier(from)} TO ${quoteIdentifier(to)}`
  const other = { ...id, name }
  return [{ up: step(rename(id.name, name), [id]), down: step(rename(name, id.name), [other]) }]
}

/** `ALTER TABLE … RENAME CONSTRAINT …` */
export function renameConstraint(id: IdOf<'constraint'>, name: string): Renaming[] {
  const start = `ALTER TABLE ${quoteIdentifier(id.schema, id.table)} RENAME CONSTRAINT`
  const rename = (from: string, to: string) =>
    `${start} ${quoteIdentifier(from)} TO ${quoteIdentifier(to)}`
  const other = { ...id, name }
  return [{ up: step(rename(id.name, name), [id]), down: step(rename(name, id.name), [other]) }]
}

/** `ALTER TYPE … RENAME VALUE …`: rows and defaults follow. */
export function renameLabel(id: IdOf<'type'>, from: string, to: string): Renaming[] {
  const start = `ALTER TYPE ${quoteIdentifier(id.schema, id.name)} RENAME VALUE`
  const rename = (from: string, to: string) =>
    `${start} ${quoteLiteral(from)} TO ${quoteLiteral(to)}`
  return [{ up: step(rename(from, to), [id]), down: step(rename(to, from), [id]) }]
}
