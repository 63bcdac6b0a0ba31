import { MigrationError } from '../../errors'
import { commentsOf } from '../../change/render/comments'
import type { PlannedStep } from '../../change/model/operation'
import type { Answers } from '../../change/model/answers'

/**
 * Lets destructive statements be written only where that was agreed to.
 * @throws {MigrationError} DESTRUCTIVE_REFUSED without a terminal, DECLINED where the answer was no
 */
export async function consent(
  steps: readonly PlannedStep[],
  answers: Answers,
  renames: readonly string[],
): Promise<void> {
  const lost = steps.filter(({ destructive }) => destructive).flatMap(commentsOf)
  if (lost.length === 0 || answers.yes) return
  if (!answers.ask) {
    const instead =
      renames.length === 0
        ? ''
        : ` If nothing was to be lost but renamed, give ${renames.join(' ')}.`
    throw new MigrationError('DESTRUCTIVE_REFUSED', 'the script would destroy data', {
      detail: lost.join('\n'),
      hint: `Give --yes to write it.${instead}`,
    })
  }
  const answer = await answers.ask({
    about: 'destructive',
    text: `${lost.join('\n')}\nIs that meant?`,
    choices: ['yes', 'no'],
    suggestion: 'no',
    flag: '--yes',
  })
  if (answer === 'yes') return
  throw new MigrationError('DECLINED', 'nothing was done, since the answer was not yes', {
    hint: 'Answer yes, or give --yes.',
  })
}
