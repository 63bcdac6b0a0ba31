import type { Pool } from 'pg'
import type { OwnerChoice } from '../../settings/value/setting-types'
import { type Catalog, catalogOf, readServer, type Reading } from '../../catalog/catalog'
import { compare } from '../../catalog/difference'
import { consent } from '../decide/questions'
import { Copy } from '../../change/trial/trial'
import { decide } from '../decide/upgrade-decisions'
import { addDowngrades } from './plan-downgrade'
import { runUp } from './run-upgrade'
import type { Answers } from '../../change/model/answers'
import type { Change } from '../../change/model/script-part'
import type { FormerName } from '../../set-up/was'
import type { Ignored } from '../../scratch/ignored-tables'
import { type Engine, loadEngine } from '../../catalog/engine'
import { keepExtra } from './keep-unmanaged'
import { unconcerned } from './select'
import { findMoves } from '../../change/moves/find-moves'
import { placeMoves } from '../../change/moves/place-moves'
import { attachedOtherwise } from '../../change/partitions/attached-indexes'
import { keptNames } from '../../change/partitions/partitions'
import { shown } from '../../catalog/object-names'
import { completeSteps } from '../../change/complete/complete-steps'
import { mayLose, otherRuleNames } from '../../change/operations/properties'
import { hasOtherOwners, withOwnersOf } from '../../catalog/owners'
import { applyRenames, type RenameAnswers } from '../decide/renames'
import { Interview } from '../../change/model/interview'
import type { Renaming } from '../decide/rename-operations'

/** What spares `findDifference` reading catalogs, which takes most of its time where they are large. */
export interface Known {
  /** What `before` and `after` hold. */
  readings?: readonly [Reading, Reading]
  /**
   * True: the caller proves the scripts on another copy, so that what they lead to is not looked at.
   * Where the proof then fails, what pg-delta forgot may be found without this.
   */
  proven?: boolean
  /** The questions and the answers to them, where another call is to know them. */
  interview?: Interview
  /** Old names that entities or the canonical schema give. */
  former?: readonly FormerName[]
  /** `ignore`: everything keeps its owner, whatever `after` says. */
  owners?: OwnerChoice
}

/**
 * Finds what leads from `before` to `after`: renames first, then the rest as pg-delta plans it and as
 * it was decided, upwards and back down. All of it is run on `before`, and what PostgreSQL then
 * reports has to be `after`, and `before` again. What `before` is left as is not said. Both pools need
 * at least two connections.
 *
 * @param before a throw-away copy
 * @throws {MigrationError} QUESTION_OPEN, DESTRUCTIVE_REFUSED where nobody is there to ask; USAGE for
 * an option that fits nothing; DIFFERENCE_REFUSED for what cannot be written; DECLINED
 */
export async function findDifference(
  before: Pool,
  after: Pool,
  answers: Answers,
  ignored: readonly Ignored[],
  known: Known = {},
): Promise<Change> {
  const { interview = new Interview(answers), former = [] } = known
  const trial = await startTrial(before, after, ignored, known)
  const { copy, start, target, owners } = trial
  const done: Renaming[] = []
  const decided = await interview.settle(
    () => decideAll(trial, { answers, interview, former }, done),
    () => undo(trial, done.splice(0)),
  )
  const { renamings, renamed, to, decisions, moves, steps } = decided
  const changed = renamings.map(({ up, down }) => ({
    up: completeSteps([up], start, to)[0]!,
    down: completeSteps([down], start, to)[0]!,
  }))
  const online = answers.online !== false
  const states = { start, renamed, to, before, after, moves, online }
  const parts = await runUp(copy, states, decisions, steps, changed, answers.online)
  const scripts = await addDowngrades(copy, states, decisions, parts)
  return {
    scripts,
    kept: decided.kept,
    unproven: [
      ...remarksOn([start, target], owners),
      ...(copy.major >= 18 ? namesRemarks(renamed, to, answers) : []),
    ],
    stale: decided.stale,
  }
}

async function startTrial(
  before: Pool,
  after: Pool,
  ignored: readonly Ignored[],
  { readings, proven = false, owners = 'compare' }: Known,
): Promise<Trial> {
  const engine = await loadEngine()
  const [one, other] =
    readings ?? (await Promise.all([readServer(engine, before), readServer(engine, after)]))
  const left = unconcerned(one, other)
  const start = catalogOf(engine, one, ignored, left)
  const target = catalogOf(engine, other, ignored, left)
  const trusted = proven && !mayLose(start, target) && !attachedOtherwise(start, target)
  const copy = await Copy.of(engine, before, { ignored, left, trusted })
  return { copy, engine, start, target, before, after, owners }
}

/** What decisions are made on. */
interface Trial {
  copy: Copy
  engine: Engine
  start: Catalog
  target: Catalog
  before: Pool
  after: Pool
  owners: OwnerChoice
}

/** Makes every decision, with the renames run on the copy. */
async function decideAll(
  { copy, engine, start, target, before, after, owners }: Trial,
  given: RenameAnswers,
  done: Renaming[],
) {
  const { answers, interview } = given
  const renaming = await applyRenames(start, target, given, async (found) => {
    await copy.run(
      found.map(({ up }) => up),
      start,
      target,
    )
    done.push(...found)
    return copy.read()
  })
  const { renamings, catalog: renamed, stale } = renaming
  const none = { catalog: target, names: [] }
  const { catalog: whole, names: kept } =
    answers.extra === 'keep' ? keepExtra(engine, renamed, target) : none
  const to = owners === 'ignore' ? withOwnersOf(whole, renamed.details.objects) : whole
  const difference = compare(renamed, to)
  const sides = { ...difference, before, after, plain: (sql: string) => copy.writer.plain(sql) }
  const moves = findMoves(renamed, to)
  const decisions = await decide(sides, answers, interview, moves)
  const planned = copy.plan(difference, decisions)
  const steps = placeMoves(planned, moves, difference)
  consent(copy.writer.write(steps), answers, interview)
  return { renamings, renamed, stale, to, kept, decisions, moves, steps }
}

/** The copy is then as it was before the renames. */
async function undo({ copy, start }: Trial, renamings: readonly Renaming[]): Promise<void> {
  const downs = renamings.toReversed().map(({ down }) => down)
  if (downs.length > 0) await copy.run(downs, start, start)
}

/** From PostgreSQL 18 on NOT NULL has a name, which nothing can change safely. */
function namesRemarks(from: Catalog, to: Catalog, { extra }: Answers): string[] {
  // entities have no such names
  const named = extra === 'keep' ? [] : otherRuleNames(from, to)
  const tables = [...keptNames(from, to), ...named].map(shown)
  return [...new Set(tables)].map(
    (table) => `The names of the NOT NULL constraints of ${table} are not compared.`,
  )
}

/** What could not be compared, each thing once. */
function remarksOn(sides: readonly Catalog[], owners: OwnerChoice): string[] {
  const areIgnored = owners === 'ignore' && sides.some(hasOtherOwners)
  const others = sides.flatMap(({ uncompared }) => uncompared)
  const all = new Set([...(areIgnored ? ['Owners'] : []), ...others])
  return [...all].map((what) => `${what} are not compared.`)
}
