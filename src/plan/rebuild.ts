import { MigrationError } from '../errors'
import type { Entry } from '../journal/model/entry'
import { compareDigits } from '../script/revision'
import { canonicalUuid } from '../script/module-text/script-uuid'
import { noDoubt, refuseWorkGone } from './half-done'
import { refuseIrreversible } from './irreversible'
import type { Answer, Request, Step } from './plan'
import type { Situation } from './situation'
import { downStep, upStep } from './step'
import { resolveTarget } from './target'

type RebuildRequest = Extract<Request, { command: 'rebuild' }>

/**
 * The one step that runs a script again, in the direction in which it failed or was interrupted. Pure.
 *
 * @throws {MigrationError} USAGE when the script neither failed nor was interrupted, when there are several
 *   and none is named, when an answer is given and nothing is in doubt; UNKNOWN_REVISION,
 *   SCRIPT_MISSING, IRREVERSIBLE
 */
export function rebuild(situation: Situation, { target: named, answer }: RebuildRequest): Step[] {
  const target = named === undefined ? undefined : byUuid(situation, named)
  const partial = target === undefined ? undefined : partialOf(situation, target)
  if (partial) return [partial]
  const entry = brokenEntry(situation, target)
  if (!entry) return []
  if (answer && entry.outcome !== 'running' && entry.statementsDone === 0)
    throw noDoubt(entry.revision)
  const isApplied = situation.applied.some(({ revision }) => revision === entry.revision)
  if (entry.operation === 'rollback' && isApplied)
    return [answered(down(situation, entry), entry, answer)]
  if (!answer) refuseWorkGone(situation, entry.revision)
  const step = answered(up(situation, entry), entry, answer)
  const gone = situation.state.revertedSince.has(entry.revision) && entry.statementsDone > 0
  if (!answer || !gone) return [step]
  if (answer === 'done') return [{ ...step, resumeFrom: 'record' }]
  return [{ ...step, operation: 'run', resumeFrom: 'start' }]
}

/** The revision of the script whose uuid is given; anything else is as it was. */
function byUuid({ scripts }: Situation, target: string): string {
  const uuid = /^\d+$/.test(target) ? undefined : canonicalUuid(target)
  if (uuid === undefined) return target
  const script = scripts.find((one) => one.uuid === uuid)
  if (script) return script.revision
  throw new MigrationError('UNKNOWN_REVISION', `no script has the uuid ${uuid}`, {
    hint: 'Run list for the scripts that were applied, and name it by its digits.',
  })
}

/** An applied module with a `runPartial` of its own is run again by that, as in migratore. */
function partialOf(situation: Situation, target: string): Step | undefined {
  const { scripts, applied, state } = situation
  const entry = applied.find(({ revision }) => revision === target.replace(/^0+(?=\d)/, ''))
  const script = scripts.find(({ revision }) => revision === entry?.revision)
  if (!entry || !script?.hooks?.runPartial || state.failed.has(entry.revision)) return undefined
  if (state.unfinished.has(entry.revision)) return undefined
  return { ...upStep(situation, script, false, 'run'), operation: 'run_partial', again: true }
}

function answered(step: Step, entry: Entry, answer: Answer | undefined): Step {
  if (answer === 'done' && step.kind !== 'sql') {
    return { ...step, operation: entry.operation, answer }
  }
  return { ...step, ...(answer && { answer }) }
}

/** What failed last, or was started and not ended; one a revision. */
function brokenEntry(situation: Situation, target: string | undefined): Entry | undefined {
  const { unfinished, failed } = situation.state
  const broken = new Map([...failed, ...unfinished])
  if (target !== undefined) {
    const revision = broken.has(target) ? target : digitsOf(situation, target)
    const entry = broken.get(revision)
    if (entry) return entry
    throw new MigrationError('USAGE', `script ${revision} neither failed nor was interrupted`, {
      hint: 'Run errors for what failed, and status for what is unfinished.',
    })
  }
  const [only, ...others] = [...broken.values()]
  if (others.length === 0) return only
  const list = [...broken.keys()].toSorted(compareDigits).join(', ')
  throw new MigrationError('USAGE', `several scripts failed or were interrupted: ${list}`, {
    hint: 'Name one of them.',
  })
}

function digitsOf(situation: Situation, target: string): string {
  if (/^\d+$/.test(target)) return resolveTarget('up', target, situation)
  throw new MigrationError('USAGE', `"${target}" is not a revision to rebuild`, {
    hint: 'Give digits.',
  })
}

function up(situation: Situation, { revision }: Entry): Step {
  const pending = situation.pending.find(({ script }) => script.revision === revision)
  if (pending) {
    const step = upStep(situation, pending.script, pending.late, 'run')
    return pending.script.hooks?.runPartial ? { ...step, operation: 'run_partial' } : step
  }
  throw new MigrationError('SCRIPT_MISSING', `script ${revision} is missing`, {
    hint: 'Restore its file, or run this from a release that still has it.',
  })
}

function down(situation: Situation, { revision }: Entry): Step {
  const applied = situation.applied.find((entry) => entry.revision === revision)
  if (!applied) throw new Error(`${revision} was reverted, but is not applied`)
  refuseIrreversible([applied], situation)
  return downStep(situation, applied)
}
