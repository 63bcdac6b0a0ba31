import { MigrationError } from '../errors'
import type { Entry } from '../journal/model/entry'
import { byRevision, isAfter } from '../script/revision'
import type { Situation } from './situation'

/**
 * Refuses a downgrade that would pass over an unfinished upgrade: one above `bound`, or one that was started
 * after something that is to be reverted was applied, so that it may rest on that. Pure.
 *
 * @param reverted what would be reverted; none and no bound: the newest of nothing.
 * @throws {MigrationError} SCRIPT_UNFINISHED
 */
export function refuseBelowUnfinished(
  situation: Situation,
  reverted: readonly Entry[],
  bound: string | undefined,
): void {
  const [first] = [...situation.state.unfinished.values()]
    .filter(({ operation }) => operation !== 'rollback')
    .filter(({ id, revision }) => {
      if (bound !== undefined && isAfter(revision, bound)) return true
      if (bound === undefined && reverted.length === 0) return true
      return reverted.some((entry) => isAfter(id, entry.id))
    })
    .toSorted((a, b) => byRevision(b, a))
  if (first) throw passedOver(first, situation)
}

function passedOver(entry: Entry, { scripts }: Situation): MigrationError {
  const { revision, statementsDone } = entry
  const file = scripts.find((script) => script.revision === revision)?.file
  const restore = file === undefined ? 'Restore its file. ' : ''
  return new MigrationError(
    'SCRIPT_UNFINISHED',
    `script ${nameOf(entry)} is unfinished, and scripts that ran before it would be reverted`,
    {
      file,
      detail: `Statements that are done: ${statementsDone}. Nothing was reverted.`,
      hint: `${restore}Finish it with "rebuild ${revision}" ("unlock" shows whether it still runs). To abandon it, record it with "mark --only ${revision}": downgrade then runs its downgrade.`,
    },
  )
}

/**
 * Refuses to go on with a script below which something has been reverted since: nothing shows whether the
 * statements that are recorded as done are still done. Pure.
 *
 * @throws {MigrationError} SCRIPT_UNFINISHED
 */
export function refuseWorkGone({ state, scripts }: Situation, revision: string): void {
  const entry = state.unfinished.get(revision)
  const reverted = state.revertedSince.get(revision)
  if (!entry || entry.statementsDone === 0 || !reverted) return
  throw new MigrationError(
    'SCRIPT_UNFINISHED',
    `script ${nameOf(entry)} is unfinished, and ${reverted.join(', ')} was reverted since it ran`,
    {
      file: scripts.find((script) => script.revision === revision)?.file,
      detail: `Nothing shows whether the work of the statements done (${entry.statementsDone}) is still there.`,
      hint: answersFor(revision),
    },
  )
}

/** How to answer where statements that are recorded as done may be undone. */
export function answersFor(revision: string): string {
  return `Look at the database. If their work is there, run "rebuild ${revision} --done", which goes on after them; if not, "rebuild ${revision} --not-done", which runs the script from its start.`
}

/** Nothing of a failed script is in doubt. */
export function noDoubt(revision: string): MigrationError {
  return new MigrationError('USAGE', `nothing of script ${revision} is in doubt, since it failed`, {
    hint: `Run "rebuild ${revision}" to run it from where it failed, or "mark --only ${revision}" when its work is complete.`,
  })
}

function nameOf({ revision, title }: Entry): string {
  return title ? `${revision}_${title}` : revision
}
