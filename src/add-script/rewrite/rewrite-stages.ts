import { shown } from '../../catalog/object-names'
import type { PlannedStep } from '../../change/model/planned-step'
import type { ScriptPart } from '../../change/model/script-part'
import { buildIndex, requireTwin, swapIn, swapOut } from './swap-steps'
import {
  addCheck,
  addKeyAlone,
  addTwins,
  analyze,
  comment,
  dropKeyAlone,
  dropRule,
  dropTwins,
  fillTwins,
  named,
  stepOn,
  twinCheckId,
  validate,
} from './twin-steps'
import type { TwinPlan, TwinTable } from './twin-columns'

/** A script of a rewrite, in both directions. */
export interface RewriteStage extends Pick<ScriptPart, 'purpose' | 'transaction'> {
  up: PlannedStep[]
  down: PlannedStep[]
  /** The downgrade makes the old values again. */
  isConverted?: true
}

/**
 * The scripts that give columns another type without writing their tables again: second columns that are
 * kept in step and filled, their indexes, rules and foreign keys, then a swap a table, then the drops. What
 * others see of it is the swap, a short transaction. Pure.
 */
export function rewriteStages(plan: TwinPlan): RewriteStage[] {
  const tables = plan.swaps.flat()
  const stages: RewriteStage[] = [
    {
      purpose: 'rewrite',
      transaction: false,
      up: tables.flatMap(started),
      down: tables.flatMap((table) => [...unchecked(table), ...dropTwins(table, 'new')]),
    },
    {
      purpose: 'rewrite backfill',
      transaction: false,
      up: tables.map((table) => fillTwins(table, 'new')),
      down: [],
    },
    { purpose: 'rewrite concurrently', transaction: false, ...indexesOf(tables) },
    { purpose: 'rewrite validate', transaction: false, ...validated(plan, tables) },
    ...plan.swaps.map((_, group) => swapStage(plan, group)),
    {
      purpose: 'rewrite drops',
      transaction: false,
      up: tables.flatMap((table) => dropTwins(table, 'old')),
      down: tables.flatMap((table) => [...addTwins(table, 'old'), fillTwins(table, 'old')]),
      isConverted: true,
    },
  ]
  return stages.filter(({ up }) => up.length > 0)
}

/** Its checks come last: the trigger gives each row that is written the value that they demand. */
function started(table: TwinTable): PlannedStep[] {
  return [
    ...addTwins(table, 'new'),
    ...table.columns.filter(({ required }) => required).map(requireTwin),
    ...table.checks.flatMap(({ id, names, definitions, comment: text }) => {
      const own = named(id, names.new)
      if (definitions.new === undefined) return []
      return [addCheck(own, definitions.new), ...comment(own, text)]
    }),
  ]
}

/** The checks go before the trigger does, which gives rows what they demand. */
function unchecked({ columns, checks }: TwinTable): PlannedStep[] {
  return [
    ...columns.filter(({ required }) => required).map((one) => dropRule(twinCheckId(one, 'new'))),
    ...checks
      .filter(({ definitions }) => definitions.new !== undefined)
      .map(({ id, names }) => dropRule(named(id, names.new))),
  ]
}

function indexesOf(tables: readonly TwinTable[]) {
  const all = tables.flatMap(
    (table) =>
    table.indexes.flatMap((one) => (one.on.new === undefined ? [] : [{ table, one, on: one.on.new }])), // oxfmt-ignore
  )
  return {
    up: all.flatMap(({ table, one, on }) => buildIndex(table, one, one.names.new, on)),
    down: all.toReversed().map(({ table, one }) => {
      const index = { ...one.id, name: one.names.new }
      const drop = stepOn({ kind: 'drop index', index, concurrently: true }, table.id, index)
      return { ...drop, verb: 'drop' as const }
    }),
  }
}

/** The foreign keys of the old columns go on as well until the swap. */
function validated(plan: TwinPlan, tables: readonly TwinTable[]) {
  const rules = tables.flatMap(({ columns, checks }) => [
    ...columns.filter(({ required }) => required).map((one) => twinCheckId(one, 'new')),
    ...checks
      .filter(({ definitions, isValid }) => definitions.new !== undefined && isValid)
      .map(({ id, names }) => named(id, names.new)),
  ])
  const keys = plan.keys.filter(({ parts }) => parts.new !== undefined)
  return {
    up: [
      ...rules.map((one) => validate(one)),
      ...keys.map((one) => addKeyAlone(plan, one, one.names.new, one.parts.new!, ['new', 'new'])),
      ...keys
        .filter(({ isValid }) => isValid)
        .map(({ id, names }) => validate(named(id, names.new))),
      ...tables.map(analyze),
    ],
    down: keys.toReversed().map((one) => dropKeyAlone(one, one.names.new)),
  }
}

/** One statement, whatever a module or a setting makes of the script's transaction. */
function swapStage(plan: TwinPlan, group: number): RewriteStage {
  const { before, together, after } = swapOut(plan, group)
  const tables = plan.swaps[group] ?? []
  const [first] = tables
  const block = (steps: readonly PlannedStep[]) => {
    const operations = steps.map(({ operation }) => operation)
    return stepOn({ kind: 'together', operations }, ...tables.map(({ id }) => id))
  }
  return {
    purpose: plan.swaps.length === 1 ? 'rewrite swap' : `rewrite swap ${shown(first!.id)}`,
    transaction: true,
    up: [block(swapIn(plan, group))],
    down: [...before, block(together), ...after],
  }
}
