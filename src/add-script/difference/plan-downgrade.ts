import type { Pool } from 'pg'
import { MigrationError } from '../../errors'
import { type Catalog, rebuild } from '../../catalog/catalog'
import { compare, type Difference } from '../../catalog/difference'
import type { Copy } from '../../change/trial/trial'
import { inStages, isOneLock } from '../online/stages'
import { lockedInOrder } from '../online/lock-order'
import { OnlineContext } from '../online/online-context'
import { commentsOf } from '../../change/render/comments'
import type { WrittenStep } from '../../change/render/write-steps'
import type { Decisions } from '../../change/model/decisions'
import type { Renaming } from '../decide/rename-operations'
import { decideDown, type DownDecisions } from '../decide/downgrade-decisions'
import type { Move } from '../../change/moves/move-parts'
import { placeBack } from '../../change/moves/place-moves'
import type { Engine } from '../../catalog/engine'
import { addsForeignKey, type PlannedStep } from '../../change/model/planned-step'
import { definitionOf, type Fact, type Id, isValidated } from '../../catalog/facts'
import { completeSteps } from '../../change/complete/complete-steps'
import { splitEnumValues } from '../../change/operations/enums'
import { NewValuesFirst } from '../../change/trial/try-steps'
import type { Reversible, ScriptPart } from '../../change/model/script-part'

/** A script in the making: its upgrade has been run on the copy. */
export interface DraftPart {
  purpose: string
  transaction: boolean
  /** Run first, and undone last. */
  renamings: readonly Renaming[]
  up: PlannedStep[]
  /** What leads back, where that is more than a difference of catalogs can say. */
  down?: readonly PlannedStep[]
  /** Of that: absent where it is one transaction and brings everything back. */
  downTransaction?: boolean
  reversible?: Reversible
  losses?: readonly string[]
  /** One of several that lead from one state to another: what it is alone is not read. */
  isBetween?: boolean
  /** What the copy was after it, or after the last of those. */
  catalog: Catalog
}

/** The states that a change goes through, and where to ask for their types. */
export interface States {
  start: Catalog
  renamed: Catalog
  to: Catalog
  before: Pool
  after: Pool
  /** Values that the upgrade moves. */
  moves: readonly Move[]
  /** What others do goes on meanwhile. */
  online: boolean
}

/** Gives every part its downgrade, which is run on the copy, the newest part's first. */
export async function addDowngrades(
  copy: Copy,
  states: States,
  up: Decisions,
  parts: readonly DraftPart[],
): Promise<ScriptPart[]> {
  const scripts: ScriptPart[] = []
  let obstacle: string | undefined
  let now = parts.at(-1)?.catalog
  for (const [at, part] of [...parts.entries()].toReversed()) {
    const goal = parts[at - 1]?.catalog ?? states.renamed
    const undone = at === 0 ? states.start : undefined
    const script =
      obstacle === undefined
        ? await downgrade(copy, states, up, part, now ?? part.catalog, goal, undone)
        : irreversible(copy, states, part, goal, obstacle)
    if (script.reversible === 'no' && script.down.length === 0) obstacle ??= script.losses[0]
    scripts.unshift(script)
    const isRead = at > 0 && obstacle === undefined && !parts[at - 1]?.down
    now = isRead ? await copy.read() : undefined
  }
  return scripts
}

function irreversible(
  copy: Copy,
  states: States,
  part: DraftPart,
  goal: Catalog,
  reason = '',
): ScriptPart {
  const { purpose, transaction } = part
  return {
    purpose,
    transaction,
    up: upgradeOf(copy, states, part, goal),
    down: [],
    downTransaction: true,
    reversible: 'no',
    losses: [reason],
  }
}

/** The statements of a script, which leads on from that state. */
function upgradeOf(
  copy: Copy,
  states: States,
  { renamings, up, transaction }: DraftPart,
  goal: Catalog,
): WrittenStep[] {
  const steps = [...renamings.map((one) => one.up), ...up]
  return written(copy, states, steps, renamings.length > 0 ? states.start : goal, transaction)
}

/** @param now what is there before them */
function written(
  { writer }: Copy,
  { online }: States,
  steps: readonly PlannedStep[],
  now: Catalog,
  transaction: boolean,
): WrittenStep[] {
  return writer.write(online ? lockedInOrder(steps, now, transaction) : steps)
}

async function downgrade(
  copy: Copy,
  states: States,
  up: Decisions,
  part: DraftPart,
  from: Catalog,
  goal: Catalog,
  undone: Catalog | undefined,
): Promise<ScriptPart> {
  if (part.down) return withDowngrade(copy, states, part, part.down, goal)
  try {
    const to = undone ? goal : tolerant(copy.engine, goal, from)
    // The types of the old schema are looked up in `before`: the copy has them no more.
    const { before } = states
    const sides = {
      ...compare(from, to),
      before,
      after: before,
      plain: (sql: string) => copy.writer.plain(sql),
    }
    const { moves, online } = states
    const decisions = await decideDown(sides, up, moves)
    const { down, transaction } = await runDown(copy, sides, decisions, moves, online)
    const renames = part.renamings.toReversed().map((one) => one.down)
    await copy.run(renames, goal, goal)
    if (undone && renames.length > 0) await prove(copy, undone)
    const losses = [...lossesOf(copy, part), ...decisions.losses]
    const blocked = decisions.obstacles.length > 0
    return {
      purpose: part.purpose,
      transaction: part.transaction,
      up: upgradeOf(copy, states, part, goal),
      down: written(copy, states, [...down, ...renames], from, transaction),
      downTransaction: transaction,
      reversible: blocked ? 'no' : losses.length > 0 ? 'lossy' : 'yes',
      losses: [...decisions.obstacles, ...losses],
    }
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error
    return irreversible(copy, states, part, goal, reasonOf(error))
  }
}

function reasonOf({ message, detail }: MigrationError): string {
  return [message, detail].filter(Boolean).join(': ')
}

function lossesOf({ writer }: Copy, { up }: DraftPart): string[] {
  return writer.write(up.filter(losesData).map(withoutLocks)).flatMap(commentsOf)
}

const definitions = new Set<Id['kind']>([
  'view',
  'materializedView',
  'function',
  'procedure',
  'aggregate',
  'trigger',
  'rule',
  'policy',
  'collation',
  'domain',
  'type',
  'schema',
  'publication',
  'eventTrigger',
  'fdw',
  'server',
])

/** What is only defined is made again as it was. */
function losesData({ destructive, drops, isMoved }: PlannedStep): boolean {
  return destructive && isMoved !== true && !(drops && definitions.has(drops.kind))
}

/** How long others wait is nothing that is lost. */
function withoutLocks(one: PlannedStep): PlannedStep {
  return { ...one, effects: one.effects.filter(({ kind }) => kind !== 'works under a lock') }
}

async function runDown(
  copy: Copy,
  difference: Difference,
  decisions: DownDecisions,
  moves: readonly Move[],
  online: boolean,
): Promise<{ down: PlannedStep[]; transaction: boolean }> {
  const { from, to } = difference
  const steps = beforeKeys(
    placeBack(copy.plan(difference, decisions), moves, difference),
    completeSteps(decisions.restored, from, to),
  )
  try {
    if (online) return await runOnline(copy, steps, difference, decisions)
    const down = await copy.run(steps, from, to)
    const { steps: rest } = await copy.finish(to, decisions)
    return { down: [...down, ...rest], transaction: true }
  } catch (error) {
    if (!(error instanceof NewValuesFirst)) throw error
    const { added, rest } = splitEnumValues(steps)
    await copy.runOutside(added)
    const down = [...added, ...(await copy.run(rest, from, to))]
    const { steps: forgotten } = await copy.finish(to, decisions)
    return { down: [...down, ...forgotten], transaction: false }
  }
}

/** The same forms as in the upgrade, all in one section: each statement by itself, where it has to be. */
async function runOnline(
  copy: Copy,
  steps: readonly PlannedStep[],
  { from, to }: Difference,
  decisions: DownDecisions,
): Promise<{ down: PlannedStep[]; transaction: boolean }> {
  const down: PlannedStep[] = []
  for (const stage of inStages(steps, { from, to })) {
    const own = stage.isMain ? await copy.order(stage.steps, from, to) : stage.steps
    await copy.runOutside(own)
    down.push(...own)
  }
  const { steps: rest } = await copy.finish(to, decisions)
  const all = [...down, ...rest]
  return { down: all, transaction: isOneLock(all, new OnlineContext(all, { from, to })) }
}

async function withDowngrade(
  copy: Copy,
  states: States,
  part: DraftPart,
  down: readonly PlannedStep[],
  goal: Catalog,
): Promise<ScriptPart> {
  const { purpose, transaction, downTransaction = true, reversible = 'yes', losses = [] } = part
  await copy.runOutside(down)
  if (!part.isBetween) await prove(copy, goal)
  const texts = {
    up: upgradeOf(copy, states, part, goal),
    down: written(copy, states, down, part.catalog, downTransaction),
  }
  return { purpose, transaction, ...texts, downTransaction, reversible, losses }
}

/** Rows are restored once their tables are there, and before the first key that needs them. */
function beforeKeys(
  steps: readonly PlannedStep[],
  restored: readonly PlannedStep[],
): PlannedStep[] {
  if (restored.length === 0) return [...steps]
  const keys = steps.filter(addsForeignKey)
  return [...steps.filter((one) => !addsForeignKey(one)), ...restored, ...keys]
}

async function prove(copy: Copy, start: Catalog): Promise<void> {
  const left = await copy.lacks(start)
  if (left.length === 0) return
  throw new MigrationError('DIFFERENCE_REFUSED', 'the downgrade would not restore the schema', {
    detail: left.join('\n'),
    hint: 'Write the downgrade by hand.',
  })
}

/** What was validated stays so: there is nothing to undo. */
function tolerant(engine: Engine, goal: Catalog, from: Catalog): Catalog {
  const facts = goal.facts.facts().map((fact) => {
    const now = fact.id.kind === 'constraint' ? from.facts.get(fact.id) : undefined
    if (!now || isValidated(now) === isValidated(fact)) return fact
    const rule = (one: Fact) => definitionOf(one).replace(/ NOT VALID$/, '')
    return rule(now) === rule(fact) ? { ...fact, payload: now.payload } : fact
  })
  return { ...goal, facts: rebuild(engine, facts, goal.facts.edges) }
}
