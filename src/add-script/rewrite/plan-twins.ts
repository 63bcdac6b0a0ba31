import { columnKey, type ColumnId } from '../../catalog/facts'
import type { ColumnChange } from '../../catalog/difference'
import type { Sides } from '../decide/type-facts'
import type { DownDecisions } from '../decide/downgrade-decisions'
import type { Decisions } from '../../change/model/decisions'
import { changes, type PlannedStep } from '../../change/model/planned-step'
import { OnlineContext, tableIdOf } from '../online/online-context'
import { calledIn, type TwinCandidate, spreadUnfit, whyUnfit } from './fit'
import { readColumns, readKeys, type ReadKey, readVolatile, whyNotAddable } from './read-columns'
import { readDefinitions, type Renamed } from './read-definitions'
import { buildPlan, twinColumn } from './build-plan'
import { tableKey } from './swap-order'
import type { TwinSide, TwinColumn, TwinPlan } from './twin-columns'

/** What second columns can do for a change. */
export interface TwinDecision {
  /** Absent: no column can get one. */
  plan?: TwinPlan
  /** Why others get none, by their keys, as the end of a sentence. */
  reasons: ReadonlyMap<string, string>
}

/** What is decided of a change, in both directions. */
export interface TwinQuestion {
  sides: Sides
  steps: readonly PlannedStep[]
  up: Decisions
  down: DownDecisions
}

/** Finds the columns that would be rewritten and what takes the place of each; changes nothing. */
export async function planTwins(asked: TwinQuestion): Promise<TwinDecision> {
  const { sides, steps } = asked
  const retyped = sides.columns.filter(({ id, retyped }) => retyped && isRewritten(id, steps))
  if (retyped.length === 0) return { reasons: new Map() }
  const context = new OnlineContext([], sides)
  const tables = [...new Map(retyped.map(({ id }) => [tableKey(tableIdOf(id)), tableIdOf(id)])).values()] // oxfmt-ignore
  const [keys, target] = [await readKeys(sides.before, tables), await readKeys(sides.after, tables)]
  const candidates = await candidatesOf(asked, retyped, context)
  const reasons = await reasonsOf(asked, candidates, [...keys, ...target])
  const fit = candidates.filter(({ change }) => !reasons.has(columnKey(change.id)))
  if (fit.length === 0) return { reasons }
  const columns = fit.map((one) => twinColumn(one, context))
  const of = tables.filter(({ schema, name }) =>
    columns.some(({ id }) => id.schema === schema && id.table === name),
  )
  const [one, other] = [renames(columns, 'new'), renames(columns, 'old')]
  const known = {
    before: {
      plain: await readDefinitions(sides.before, of),
      new: await readDefinitions(sides.before, of, one),
      old: await readDefinitions(sides.before, of, other),
      keys,
    },
    after: {
      plain: await readDefinitions(sides.after, of),
      new: await readDefinitions(sides.after, of, one),
      keys: target,
    },
  }
  return { plan: buildPlan(columns, known, sides, context), reasons }
}

function isRewritten(id: ColumnId, steps: readonly PlannedStep[]): boolean {
  return steps.some((one) => changes(one, id, 'type') && one.rewrites === true)
}

async function candidatesOf(
  { sides, up, down }: TwinQuestion,
  retyped: readonly ColumnChange[],
  context: OnlineContext,
): Promise<TwinCandidate[]> {
  const read = await readColumns(
    sides.before,
    retyped.map(({ id }) => id),
  )
  return retyped.map((change, at) => {
    const { schema, table } = change.id
    return {
      change,
      up: up.using.get(columnKey(change.id)),
      down: down.using.get(columnKey(change.id)),
      read: read[at]!,
      trigger: context.nameFor({ schema, name: `zz_${table}` }, '_twin'),
    }
  })
}

async function reasonsOf(
  { sides, up, down }: TwinQuestion,
  candidates: readonly TwinCandidate[],
  keys: readonly ReadKey[],
): Promise<Map<string, string>> {
  const using = [...up.using.values(), ...down.using.values()]
  const called = using.flatMap(({ expression }) => calledIn(expression))
  const changing = new Set(called.length > 0 ? await readVolatile(sides.before, called) : [])
  const reasons = new Map<string, string>()
  for (const one of candidates) {
    const { id, from, to } = one.change
    const column = { ...id, name: `${id.name.slice(0, 20)} of the new type` }
    const why =
      whyUnfit(one, sides, changing) ??
      (await whyNotAddable(sides.before, column, to.fullType, to.default ?? from.default))
    if (why !== undefined) reasons.set(columnKey(id), why)
  }
  spreadUnfit(candidates, keys, reasons)
  return reasons
}

function renames(columns: readonly TwinColumn[], side: TwinSide): Renamed[] {
  return columns.map(({ id: { schema, table, name }, names }) => ({
    schema,
    table,
    name,
    to: names[side],
  }))
}
