import { quoteIdentifier } from '../../database/sql/quote'
import type { ColumnId, Id, IdOf } from '../../catalog/facts'
import type { Effect } from '../../change/model/effect'
import type { LockedName, SchemaOperation } from '../../change/model/operation'
import { type PlannedStep, step, valuesOf } from '../../change/model/planned-step'
import type { ForeignKeyParts, Twin } from '../../change/model/twin-operation'
import { lockOperations } from '../online/lock-order'
import { tableKey } from './swap-order'
import type { TwinSide, TwinPair, TwinColumn, TwinKey, TwinPlan, TwinTable } from './twin-columns'

type Constraint = IdOf<'constraint'>

/** The other one of the two. */
export const opposite: TwinPair<TwinSide> = { new: 'old', old: 'new' }

/** A statement about a table, or what is of it. */
export function stepOn(operation: SchemaOperation, ...ids: readonly Id[]): PlannedStep {
  const isOutside =
    operation.kind === 'build index' ||
    operation.kind === 'fill in batches' ||
    (operation.kind === 'drop index' && operation.concurrently === true)
  return step(operation, ids, { transactional: !isOutside })
}

/** The column that is not in use. */
export function twinOf({ id, names }: TwinColumn, side: TwinSide): ColumnId {
  return { ...id, name: names[side] }
}

/** A constraint of the same table under another name. */
export function named(id: Constraint, name: string): Constraint {
  return { ...id, name }
}

export function validate(constraint: Constraint, effects: readonly Effect[] = []): PlannedStep {
  const operation = { kind: 'validate constraint', constraint, of: 'TABLE' } as const
  return { ...stepOn(operation, constraint), effects }
}

export function dropRule(constraint: Constraint): PlannedStep {
  return stepOn({ kind: 'drop constraint', constraint }, constraint)
}

export function renameRule({ schema, table, name }: Constraint, to: string): PlannedStep {
  const of = { part: 'CONSTRAINT', of: 'TABLE', schema, table, name, to } as const
  return stepOn({ kind: 'rename part', ...of }, { kind: 'table', schema, name: table })
}

export function addCheck(constraint: Constraint, definition: string): PlannedStep {
  const rule = { rule: 'CHECK', valid: false, definition: `${definition} NOT VALID` } as const
  return stepOn({ kind: 'add constraint', constraint, ...rule }, constraint)
}

/** The planner knows nothing of new columns, and of new indexes of expressions. */
export function analyze({ id }: TwinTable): PlannedStep {
  return stepOn({ kind: 'analyze', table: id }, id)
}

/** A remark, where the object had one. */
export function comment(
  on: ColumnId | IdOf<'index'> | Constraint,
  text: string | undefined,
  ...ids: readonly Id[]
): PlannedStep[] {
  return text === undefined ? [] : [stepOn({ kind: 'comment', on, text }, ...ids, on)]
}

/** The check that a required column's twin has a value, and for the old one that it has where the new one has. */
export function twinCheckId(
  { id: { schema, table }, checks }: TwinColumn,
  side: TwinSide,
): Constraint {
  return { kind: 'constraint', schema, table, name: checks[side] }
}

/** The columns that are not in use, empty, kept in step from now on. */
export function addTwins(table: TwinTable, side: TwinSide): PlannedStep[] {
  const columns = table.columns.flatMap((one): PlannedStep[] => {
    const column = twinOf(one, side)
    const adding = { kind: 'add empty column', column, type: one.types[side] } as const
    const { statistics, options } = one
    const settings = { kind: 'column settings', column, statistics, options } as const
    const hasSettings = statistics !== undefined || options.length > 0
    return [
      { ...stepOn(adding, column), effects: side === 'new' ? [announced(one)] : [] },
      ...comment(column, one.comment),
      ...(hasSettings ? [stepOn(settings, column)] : []),
    ]
  })
  const { id, trigger: name } = table
  return [
    ...columns,
    twinFunction(table, side, false),
    stepOn({ kind: 'fill trigger', table: id, name }, id),
    stepOn({ kind: 'enable always', table: id, trigger: name }, id),
  ]
}

function announced({ id, names, types }: TwinColumn): Effect {
  return { kind: 'gets a twin', column: id, twin: names.new, type: types.new }
}

/** What the trigger does: it makes the column of that side of the one that is in use. */
export function twinFunction(table: TwinTable, side: TwinSide, replaces: boolean): PlannedStep {
  const { id, trigger: name } = table
  const twins = table.columns.map((one): Twin => ({
    source: one.id.name,
    twin: one.names[side],
    expression: one.expressions[side],
  }))
  const isLenient = side === 'old'
  return stepOn({ kind: 'twin function', table: id, name, twins, isLenient, replaces }, id)
}

export function dropTwins(table: TwinTable, side: TwinSide): PlannedStep[] {
  const { id, trigger: name } = table
  return [
    stepOn({ kind: 'drop fill trigger', table: id, name }, id),
    stepOn({ kind: 'drop fill function', table: id, name }, id),
    ...table.columns.map((one) => {
      const column = twinOf(one, side)
      return stepOn({ kind: 'drop twin', column }, column)
    }),
  ]
}

/** Rows that are there get the value that the trigger gives to those that are written. */
export function fillTwins({ id, columns }: TwinTable, side: TwinSide): PlannedStep {
  const fills = columns.map((one) => ({
    column: twinOf(one, side),
    expression: one.expressions[side] || quoteIdentifier(one.id.name),
    source: one.id.name,
  }))
  const filling = stepOn({ kind: 'fill in batches', table: id, fills }, id)
  const effects = columns.flatMap(({ decided }) => decided[side].effects)
  const values = (some: readonly TwinColumn[]) => some.map((one) => valuesOf(one.id))
  return {
    ...filling,
    verb: 'data',
    effects: [...effects, { kind: 'works in batches' }],
    destructive: columns.some(({ decided }) => decided[side].destructive),
    loses: values(columns.filter(({ decided }) => decided[side].destructive)),
    converts: values(columns.filter(({ expressions }) => expressions[side] !== '')),
    failsOnRows: values(columns.filter(({ decided }) => decided[side].raises)),
  }
}

/** A foreign key, NOT VALID, between columns that are in use or not; undefined: in use. */
export function addKey(
  plan: TwinPlan,
  { id, comment: text }: TwinKey,
  name: string,
  parts: ForeignKeyParts,
  [own, referred]: readonly [own: TwinSide | undefined, referred: TwinSide | undefined],
): PlannedStep[] {
  const constraint = named(id, name)
  const of = (schema: string, table: string, side: TwinSide | undefined) => (column: string) =>
    nameOn(plan, { kind: 'column', schema, table, name: column }, side)
  const ownName = of(id.schema, id.table, own)
  const key = {
    ...parts,
    columns: parts.columns.map(ownName),
    setColumns: parts.setColumns.map(ownName),
    referred: parts.referred.map(of(parts.table.schema, parts.table.name, referred)),
  }
  return [stepOn({ kind: 'add twin key', constraint, key }, constraint), ...comment(constraint, text)] // oxfmt-ignore
}

/**
 * Statements about tables of which each is locked by them: in one moment, and in the order in which an
 * application locks the tables, that is with those that are referred to first.
 */
export function lockedTogether(
  tables: readonly LockedName[],
  isExclusive: boolean,
  steps: readonly PlannedStep[],
): PlannedStep {
  const operations = [...locking(tables, isExclusive), ...steps].map(({ operation }) => operation)
  return stepOn({ kind: 'together', operations }, ...(steps[0]?.ids ?? []))
}

/** Waits for no lock so long that PostgreSQL would end somebody else's transaction for a deadlock. */
export function locking(tables: readonly LockedName[], isExclusive: boolean): PlannedStep[] {
  const mode = isExclusive ? 'ACCESS EXCLUSIVE' : 'SHARE ROW EXCLUSIVE'
  const known = new Map(
    tables.map(({ schema, name, unowned }) => [
      tableKey({ schema, name }),
      { schema, name, mode, ...(unowned && { unowned }) } as const,
    ]),
  )
  const own = [...known.values()].map(({ schema, name }) => ({ kind: 'table', schema, name }) as const) // oxfmt-ignore
  return lockOperations([...known.values()]).map((operation) => stepOn(operation, ...own))
}

/** A foreign key by itself. */
export function addKeyAlone(...given: Parameters<typeof addKey>): PlannedStep {
  const [, { id }, , parts] = given
  const own = { schema: id.schema, name: id.table }
  return lockedTogether([{ ...parts.table, unowned: true }, own], false, addKey(...given))
}

/** The same for its drop. */
export function dropKeyAlone({ id, parts }: TwinKey, name: string): PlannedStep {
  const own = { schema: id.schema, name: id.table }
  return lockedTogether([{ ...parts.old.table, unowned: true }, own], true, [
    dropRule(named(id, name)),
  ])
}

/** The name of a column, or of its twin where it has one. */
function nameOn({ swaps }: TwinPlan, { schema, table, name }: ColumnId, side?: TwinSide): string {
  const tables = swaps.flat().filter(({ id }) => id.schema === schema && id.name === table)
  const twin = tables.flatMap(({ columns }) => columns).find((one) => one.id.name === name)
  return twin && side !== undefined ? twin.names[side] : name
}
