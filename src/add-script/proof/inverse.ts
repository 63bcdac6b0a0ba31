import { MigrationError } from '../../errors'
import { findDifference } from '../difference/plan-change'
import { dropped } from '../decide/questions'
import type { Question } from '../../change/model/answers'
import { applyScripts } from './apply-scripts'
import type { ProofWork } from './prove'
import type { ScratchDatabase } from '../../scratch/scratch'
import type { ScriptPart } from '../../change/model/script-part'
import type { Ignored } from '../../scratch/ignored-tables'
import type { AddedScript } from '../deliver/add-script-options'

/**
 * The downgrade of scripts whose upgrade is all that is known: what leads from what they make to
 * where they start from. Undefined where they change no catalog, or fail, or where the downgrade takes
 * more than one script or a person's decision.
 */
export async function inverseOf(
  work: ProofWork,
  scripts: readonly AddedScript[],
  before: ScratchDatabase,
  ignored: readonly Ignored[],
): Promise<ScriptPart | undefined> {
  const applied = await work.scratch.copy(before)
  const nothingGiven = { renames: [], using: [], map: [], backfills: [] }
  const answers = { ...nothingGiven, extra: 'drop', yes: true, online: false, ask } as const
  try {
    await applyScripts(work, applied, scripts, (migrator) =>
      migrator.execute({ command: 'upgrade' }, { signal: work.signal }),
    )
    const pools = [await applied.pool(), await before.pool()] as const
    const { scripts: back } = await findDifference(...pools, answers, ignored)
    return back.length === 1 ? back[0] : undefined
  } catch (error) {
    // the proof reports a failure, and a script without a downgrade says so
    if (error instanceof MigrationError && error.code !== 'INTERRUPTED') return undefined
    throw error
  }
}

/** A value that was added goes only where no row has it, and nothing was renamed; more is a person's. */
function ask({ about }: Question): Promise<string> {
  if (about === 'map') return Promise.resolve('')
  if (about === 'rename') return Promise.resolve(dropped)
  throw new MigrationError('QUESTION_OPEN', 'the downgrade needs a decision')
}
