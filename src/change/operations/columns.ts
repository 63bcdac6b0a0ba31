import { ge, le, plus } from '../../database/sql/operators'
import { quoteIdentifier, quoteLiteral } from '../../database/sql/quote'
import { ownStep } from '../render/own-step'
import { withoutNotNull } from '../render/engine-sql'
import {
  type ColumnChange,
  type Difference,
  type Numbering,
  numberingOf,
} from '../../catalog/difference'
import { type Decisions, usingOf } from '../model/decisions'
import type { Id } from '../../catalog/facts'
import { shown } from '../../catalog/object-names'
import {
  changes,
  type ColumnAlteration,
  columnKey,
  step,
  type ColumnId,
  type PlannedStep,
  valuesOf,
} from '../model/operation'

/**
 * Puts what happens to a column into the one order that works: rows of the old type, DROP DEFAULT
 * where it cannot be cast, TYPE, DEFAULT, the values that were missing, NOT NULL. Conversions are
 * those decided on.
 */
export function arrangeColumns(
  steps: readonly PlannedStep[],
  { columns, newColumns }: Difference,
  decisions: Decisions,
): PlannedStep[] {
  let arranged = [...steps]
  for (const change of columns) {
    arranged = change.retyped
      ? arrangeRetyped(arranged, change, decisions)
      : arrangeRequired(arranged, change, decisions)
  }
  for (const { id } of newColumns) arranged = fillNew(arranged, id, decisions)
  return arranged
}

function arrangeRetyped(
  steps: PlannedStep[],
  change: ColumnChange,
  decisions: Decisions,
): PlannedStep[] {
  const { id } = change
  const moved = (one: PlannedStep) => changes(one, id, 'type', 'default', 'no default', 'required')
  const typeAt = steps.findIndex((one) => changes(one, id, 'type'))
  if (typeAt < 0) return steps
  const firstDefault = steps.findIndex((one) => changes(one, id, 'no default'))
  const early = firstDefault < 0 ? typeAt : Math.min(firstDefault, typeAt)
  const lastDefault = steps.findLastIndex((one) => changes(one, id, 'default'))
  const needed = new Set<Id>(steps.filter(moved).flatMap(({ ids }) => ids))
  const chained = { chain: columnKey(id) }
  const { dropped, before, after } = retyping(change, [...needed], decisions)
  const required = steps.some((one) => changes(one, id, 'required'))
  const late = [...after, ...(required ? requiring(change, decisions) : [])]
  const result: PlannedStep[] = []
  for (const [at, one] of steps.entries()) {
    if (!moved(one)) result.push(one)
    if (at === early) result.push(...dropped.map((each) => ({ ...each, ...chained })))
    if (at === typeAt)
      result.push(...before.map((each) => ({ ...each, ...chained, ...engineOf(one) })))
    if (at === Math.max(typeAt, lastDefault))
      result.push(...late.map((each) => ({ ...each, ...chained })))
  }
  return result
}

/** What pg-delta knows of the statement that another one replaces. */
function engineOf({ engine }: PlannedStep): Pick<PlannedStep, 'engine'> {
  return engine ? { engine } : {}
}

function alterStep(
  column: ColumnId,
  alteration: ColumnAlteration,
  ids: readonly Id[],
  more: Partial<PlannedStep> = {},
): PlannedStep {
  return ownStep({ kind: 'alter column', column, ...alteration }, ids, more)
}

function retyping(change: ColumnChange, ids: readonly Id[], decisions: Decisions) {
  const { id, from, to } = change
  const using = usingOf(decisions, id)
  const every = [id, ...ids]
  const { comments, destructive, expression } = using
  const converts = expression !== '' && to.generated === undefined
  const hadDefault = from.default !== undefined && from.generated === undefined && !to.identity
  const drops = hadDefault && (using.dropsDefault || to.default === undefined)
  const sets = to.default !== undefined && (drops || to.default !== from.default)
  return {
    dropped: drops ? [alterStep(id, { part: 'no default' }, [id], { verb: 'drop' })] : [],
    before: [
      alterStep(
        id,
        { part: 'type', type: to.fullType, ...(converts && { using: expression }) },
        every,
        {
          comments,
          destructive,
          failsOnRows: using.raises ? [valuesOf(id)] : [],
          loses: destructive ? [valuesOf(id)] : [],
          converts: converts ? [valuesOf(id)] : [],
        },
      ),
    ],
    after: sets ? [alterStep(id, { part: 'default', value: to.default! }, every)] : [],
  }
}

function arrangeRequired(
  steps: PlannedStep[],
  change: ColumnChange,
  decisions: Decisions,
): PlannedStep[] {
  const { id, to } = change
  const isRequired = (one: PlannedStep) => changes(one, id, 'required')
  if (!steps.some(isRequired)) return steps
  const rest = steps.filter((one) => !isRequired(one))
  const at = rest.findLastIndex((one) => changes(one, id, 'default'))
  const late = requiring(change, decisions)
  // An identity is given to a required column only.
  const identity = rest.findIndex((one) => changes(one, id, 'identity'))
  if (to.identity && identity >= 0) return rest.toSpliced(identity, 0, ...late)
  const original = steps.findIndex(isRequired)
  return rest.toSpliced(Math.max(at + 1, original), 0, ...late)
}

function requiring({ id }: ColumnChange, decisions: Decisions): PlannedStep[] {
  const fill = decisions.backfill.get(columnKey(id))
  const chained = { chain: columnKey(id) }
  const required = alterStep(id, { part: 'required' }, [id], chained)
  if (!fill) return [required]
  if (fill.expression === '')
    return [{ ...required, comments: fill.comments, failsOnRows: [valuesOf(id)] }]
  return [filling(id, fill.expression, fill.comments, true), required]
}

function filling(
  id: ColumnId,
  expression: string,
  comments: readonly string[],
  onlyMissing: boolean,
): PlannedStep {
  const operation = { kind: 'fill column', column: id, expression, onlyNulls: onlyMissing } as const
  return ownStep(operation, [id], { verb: 'data', comments, chain: columnKey(id) })
}

/** A required column without a default is added empty, filled, and only then required. */
function fillNew(steps: PlannedStep[], id: ColumnId, decisions: Decisions): PlannedStep[] {
  const fill = decisions.backfill.get(columnKey(id))
  if (!fill) return steps
  return steps.flatMap((one) => {
    const { operation } = one
    const isAdded =
      operation?.kind === 'add column' && columnKey(operation.column) === columnKey(id)
    if (!isAdded) return [one]
    if (fill.expression === '') {
      const { schema, table: name } = id
      return [{ ...one, comments: fill.comments, failsOnRows: [{ schema, table: name }] }]
    }
    const chain = columnKey(id)
    return [
      { ...one, sql: withoutNotNull(one.sql), chain },
      filling(id, fill.expression, fill.comments, false),
      alterStep(id, { part: 'required' }, [id], { chain }),
    ]
  })
}

/** Where a sequence begins to feed a column that has rows, it goes on after their greatest value. */
export function continueSequences(
  steps: readonly PlannedStep[],
  { from }: Difference,
): PlannedStep[] {
  const made = new Set(
    steps.map(({ sql }) => /^CREATE SEQUENCE (\S+) /.exec(sql)?.[1]).filter(Boolean),
  )
  return steps.flatMap((one) => {
    const { operation } = one
    if (operation?.kind !== 'alter column' || !from.facts.has(operation.column)) return [one]
    const { column: id, part } = operation
    const table = quoteIdentifier(id.schema, id.table)
    const column = quoteIdentifier(id.name)
    const sequence =
      part === 'default'
        ? / SET DEFAULT nextval\('((?:[^']|'')+)'::regclass\)$/.exec(one.sql)?.[1]
        : undefined
    const isNew = sequence !== undefined && [...made].some((name) => sameName(name, sequence))
    if (!isNew && part !== 'identity') return [one]
    const named = quoteLiteral(plainPath({ ...id, name: id.table }, table))
    const name = isNew
      ? quoteLiteral(sequence.replaceAll("''", "'").replace(/^public\./, ''))
      : `pg_catalog.pg_get_serial_sequence(${named}, ${quoteLiteral(id.name)})`
    const sql = `SELECT pg_catalog.setval(${name}, COALESCE(pg_catalog.max(${column}), 0) ${plus} 1, false) FROM ${table}`
    return [one, step(sql, [id], { verb: 'data', chain: columnKey(id) })]
  })
}

/**
 * PostgreSQL refuses bounds that a sequence is not within: it is moved into the new ones first, as far
 * as they overlap the old ones.
 */
export function moveSequences(
  steps: readonly PlannedStep[],
  { from, to }: Difference,
): PlannedStep[] {
  return steps.flatMap((one) => {
    const id = one.operation?.kind === 'alter numbering' ? one.operation.of : undefined
    const [before, wanted] = id ? [from, to].map(({ facts }) => numberingOf(facts.get(id))) : []
    if (!id || !before || !wanted || isWithin(before, wanted) || areApart(before, wanted))
      return [one]
    const chain = `sequence ${shown(before)}`
    return [step(moving(before, wanted), [id], { verb: 'data', chain }), { ...one, chain }]
  })
}

function isWithin(before: Numbering, wanted: Numbering): boolean {
  // a column that becomes smaller refuses what its sequence may not hold
  const isOfType = [32_767n, 2_147_483_647n].includes(wanted.max)
  return before.min >= wanted.min && (before.max <= wanted.max || isOfType)
}

/** pg-delta lets it start again. */
function areApart(before: Numbering, wanted: Numbering): boolean {
  return before.max < wanted.min || before.min > wanted.max
}

/**
 * A value before the first of the new ones has not been used by them; one behind the last has used them
 * all. A sequence that was never used begins where the new one does.
 */
function moving(before: Numbering, { min, max, start, increment }: Numbering): string {
  const name = quoteIdentifier(before.schema, before.name)
  const begun = before.start < min ? min : before.start > max ? max : before.start
  const unused = begun === start ? 'last_value' : `CASE WHEN is_called THEN last_value ELSE ${start} END` // prettier-ignore
  const raised = min > before.min ? `GREATEST(${unused}, ${min})` : unused
  const value = max < before.max ? `LEAST(${raised}, ${max})` : raised
  const used =
    increment > 0n
      ? min > before.min && ` AND last_value ${ge} ${min}`
      : max < before.max && ` AND last_value ${le} ${max}`
  const named = quoteLiteral(plainPath(before, name))
  return `SELECT pg_catalog.setval(${named}, ${value}, is_called${used || ''}) FROM ${name}`
}

/** A table's or sequence's name inside a text, where nothing takes quotes away later. */
function plainPath(path: { schema: string; name: string }, quoted: string): string {
  const isPlain = [path.schema, path.name].every((name) => /^[a-z_][a-z0-9_]*$/.test(name))
  return isPlain ? shown(path) : quoted
}

function sameName(quoted: string | undefined, plain: string): boolean {
  return quoted?.replaceAll('"', '') === plain.replaceAll('"', '')
}
