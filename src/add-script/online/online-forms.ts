import type { ColumnFill } from '../../change/model/value-sources'
import { isA, type IdOf } from '../../catalog/facts'
import {
  columnKey,
  type ColumnId,
  type IndexParts,
  type KeyParts,
  type OwnOperation,
  type Rule,
} from '../../change/model/operation'
import { changes, type PlannedStep } from '../../change/model/planned-step'
import { lockedWorks } from '../../change/complete/table-locks'
import { keyIn, type OnlineContext, shownKey, tableIdOf } from './online-context'
import { relationOf } from '../../catalog/object-names'

/** What a script of an online change is there for. */
export type StageName =
  | 'main'
  | 'backfill'
  | 'concurrently'
  | 'validate'
  | 'required'
  | 'swap'
  | 'constraints'
  | 'validate keys'
  | 'drops'

/** A step, and the script that it belongs to. */
export interface Placed {
  stage: StageName
  step: PlannedStep
  /** What undoes it, where that is more than a difference of catalogs can say. */
  down?: readonly PlannedStep[]
}

type Adding = Extract<OwnOperation, { kind: 'add constraint' }>

/** A statement as it lets an application go on; one that has no such form says which lock it takes. */
export function onlineForm(one: PlannedStep, context: OnlineContext): Placed[] {
  if (one.phase === 'contract') return [{ stage: 'drops', step: one }]
  return context.isBusy(one) ? (formOf(one, context) ?? asItIs(one, context)) : asItIs(one, context)
}

function asItIs(one: PlannedStep, context: OnlineContext): Placed[] {
  const stage = context.needsNewKey(one) ? 'constraints' : 'main'
  return [{ stage, step: withLock(one, context) }]
}

function withLock(one: PlannedStep, { sides, steps }: OnlineContext): PlannedStep {
  const { operation } = one
  const isType = operation.kind === 'alter column' && operation.part === 'type'
  const why = isType ? sides.reasons?.get(columnKey(operation.column)) : undefined
  const reason = why === undefined ? {} : { why }
  const locking = lockedWorks(one, sides.from, steps).map(
    (work, at) =>
      ({ kind: 'works under a lock', online: at === 0, ...work, ...(at === 0 && reason) }) as const,
  )
  return { ...one, effects: [...one.effects, ...locking] }
}

function formOf(one: PlannedStep, context: OnlineContext): Placed[] | undefined {
  const { operation } = one
  switch (operation.kind) {
    case 'create index':
      return builtIndex(one, operation.index, operation, context)
    case 'drop index':
      return droppedIndex(one, operation.index, context)
    case 'add constraint':
      return addedRule(one, operation, context)
    case 'fill column':
      return [{ stage: 'backfill', step: one }]
    case 'alter column':
      if (operation.part === 'required') return requiredForm(one, context)
      return operation.part === 'not required' ? noLongerRequired(one, context) : undefined
    default:
      return droppedKey(one, context)
  }
}

function isPlain(index: IdOf<'index'>, one: PlannedStep, context: OnlineContext): boolean {
  const [table] = context.tablesOf(one)
  return table !== undefined && context.isReplaced(index) && context.isRewritten(table)
}

/** One that changes is built beside the old one, and takes its name once it is there. */
function builtIndex(
  one: PlannedStep,
  index: IdOf<'index'>,
  { unique, on }: IndexParts,
  context: OnlineContext,
): Placed[] | undefined {
  if (isPlain(index, one, context)) return undefined
  const [, ...others] = one.ids
  const build = (id: IdOf<'index'>): Placed => {
    const operation = { kind: 'build index', index: id, unique, on } as const
    const step = context.own(operation, [id, ...others, ...parentOf(one, context)], one)
    const { effects, failsOnRows } = one
    return { stage: 'concurrently', step: { ...step, verb: 'create', effects, failsOnRows } }
  }
  if (!context.isReplaced(index)) return [build(index)]
  const { schema, name } = index
  const built = { ...index, name: context.nameFor(index, '_new') }
  const old = { ...index, name: context.nameFor(index, '_old') }
  const rename = (from: string, to: string) =>
    context.own(
      { kind: 'rename', what: 'INDEX', schema, name: from, to },
      [index, ...parentOf(one, context)],
      one,
    )
  const names = { up: [rename(name, old.name), rename(built.name, name)] }
  const downs = [rename(name, built.name), rename(old.name, name)]
  const remove = context.own(
    { kind: 'drop index', index: old, concurrently: true },
    [old, ...parentOf(one, context)],
    one,
  )
  return [
    build(built),
    ...names.up.map((step, at): Placed => ({
      stage: 'swap',
      step,
      ...(at === 0 && { down: downs }),
    })),
    { stage: 'drops', step: { ...remove, verb: 'drop' } },
  ]
}

/** The table of an index is no part of its name. */
function parentOf(one: PlannedStep, context: OnlineContext): IdOf<'table'>[] {
  return context.tablesOf(one).map((table) => ({ kind: 'table', ...table }))
}

function droppedIndex(
  one: PlannedStep,
  index: IdOf<'index'>,
  context: OnlineContext,
): Placed[] | undefined {
  if (isPlain(index, one, context) || context.givesItsName(index)) return undefined
  if (context.isReplaced(index)) return []
  const step = context.own({ kind: 'drop index', index, concurrently: true }, one.ids, one)
  return [{ stage: 'drops', step: { ...step, verb: 'drop', drops: index } }]
}

/** The drop of a key that another one replaces in the same statement. */
function droppedKey({ drops }: PlannedStep, context: OnlineContext): Placed[] | undefined {
  if (!drops || !isA(drops, 'constraint') || !context.isReplaced(drops)) return undefined
  const added = context.steps.find(
    ({ operation }) =>
      operation.kind === 'add constraint' &&
      operation.constraint.name === drops.name &&
      operation.constraint.table === drops.table &&
      operation.constraint.schema === drops.schema,
  )
  return added && replacesKey(added, context) ? [] : undefined
}

function replacesKey(added: PlannedStep, context: OnlineContext): boolean {
  const table = relationOf(added.ids[0]!)
  return (
    keyIn(added) !== undefined &&
    !context.replacesForeignKeys &&
    table !== undefined &&
    !context.isRewritten(table)
  )
}

function addedRule(one: PlannedStep, adding: Adding, context: OnlineContext): Placed[] | undefined {
  const { rule, valid, constraint } = adding
  if (!valid || !context.isBusyTable({ schema: constraint.schema, name: constraint.table }))
    return undefined
  if (adding.key) return uniqueForm(one, adding, adding.key, context)
  return rule === 'FOREIGN KEY' || rule === 'CHECK' ? validated(one, adding, context) : undefined
}

function uniqueForm(
  one: PlannedStep,
  { constraint, rule }: Adding,
  key: KeyParts,
  context: OnlineContext,
): Placed[] | undefined {
  const replaces = context.isReplaced(constraint)
  if (replaces && !replacesKey(one, context)) return undefined
  const { schema, name } = constraint
  const index = replaces ? context.nameFor({ schema, name }, '_new') : name
  const id = { kind: 'index', schema, name: index } as const
  const { effects, failsOnRows } = one
  const building = { kind: 'build key index', index: id, constraint, key } as const
  const build = context.own(building, [id, tableIdOf(constraint)], one)
  const { checked } = key
  const using = { kind: 'use index', constraint, rule, index, checked, replaces } as const
  const use = context.own(using, one.ids, one)
  return [
    { stage: 'concurrently', step: { ...build, verb: 'create', effects, failsOnRows } },
    { stage: 'constraints', step: { ...use, verb: 'create' } },
  ]
}

/** Rows that are there are looked at later, while others read and write. */
function validated(one: PlannedStep, adding: Adding, context: OnlineContext): Placed[] {
  const { constraint, definition } = adding
  const isLate = context.needsNewKey(one)
  const { effects, failsOnRows } = one
  const added = { ...adding, valid: false, definition: `${definition} NOT VALID` }
  const validating = { kind: 'validate constraint', constraint, of: 'TABLE' } as const
  return [
    {
      stage: isLate ? 'constraints' : 'main',
      step: context.own(added, one.ids, one, { verb: 'create' }),
    },
    {
      stage: isLate ? 'validate keys' : 'validate',
      step: context.own(validating, [constraint], one, { effects, failsOnRows }),
    },
  ]
}

/** A check says it first, which is validated while others read and write. */
function requiredForm(one: PlannedStep, context: OnlineContext): Placed[] | undefined {
  const { operation } = one
  if (operation.kind !== 'alter column') return undefined
  const { column } = operation
  if (context.steps.some((other) => changes(other, column, 'identity'))) return undefined
  const constraint = checkOf(column, context)
  const validating = { kind: 'validate constraint', constraint, of: 'TABLE' } as const
  const { effects, failsOnRows, phase } = one
  const ids = [column, tableIdOf(column)]
  const more = { chain: columnKey(column), ...(phase && { phase }) }
  const { start, end } = aroundRequired(one, column, context)
  return [
    ...start.map((step): Placed => ({ stage: 'main', step: { ...step, ...more } })),
    { stage: 'validate', step: context.own(validating, ids, one, { effects, failsOnRows }) },
    { stage: 'required', step: { ...one, effects: [], failsOnRows: [] } },
    { stage: 'required', step: context.own({ kind: 'drop constraint', constraint }, ids, one) },
    ...end.map((step): Placed => ({ stage: 'required', step })),
  ]
}

function checkOf({ schema, table, name }: ColumnId, context: OnlineContext) {
  const free = context.nameFor({ schema, name: `${table}_${name}` }, '_required')
  return { kind: 'constraint', schema, table, name: free } as const
}

/**
 * A check that says the same comes first, so that no row without a value comes in between; and the primary key
 * that another one replaces in one statement demands a value until then.
 */
function noLongerRequired(one: PlannedStep, context: OnlineContext): Placed[] | undefined {
  const tables = context.tablesOf(one).map(shownKey)
  const added = context.steps.filter(
    (other) =>
      other.operation.kind === 'add constraint' &&
      context.tablesOf(other).some((table) => tables.includes(shownKey(table))),
  )
  const has = (rule: Rule) => added.filter((other) => ruleOf(other) === rule)
  if (has('PRIMARY KEY').some((other) => context.isReplaced(other.ids[0]!)))
    return [{ stage: 'drops', step: one }]
  return has('CHECK').length > 0 ? [{ stage: 'constraints', step: one }] : undefined
}

function ruleOf({ operation }: PlannedStep): Rule | undefined {
  return operation.kind === 'add constraint' ? operation.rule : undefined
}

/**
 * The checks before, and what ends with them. Where old rows lack a value yet, an application that changes
 * one of them would break the check: a trigger gives the row its values first, one for all columns of a
 * table. It comes once all of them are there, and before the checks, so with the last of the columns.
 */
function aroundRequired(one: PlannedStep, column: ColumnId, context: OnlineContext) {
  const fills = context.requiredFills(column)
  const table = tableIdOf(column)
  const check = (of: ColumnId) =>
    context.own(
      { kind: 'add not null check', constraint: checkOf(of, context), column: of },
      [of, table],
      one,
    )
  const isOwn = (fill: ColumnFill) => columnKey(fill.column) === columnKey(column)
  if (!fills.some(isOwn)) return { start: [check(column)], end: [] }
  if (!isOwn(fills.at(-1)!)) return { start: [], end: [] }
  const ids = [column, table]
  const name = context.nameFor({ schema: table.schema, name: table.name }, '_fill')
  const trigger = { table, name }
  return {
    start: [
      context.own({ kind: 'fill function', ...trigger, fills }, ids, one),
      context.own({ kind: 'fill trigger', ...trigger }, ids, one),
      ...fills.map((fill) => check(fill.column)),
    ],
    end: [
      context.own({ kind: 'drop fill trigger', ...trigger }, ids, one),
      context.own({ kind: 'drop fill function', ...trigger }, ids, one),
    ],
  }
}
