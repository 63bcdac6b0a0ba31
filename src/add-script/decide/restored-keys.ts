import { quoteIdentifier } from '../../database/sql/quote'
import type { Catalog } from '../../catalog/catalog'
import { columnOf } from '../../catalog/difference'
import { factsOf } from '../../catalog/facts'
import { type ForeignKey, foreignKeys } from '../../catalog/rule-facts'
import { columnKey, type ColumnId, step, type PlannedStep } from '../../change/model/operation'

/** Rows that a table needs when it comes back empty while others still refer to it. */
export interface RestoredKeys {
  steps: PlannedStep[]
  /** A sentence for each key that such rows cannot be made for. */
  obstacles: string[]
}

/**
 * Where a dropped table is made again, and rows that stayed refer to it: gives it a row for each key that
 * they hold, so that the foreign key can be added again.
 * @param fill a value for a required column, as SQL; undefined: there is none
 */
export async function restoreKeys(
  from: Catalog,
  to: Catalog,
  fill: (id: ColumnId, type: string) => Promise<string | undefined>,
): Promise<RestoredKeys> {
  const restored: RestoredKeys = { steps: [], obstacles: [] }
  for (const key of foreignKeys(to).filter((one) => comesBackEmpty(one, from, to))) {
    const values = await otherValues(to, key, fill)
    const [table] = key.referred
    if (!values) {
      restored.obstacles.push(`Rows of ${key.id.table} refer to ${table!.table}, which comes back empty.`) // prettier-ignore
      continue
    }
    restored.steps.push(insertion(key, values), ...following(to, key))
  }
  return restored
}

/** A table that neither side has is one that the comparison leaves out, since nothing of it differs. */
function comesBackEmpty({ columns, referred }: ForeignKey, from: Catalog, to: Catalog): boolean {
  const [one] = referred
  const table = one && { kind: 'table' as const, schema: one.schema, name: one.table }
  const isNew = table !== undefined && to.facts.has(table) && !from.facts.has(table)
  return isNew && columns.every((column) => from.facts.has(column))
}

/** What the required columns beside the key get; undefined where one of them cannot be filled. */
async function otherValues(
  to: Catalog,
  { referred }: ForeignKey,
  fill: (id: ColumnId, type: string) => Promise<string | undefined>,
): Promise<Map<string, string> | undefined> {
  const [target] = referred
  const keys = new Set(referred.map(columnKey))
  const values = new Map<string, string>()
  for (const fact of factsOf(to.facts, 'column')) {
    const { id } = fact
    if (id.schema !== target?.schema || id.table !== target.table || keys.has(columnKey(id)))
      continue
    const column = columnOf(to, fact)
    const isFilled = column.default !== undefined || column.identity || column.generated !== undefined // prettier-ignore
    if (!column.notNull || isFilled) continue
    const value = await fill(id, column.type)
    if (value === undefined) return undefined
    values.set(id.name, value)
  }
  return values
}

function insertion(
  { columns, referred, id }: ForeignKey,
  values: ReadonlyMap<string, string>,
): PlannedStep {
  const [one] = referred
  const target = quoteIdentifier(one!.schema, one!.table)
  const source = quoteIdentifier(id.schema, id.table)
  const own = columns.map(({ name }) => quoteIdentifier(name))
  const names = [...referred.map(({ name }) => name), ...values.keys()]
  const list = names.map((name) => quoteIdentifier(name)).join(', ')
  const given = [...own, ...values.values()].join(', ')
  const where = own.map((name) => `${name} IS NOT NULL`).join(' AND ')
  const sql = `INSERT INTO ${target} (${list}) OVERRIDING SYSTEM VALUE SELECT DISTINCT ${given} FROM ${source} WHERE ${where} ON CONFLICT DO NOTHING`
  const comments = [`Rows for the keys that ${id.table} still holds; their other values are lost.`]
  return step(sql, [{ kind: 'table', schema: one!.schema, name: one!.table }, ...referred], {
    verb: 'data',
    comments,
  })
}

/** The sequence of such a key goes on after them. */
function following(to: Catalog, { referred }: ForeignKey): PlannedStep[] {
  return referred.flatMap((id) => {
    const fact = to.facts.get(id)
    const column = fact && columnOf(to, fact)
    if (!column?.identity && column?.default?.startsWith('nextval(') !== true) return []
    const table = quoteIdentifier(id.schema, id.table)
    const text = (name: string) => `'${name.replaceAll("'", "''")}'`
    const sequence = `pg_catalog.pg_get_serial_sequence(${text(table)}, ${text(id.name)})`
    const sql = `SELECT pg_catalog.setval(${sequence}, pg_catalog.max(${quoteIdentifier(id.name)})) FROM ${table}`
    return [step(sql, [id], { verb: 'data' })]
  })
}
