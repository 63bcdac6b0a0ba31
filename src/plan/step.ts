import type { Entry } from '../journal/model/entry'
import type { JournalState } from '../journal/model/applied-state'
import type { Script } from '../script/script'
import type { Step } from './plan'
import type { Situation } from './situation'

/** The step that applies a script, or records it so; takes over what a dead run left of it. Pure. */
export function upStep(
  { state }: Situation,
  script: Script,
  late: boolean,
  requested: 'run' | 'run_skip',
): Step {
  const resume = state.unfinished.get(script.revision)
  const takesOver = resume?.outcome === 'running'
  const goesOn = resume !== undefined && requested === 'run'
  return {
    revision: script.revision,
    title: script.title,
    kind: script.kind,
    direction: 'up',
    operation: goesOn && resume.statementsDone > 0 ? 'run_partial' : requested,
    ordinal: nextOrdinal(state, script.revision) - (takesOver ? 1 : 0),
    late,
    script,
    ...(resume && (goesOn || takesOver) && { resume }),
  }
}

/** The step that reverts an application; goes on with a reversal that stopped half-way. Pure. */
export function downStep({ scripts, state }: Situation, entry: Entry): Step {
  const script = scripts.find(({ revision }) => revision === entry.revision)
  const unfinished = state.unfinished.get(entry.revision)
  const takesOver = unfinished?.outcome === 'running'
  return {
    revision: entry.revision,
    title: script?.title ?? entry.title,
    kind: script?.kind ?? 'sql',
    direction: 'down',
    operation: 'rollback',
    ordinal: nextOrdinal(state, entry.revision) - (takesOver ? 1 : 0),
    late: false,
    ...(script ? { script } : { fromJournal: true }),
    ...(unfinished && { resume: unfinished }),
  }
}

function nextOrdinal(state: JournalState, revision: string): number {
  return (state.ordinals.get(revision) ?? 0) + 1
}
