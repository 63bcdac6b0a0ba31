import type { Qualified } from '../../catalog/object-names'
import type { PlannedStep } from '../../change/model/planned-step'
import { addCheck, addKey, addKeyAlone, analyze, comment, dropRule, locking, named, opposite, renameRule, stepOn, twinCheckId, twinFunction, twinOf, validate } from './twin-steps' // oxfmt-ignore
import { tableKey } from './swap-order'
import type { TwinSide, TwinColumn, TwinIndex, TwinKey, TwinPlan, TwinTable } from './twin-columns'

/** A swap back: what is built and validated before, what happens in one moment, and what is validated after. */
export interface SwapBack {
  before: PlannedStep[]
  together: PlannedStep[]
  after: PlannedStep[]
}

/** The new columns of a group of tables take over, in one transaction. */
export function swapIn(plan: TwinPlan, group: number): PlannedStep[] {
  const keys = plan.keys.filter(({ swap }) => swap === group)
  const tables = plan.swaps[group] ?? []
  return [
    ...locked(plan, group, keys),
    ...keys.map(({ id }) => dropRule(id)),
    ...tables.flatMap((table) => [
      ...table.checks.map(({ id }) => dropRule(id)),
      ...table.indexes.map((one) => dropIndex(table, one)),
      ...exchange(table, 'new'),
      ...table.indexes.flatMap((one) =>
        one.on.new === undefined ? [] : nameIndex(table, one, 'new'),
      ),
      ...table.checks.flatMap(({ id, names, definitions }) =>
        definitions.new === undefined ? [] : [renameRule(named(id, names.new), id.name)],
      ),
    ]),
    ...keys.flatMap(({ id, names, parts }) =>
      parts.new ? [renameRule(named(id, names.new), id.name)] : [],
    ),
  ]
}

/**
 * All tables at once, those that are referred to first: a transaction that writes a row and then one that
 * refers to it has its locks in this order.
 */
function locked({ swaps }: TwinPlan, group: number, keys: readonly TwinKey[]): PlannedStep[] {
  const own = (swaps[group] ?? []).map(({ id }) => id)
  const referred = keys.map(({ parts }) => parts.old.table)
  const referring = keys.map(({ id: { schema, table } }) => ({ schema, name: table }))
  const outer = (some: readonly Qualified[]) =>
    some.filter((one) => own.every((other) => tableKey(other) !== tableKey(one)))
  const all = [...outer(referred), ...own, ...outer(referring)]
  return locking(all, true)
}

function dropIndex({ id: table }: TwinTable, { id, rule }: TwinIndex): PlannedStep {
  const { schema, name } = id
  return rule
    ? dropRule({ kind: 'constraint', schema, table: table.name, name })
    : stepOn({ kind: 'drop index', index: id }, table, id)
}

/** An index that was built for one of the two columns gets the name that the other's had. */
function nameIndex(
  { id: table }: TwinTable,
  { id, names, rule, comment: text }: TwinIndex,
  side: TwinSide,
): PlannedStep[] {
  const { schema, name } = id
  const index = names[side]
  const rename = { kind: 'rename', what: 'INDEX', schema, name: index, to: name } as const
  if (!rule) return [stepOn(rename, table)]
  const constraint = { kind: 'constraint', schema, table: table.name, name } as const
  const { is, checked } = rule
  const using = {
    kind: 'use index',
    constraint,
    rule: is,
    index,
    checked,
    replaces: false,
  } as const
  return [
    stepOn(using, constraint),
    ...comment(constraint, rule.comment),
    ...comment(id, text, table),
  ]
}

/** The column of that side gets the name, the default and the sequence of the one that is in use. */
function exchange(table: TwinTable, side: TwinSide): PlannedStep[] {
  const other = opposite[side]
  const { columns } = table
  return [
    ...columns.flatMap((one, place) => freed(one, other, place)),
    ...columns.flatMap((one) => [
      rename(one, one.id.name, one.names[other]),
      rename(one, one.names[side], one.id.name),
    ]),
    ...columns.flatMap((one, place) => takenOver(one, side, place)),
    twinFunction(table, other, true),
  ]
}

/** A column that is filled by the trigger from now on. */
function freed(one: TwinColumn, side: TwinSide, place: number): PlannedStep[] {
  const { id, defaults, required, identity } = one
  const alter = { kind: 'alter column', column: id } as const
  const hasDefault = defaults[side] !== undefined
  return [
    ...(hasDefault ? [stepOn({ ...alter, part: 'no default' }, id)] : []),
    ...(identity
      ? [
          stepOn({ kind: 'remember sequence', sequence: identity.sequence, place }, id),
          stepOn({ ...alter, part: 'no identity' }, id),
        ]
      : []),
    ...(required ? [stepOn({ ...alter, part: 'not required' }, id)] : []),
  ]
}

function rename({ id }: TwinColumn, name: string, to: string): PlannedStep {
  const { schema, table } = id
  const part = { kind: 'rename part', part: 'COLUMN', of: 'TABLE' } as const
  return stepOn({ ...part, schema, table, name, to }, { kind: 'table', schema, name: table })
}

function takenOver(one: TwinColumn, side: TwinSide, place: number): PlannedStep[] {
  const { id, defaults, required, sequences } = one
  const alter = { kind: 'alter column', column: id } as const
  const value = defaults[side]
  return [
    ...(required ? [stepOn({ ...alter, part: 'required' }, id)] : []),
    ...(required || side === 'old' ? [dropRule(twinCheckId(one, side))] : []),
    ...(value === undefined ? [] : [stepOn({ ...alter, part: 'default', value }, id)]),
    ...sequences.map((sequence) => stepOn({ kind: 'give sequence', sequence, column: id }, id)),
    ...identityAgain(one, place),
  ]
}

/** An identity cannot change its column: a new one goes on where the old one was. */
function identityAgain({ id, identity }: TwinColumn, place: number): PlannedStep[] {
  if (!identity) return []
  const { generated, sequence } = identity
  const { options } = sequence
  return [
    stepOn({ kind: 'add identity', column: id, generated, sequence, options }, id),
    stepOn({ kind: 'continue remembered', sequence, place }, id),
  ]
}

/** The old columns take over again; what stops that is found before anything gives way. */
export function swapOut(plan: TwinPlan, group: number): SwapBack {
  const tables = plan.swaps[group] ?? []
  const own = plan.keys.filter(({ swap }) => swap === group)
  const others = plan.keys.filter((one) => one.swap !== group && one.referredSwap === group && one.parts.new) // oxfmt-ignore
  const again = [...own.filter(({ parts, referredSwap }) => parts.new && referredSwap === group), ...others] // oxfmt-ignore
  return {
    before: [
      ...tables.flatMap(preparedBack),
      ...own.flatMap((one) => keyBack(plan, one, group)),
      ...tables.map(analyze),
    ],
    together: [
      ...locked(plan, group, [...own, ...others]),
      ...again.map(({ id }) => dropRule(id)),
      ...own.flatMap(({ id, names, parts, referredSwap }) =>
        parts.new && referredSwap !== group ? [renameRule(id, names.new)] : [],
      ),
      ...tables.flatMap(exchangedBack),
      ...own.map(({ id, names }) => renameRule(named(id, names.old), id.name)),
      ...again.flatMap((one) => keyAgain(plan, one, group)),
    ],
    after: [
      ...tables.flatMap(({ columns }) =>
        columns.filter(({ required }) => required).map((one) => validate(twinCheckId(one, 'new'))),
      ),
      ...again
        .filter(({ isValid }) => isValid)
        .map(({ id, names, swap }) => validate(named(id, swap === group ? names.new : id.name))),
    ],
  }
}

/** What the old columns need to take over. */
function preparedBack(table: TwinTable): PlannedStep[] {
  return [
    ...table.columns.flatMap(fitting),
    ...table.checks.flatMap(({ id, names, definitions, isValid, comment: text }) => {
      const own = named(id, names.old)
      const added = [addCheck(own, definitions.old), ...comment(own, text)]
      return isValid ? [...added, validate(own)] : added
    }),
    ...table.indexes.flatMap((one) => [
      ...buildIndex(table, one, one.names.old, one.on.old),
      ...(one.rule && one.swapped !== undefined
        ? buildIndex(table, one, one.names.new, one.swapped)
        : []),
    ]),
  ]
}

/** Every value of the new column has one in the old one, and goes on having it. */
function fitting(one: TwinColumn): PlannedStep[] {
  const constraint = twinCheckId(one, 'old')
  const column = twinOf(one, 'old')
  const check = one.required
    ? ({ kind: 'add not null check', constraint, column } as const)
    : ({ kind: 'add twin check', constraint, column: one.id, twin: column.name } as const)
  return [stepOn(check, constraint), validate(constraint, [one.unfit])]
}

export function buildIndex(
  { id: table }: TwinTable,
  { id, unique, comment: text, rule }: TwinIndex,
  name: string,
  on: string,
): PlannedStep[] {
  const index = { ...id, name }
  const build = stepOn({ kind: 'build index', index, unique, on }, table, index)
  return [{ ...build, verb: 'create' }, ...(rule ? [] : comment(index, text, table))]
}

function exchangedBack(table: TwinTable): PlannedStep[] {
  const { columns, checks, indexes } = table
  return [
    ...checks.flatMap(({ id, names, definitions }) =>
      definitions.new === undefined ? [] : [renameRule(id, names.new)],
    ),
    ...indexes.flatMap((one) => (one.on.new === undefined ? [] : [putAside(table, one)])),
    ...exchange(table, 'old'),
    ...columns.filter(({ required }) => required).map((one) => requireTwin(one)),
    ...indexes.flatMap((one) => nameIndex(table, one, 'old')),
    ...checks.map(({ id, names }) => renameRule(named(id, names.old), id.name)),
  ]
}

/** A key cannot be kept without its index: the one that was built for it before takes its place. */
function putAside(table: TwinTable, one: TwinIndex): PlannedStep {
  if (one.rule) return dropIndex(table, one)
  const { schema, name } = one.id
  const rename = { kind: 'rename', what: 'INDEX', schema, name, to: one.names.new } as const
  return stepOn(rename, table.id)
}

export function requireTwin(one: TwinColumn): PlannedStep {
  const constraint = twinCheckId(one, 'new')
  const column = twinOf(one, 'new')
  return stepOn({ kind: 'add not null check', constraint, column }, constraint)
}

/** The foreign key of the old columns, beside the one that is in use. */
function keyBack(plan: TwinPlan, one: TwinKey, group: number): PlannedStep[] {
  const { id, names, parts, isValid, referredSwap } = one
  const sides = ['old', referredSwap === group ? 'old' : undefined] as const
  const added = addKeyAlone(plan, one, names.old, parts.old, sides)
  return isValid ? [added, validate(named(id, names.old))] : [added]
}

/** A foreign key to columns that are not in use any more, which had to go with the key that it refers to. */
function keyAgain(plan: TwinPlan, one: TwinKey, group: number): PlannedStep[] {
  const { id, names, parts, swap } = one
  if (!parts.new) return []
  return swap === group
    ? addKey(plan, one, names.new, parts.new, ['new', 'new'])
    : addKey(plan, one, id.name, parts.new, [undefined, 'new'])
}
