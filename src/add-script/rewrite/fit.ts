import type { ColumnChange, Difference } from '../../catalog/difference'
import { columnKey, type ColumnId } from '../../catalog/facts'
import { shown } from '../../catalog/object-names'
import type { Using } from '../../change/model/decisions'
import type { ReadColumn, ReadKey } from './read-columns'

/** A column whose type changes so that its table would be written again. */
export interface TwinCandidate {
  change: ColumnChange
  /** Absent: its values follow from those of another column. */
  up: Using | undefined
  down: Using | undefined
  read: ReadColumn
  /** Of the trigger that would keep the two columns in step. */
  trigger: string
}

/** Functions that an expression calls. */
export function calledIn(expression: string): string[] {
  const bare = expression.replaceAll(/'(?:[^']|'')*'/g, ' ')
  return [...bare.matchAll(/([\w$]+)"?\s*\(/g)].map(([, name = '']) => name.toLowerCase())
}

/**
 * Why no second column can take the place of one, as the end of a sentence; undefined: one can. Pure.
 * @param changing functions that may give another value each time
 */
export function whyUnfit(
  { change, up, down, read, trigger }: TwinCandidate,
  { enums }: Pick<Difference, 'enums'>,
  changing: ReadonlySet<string>,
): string | undefined {
  const { from, to } = change
  if (from.generated !== undefined || to.generated !== undefined) return 'it is computed'
  if (!up) return 'its values follow those of another column, unless --using converts it by itself'
  if (!down || down.effects.some(({ kind }) => kind === 'cannot restore'))
    return 'its old values cannot be made of the new ones'
  const expressions = [up.expression, down.expression]
  if (expressions.some((one) => /\bOVER\s*\(/i.test(one)))
    return 'its expression looks at other rows'
  const called = expressions.flatMap(calledIn).find((name) => changing.has(name))
  if (called !== undefined) return `${called}() gives another value each time`
  if (enums.some(({ id }) => isOf(id, from.type) || isOf(id, to.type)))
    return 'the values of its type change too'
  const later = read.triggers.find((name) => name > trigger)
  if (later !== undefined) return `trigger ${later} would run after the one that fills the column`
  return read.obstacles[0]
}

function isOf({ schema, name }: { schema: string; name: string }, type: string): boolean {
  return type.replaceAll('"', '').replace(/\[\]$/, '') === `${schema}.${name}`
}

const integers = new Set(['smallint', 'integer', 'bigint'])

/**
 * A foreign key needs types on both sides that are compared with each other: where one side keeps its old
 * type for longer, the other one does so too. Integers are compared whatever their sizes are. Pure.
 * @param reasons of columns that are not fit, by their keys; it gets those of others
 */
export function spreadUnfit(
  candidates: readonly TwinCandidate[],
  keys: readonly ReadKey[],
  reasons: Map<string, string>,
): void {
  const byKey = new Map(candidates.map((one) => [columnKey(one.change.id), one]))
  const pairs = keys.flatMap(pairsOf)
  for (let known = -1; known < reasons.size;) {
    known = reasons.size
    for (const [one, other] of [...pairs, ...pairs.map(([a, b]) => [b, a] as const)]) {
      const [fit, unfit] = [byKey.get(columnKey(one)), byKey.get(columnKey(other))]
      if (!fit || !unfit || reasons.has(columnKey(one)) || !reasons.has(columnKey(other))) continue
      if (!isInteger(fit) || !isInteger(unfit))
        reasons.set(columnKey(one), `a foreign key connects it with ${pathOf(other)}`)
    }
  }
}

function isInteger({ change: { from, to } }: TwinCandidate): boolean {
  return integers.has(from.type) && integers.has(to.type)
}

function pathOf({ schema, table, name }: ColumnId): string {
  return `${shown({ schema, name: table })}.${name}`
}

/** The columns of a foreign key, each with the one that it refers to. */
function pairsOf({ schema, table, parts }: ReadKey): (readonly [ColumnId, ColumnId])[] {
  return parts.columns.map((name, at) => [
    { kind: 'column', schema, table, name },
    {
      kind: 'column',
      schema: parts.table.schema,
      table: parts.table.name,
      name: parts.referred[at]!,
    },
  ])
}
