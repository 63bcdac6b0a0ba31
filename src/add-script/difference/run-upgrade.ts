import type { Catalog } from '../../catalog/catalog'
import { compare } from '../../catalog/difference'
import { placeMoves } from '../../change/moves/place-moves'
import type { Answers } from '../../change/model/answers'
import type { Decisions } from '../../change/model/decisions'
import type { PlannedStep } from '../../change/model/planned-step'
import { splitEnumValues } from '../../change/operations/enums'
import type { Copy } from '../../change/trial/trial'
import { NewValuesFirst } from '../../change/trial/try-steps'
import type { Renaming } from '../decide/rename-operations'
import type { OnlineSides } from '../online/online-context'
import { cutMain, inStages, type ScriptStage } from '../online/stages'
import type { DraftPart, States } from './plan-downgrade'
import { rewriteFirst } from './rewrite-first'

/** Runs the change on the copy, cut into the scripts that it becomes. */
export async function runUp(
  copy: Copy,
  states: States,
  decisions: Decisions,
  steps: readonly PlannedStep[],
  renamings: readonly Renaming[],
  online: Answers['online'],
): Promise<DraftPart[]> {
  const { renamed: from, to } = states
  if (steps.length === 0 && renamings.length === 0) return []
  if (online === 'rewrite') return runRewriting(copy, states, decisions, steps, renamings)
  const stages = online
    ? inStages(steps, { from, to })
    : [{ purpose: '', transaction: true, steps }]
  return runInOrder({ copy, sides: { from, to }, decisions, renamings }, stages)
}

/** What takes the place of columns comes first; the rest is what is left of the change then. */
async function runRewriting(
  copy: Copy,
  states: States,
  decisions: Decisions,
  steps: readonly PlannedStep[],
  renamings: readonly Renaming[],
): Promise<DraftPart[]> {
  const { renamed, to, moves } = states
  const { parts, reasons } = await rewriteFirst(copy, states, decisions, steps)
  const from = parts.at(-1)?.catalog
  if (!from)
    return runInOrder({ copy, sides: { from: renamed, to }, decisions, renamings }, inStages(steps, { from: renamed, to, reasons })) // oxfmt-ignore
  const difference = compare(from, to)
  const left = placeMoves(copy.plan(difference, decisions), moves, difference)
  const stages = inStages(left, { from, to, reasons })
  const first = { purpose: 'renames', transaction: true, renamings, up: [], catalog: renamed }
  return [
    ...(renamings.length > 0 ? [first] : []),
    ...parts,
    ...(await runInOrder({ copy, sides: { from, to, reasons }, decisions, renamings: [] }, stages)),
  ]
}

/** What stages are run on, and what belongs to the first and the last of them. */
interface StageRun {
  copy: Copy
  sides: OnlineSides
  decisions: Decisions
  renamings: readonly Renaming[]
}

async function runInOrder(run: StageRun, stages: readonly ScriptStage[]): Promise<DraftPart[]> {
  try {
    return await runStages(run, stages)
  } catch (error) {
    if (!(error instanceof NewValuesFirst)) throw error
    return runStages(run, newValuesFirst(stages))
  }
}

/** New values are committed before anything uses them. */
function newValuesFirst(stages: readonly ScriptStage[]): ScriptStage[] {
  const split = stages.map(({ steps }) => splitEnumValues(steps))
  const added = split.flatMap(({ added }) => added)
  const rest = stages.map((stage, at) => ({ ...stage, steps: split[at]!.rest }))
  return [{ purpose: 'enum values', transaction: false, steps: added }, ...rest]
}

async function runStages(
  { copy, sides, decisions, renamings }: StageRun,
  stages: readonly ScriptStage[],
): Promise<DraftPart[]> {
  const { from, to } = sides
  const parts: DraftPart[] = []
  const [first] = stages
  // Without a transaction the renames would not be all or nothing; online they are under their own locks.
  const joined = first?.transaction && !first.isMain && first.purpose === '' ? renamings : []
  if (renamings.length > joined.length)
    parts.push({ purpose: 'renames', transaction: true, renamings, up: [], catalog: from })
  for (const [at, stage] of stages.entries()) {
    const cut = stage.isMain
      ? cutMain(stage, await copy.order(stage.steps, from, to), sides)
      : [stage]
    for (const each of cut) {
      const own = at === 0 ? joined : []
      const isLast = at === stages.length - 1 && each === cut.at(-1)
      const part = await runStage(copy, sides, each, isLast ? decisions : undefined)
      if (part.up.length + own.length > 0) parts.push({ ...part, renamings: own })
    }
  }
  return parts
}

/** @param decisions of the last stage, after which nothing may differ */
async function runStage(
  copy: Copy,
  { from, to }: { from: Catalog; to: Catalog },
  { steps, ...stage }: ScriptStage,
  decisions: Decisions | undefined,
): Promise<Omit<DraftPart, 'renamings'>> {
  const isTried = stage.transaction && !stage.down
  const up = isTried ? await copy.run(steps, from, to) : [...steps]
  if (!isTried) await copy.runOutside(steps)
  if (!decisions) return { ...stage, up, catalog: await copy.read() }
  const { steps: rest, catalog } = await copy.finish(to, decisions)
  return { ...stage, up: [...up, ...rest], catalog }
}
