import type { Catalog } from '../../catalog/catalog'
import { columnOf } from '../../catalog/difference'
import { factsOf } from '../../catalog/facts'
import { type ForeignKey, foreignKeys } from '../../catalog/rule-facts'
import { columnKey, type ColumnId } from '../../change/model/operation'
import { step, type PlannedStep } from '../../change/model/planned-step'

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
      restored.obstacles.push(`Rows of ${key.id.table} refer to ${table!.table}, which comes back empty.`) // oxfmt-ignore
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
    const isFilled = column.default !== undefined || column.identity || column.generated !== undefined // oxfmt-ignore
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
  const table = { kind: 'table' as const, schema: one!.schema, name: one!.table }
  return step({ kind: 'restore rows', keys: columns, referred, values }, [table, ...referred], {
    verb: 'data',
    effects: [{ kind: 'restores keys', table: id.table }],
  })
}

/** The sequence of such a key goes on after them. */
function following(to: Catalog, { referred }: ForeignKey): PlannedStep[] {
  return referred.flatMap((column) => {
    const fact = to.facts.get(column)
    const { identity, default: value } = fact ? columnOf(to, fact) : {}
    if (!identity && value?.startsWith('nextval(') !== true) return []
    return [step({ kind: 'continue sequence', column }, [column], { verb: 'data' })]
  })
}
