import type { Answers, Question } from '../../change/model/answers'
import type { ScriptSource } from '../../settings/value/setting-types'
import type { AddScriptOptions } from './add-script-options'

/** Nobody is asked the same thing twice. */
export function answersOf(
  { answers = {}, check = false }: AddScriptOptions,
  source: ScriptSource,
): Answers {
  const { ask } = answers
  const said = new Map<string, Promise<string>>()
  const askOnce = (question: Question): Promise<string> => {
    const key = JSON.stringify(question)
    const answer = said.get(key) ?? ask!(question)
    said.set(key, answer)
    return answer
  }
  return {
    renames: [],
    using: [],
    map: [],
    backfills: [],
    extra: source === 'entities' ? 'keep' : 'drop',
    online: false,
    ...answers,
    yes: (answers.yes ?? false) || check,
    ...(ask && { ask: askOnce }),
  }
}
