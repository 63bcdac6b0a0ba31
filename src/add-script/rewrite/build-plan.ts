import { columnKey, type ColumnId } from '../../catalog/facts'
import type { Catalog } from '../../catalog/catalog'
import type { StoppingQuery } from '../../change/model/stopping-query'
import type { Qualified } from '../../catalog/object-names'
import { type OnlineContext, tableIdOf } from '../online/online-context'
import type { TwinCandidate } from './fit'
import type { ReadKey, ReadSequence } from './read-columns'
import type { Definitions, ReadCheck, ReadIndex } from './read-definitions'
import { swapGroups, tableKey } from './swap-order'
import type {
  OwnSequence,
  TwinPair,
  TwinCheck,
  TwinColumn,
  TwinIndex,
  TwinKey,
  TwinPlan,
  TwinTable,
} from './twin-columns'

/** What was read of both schemas, with the names that columns have or would have. */
export interface KnownDefinitions {
  before: { plain: Definitions; new: Definitions; old: Definitions; keys: readonly ReadKey[] }
  after: { plain: Definitions; new: Definitions; keys: readonly ReadKey[] }
}

type Naming = Pick<OnlineContext, 'nameFor'>

/** The catalogs between which the change leads; what is kept although the target schema lacks it is in both. */
interface Ends {
  from: Catalog
  to: Catalog
}

const ends = { new: '_new', old: '_old' } as const

function namesOf(of: Qualified, context: Naming): TwinPair<string> {
  return { new: context.nameFor(of, ends.new), old: context.nameFor(of, ends.old) }
}

/** The second column of one that can have one. Pure. */
export function twinColumn({ change, up, down, read }: TwinCandidate, context: Naming): TwinColumn {
  const { id, from, to } = change
  const names = namesOf(id, context)
  const whole = { schema: id.schema, name: `${id.table}_${id.name}` }
  const known = (end: string) => context.nameFor(whole, end)
  const [identity] = read.sequences.filter(({ isIdentity }) => isIdentity)
  return {
    id,
    names,
    types: { new: to.fullType, old: from.fullType },
    required: from.notNull,
    defaults: { new: to.default ?? from.default, old: from.default },
    expressions: { new: up?.expression ?? '', old: down?.expression ?? '' },
    checks: { new: known('_required'), old: known('_fits') },
    comment: read.comment ?? undefined,
    statistics: read.statistics ?? undefined,
    options: read.options ?? [],
    sequences: read.sequences.filter(({ isIdentity }) => !isIdentity),
    decided: { new: decisionOf(up), old: decisionOf(down) },
    unfit: { kind: 'fails unless none', query: unfitRows(id, names.old) },
    ...(identity &&
      read.identity !== null && {
        identity: {
          generated: read.identity,
          sequence: ownSequence(identity),
        },
      }),
  }
}

function decisionOf(using: TwinCandidate['up']): TwinColumn['decided']['new'] {
  const { effects = [], destructive = false, raises = false } = using ?? {}
  return { effects, destructive, raises }
}

function unfitRows(column: ColumnId, twin: string): StoppingQuery {
  return { counts: 'values without a twin', column, twin }
}

function ownSequence(read: ReadSequence): OwnSequence {
  const { schema, name, increment, min, max, start, cache, cycle } = read
  const options = [
    ...(increment === '1' ? [] : [`INCREMENT BY ${increment}`]),
    ...(min === null ? [] : [`MINVALUE ${min}`]),
    ...(max === null ? [] : [`MAXVALUE ${max}`]),
    ...(start === '1' ? [] : [`START WITH ${start}`]),
    ...(cache === '1' ? [] : [`CACHE ${cache}`]),
    ...(cycle ? ['CYCLE'] : []),
  ]
  return { schema, name, options: options.join(' ') }
}

/** Everything that is replaced, in the order of the swaps. Pure. */
export function buildPlan(
  columns: readonly TwinColumn[],
  known: KnownDefinitions,
  sides: Ends,
  context: Naming,
): TwinPlan {
  const byTable = new Map<string, TwinColumn[]>()
  for (const one of columns) {
    const key = tableKey(tableIdOf(one.id))
    byTable.set(key, [...(byTable.get(key) ?? []), one])
  }
  const isTwin = (schema: string, table: string) => (name: string) =>
    columns.some(({ id }) => columnKey(id) === columnKey({ kind: 'column', schema, table, name }))
  const own = (key: ReadKey) => key.parts.columns.some(isTwin(key.schema, key.table))
  const referred = ({ parts: { table, referred: names } }: ReadKey) =>
    names.some(isTwin(table.schema, table.name))
  const ownTable = ({ schema, table: name }: ReadKey) => tableKey({ schema, name })
  const relevant = known.before.keys.filter((key) => own(key) || referred(key))
  const references = relevant
    .filter((key) => own(key) && referred(key))
    .map((key) => ({ from: ownTable(key), to: tableKey(key.parts.table) }))
  const groups = swapGroups([...byTable.keys()], references)
  const placeOf = (table: string) => groups.findIndex((group) => group.includes(table))
  const keys = relevant.map((key): TwinKey => {
    const referredSwap = referred(key) ? placeOf(tableKey(key.parts.table)) : undefined
    const swap = own(key) ? placeOf(ownTable(key)) : referredSwap!
    return { ...twinKey(key, known.after.keys, sides, context), swap, referredSwap }
  })
  const table = (key: string) => twinTable(byTable.get(key)!, known, sides, context)
  return { swaps: groups.map((group) => group.map(table)), keys }
}

function twinKey(
  { schema, table, name, parts, validated, comment }: ReadKey,
  after: readonly ReadKey[],
  { to }: Ends,
  context: Naming,
): Omit<TwinKey, 'swap' | 'referredSwap'> {
  const target = after.find(
    (one) => one.schema === schema && one.table === table && one.name === name,
  )
  const columnsOf = (one: ReadKey['parts']) =>
    JSON.stringify([one.columns, one.table.schema, one.table.name, one.referred])
  const isSame = target && columnsOf(target.parts) === columnsOf(parts)
  const id = { kind: 'constraint', schema, table, name } as const
  const isKept = !target && to.facts.has(id)
  return {
    id,
    names: namesOf({ schema, name }, context),
    parts: { old: parts, new: isSame ? target.parts : isKept ? parts : undefined },
    isValid: validated,
    comment: comment ?? undefined,
  }
}

function twinTable(
  columns: readonly TwinColumn[],
  known: KnownDefinitions,
  { from, to }: Ends,
  context: Naming,
): TwinTable {
  const id = tableIdOf(columns[0]!.id)
  const old = columns.map(({ names }) => names.old)
  const isAbout = (one: ReadIndex | ReadCheck) =>
    isOf(one, id) && one.columns.some((name) => old.includes(name))
  const there = new Set([
    ...from.facts.childrenOf(id).map((fact) => ('name' in fact.id ? fact.id.name : '')),
    ...columns.map(({ names }) => names.new),
  ])
  const { indexes, checks } = known.before.old
  return {
    id,
    trigger: context.nameFor({ schema: id.schema, name: `zz_${id.name}` }, '_twin'),
    columns,
    checks: checks.filter(isAbout).map((one) => {
      const { schema, table, name } = one
      const isThere = to.facts.has({ kind: 'constraint', schema, table, name })
      const found = isThere ? lookUp(id, one, known, there, (of) => of.checks) : {}
      return twinCheck(one, found, context)
    }),
    indexes: indexes.filter(isAbout).map((one) => {
      const { schema, name, rule } = one
      const key = { kind: 'constraint', schema, table: id.name, name } as const
      const isThere = to.facts.has(rule === null ? { kind: 'index', schema, name } : key)
      const found = isThere ? lookUp(id, one, known, there, (of) => of.indexes) : {}
      return twinIndex(one, found, context)
    }),
  }
}

function isOf(one: ReadIndex | ReadCheck, { schema, name }: Qualified): boolean {
  return one.schema === schema && one.table === name
}

/** As the target schema has it, unless that needs columns which are still to come, or lacks what is kept. */
function lookUp<One extends ReadIndex | ReadCheck>(
  table: Qualified,
  { name }: One,
  { before, after }: KnownDefinitions,
  there: ReadonlySet<string>,
  pick: (of: Definitions) => readonly One[],
): Found<One> {
  const find = (of: Definitions) => pick(of).find((one) => isOf(one, table) && one.name === name)
  const target = find(after.new)
  return target?.columns.every((column) => there.has(column))
    ? { now: target, swapped: find(after.plain) }
    : { now: find(before.new), swapped: find(before.plain) }
}

/** What the target schema has under a name: over the second columns, and once those are swapped in. */
interface Found<One> {
  now?: One | undefined
  swapped?: One | undefined
}

function twinCheck(one: ReadCheck, { now }: Found<ReadCheck>, context: Naming): TwinCheck {
  const { schema, table, name, definition, validated, comment } = one
  return {
    id: { kind: 'constraint', schema, table, name },
    names: namesOf({ schema, name }, context),
    definitions: { old: definition, new: now?.definition },
    isValid: validated,
    comment: comment ?? undefined,
  }
}

function twinIndex(one: ReadIndex, { now, swapped }: Found<ReadIndex>, context: Naming): TwinIndex {
  const { schema, name, unique, on, rule, checked, comment, ruleComment } = one
  return {
    id: { kind: 'index', schema, name },
    names: namesOf({ schema, name }, context),
    unique,
    on: { old: on, new: now?.on },
    swapped: swapped?.on,
    comment: comment ?? undefined,
    ...(rule !== null && { rule: { is: rule, checked, comment: ruleComment ?? undefined } }),
  }
}
