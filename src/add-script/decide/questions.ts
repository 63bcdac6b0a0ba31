import { cutOff, commentsOf, sentenceOf } from '../../change/render/comments'
import type { Answers, Rename } from '../../change/model/answers'
import type { Asking, Interview } from '../../change/model/interview'
import type { Statement } from '../../change/model/script-part'
import { flagOf, pathOf } from '../../change/model/option-values'
import type { ColumnChange } from '../../catalog/difference'
import type { ColumnId } from '../../catalog/facts'
import type { Asked } from './conversions'
import type { Likely } from './rename-candidates'

/**
 * Lets destructive statements be written only where that was agreed to. What is not agreed to by an option
 * is a question, the last one.
 */
export function consent(
  statements: readonly Statement[],
  answers: Answers,
  interview: Interview,
): void {
  const lost = statements.filter(({ destructive }) => destructive).flatMap(commentsOf)
  if (lost.length === 0 || answers.yes) return
  interview.ask({
    key: `destructive ${JSON.stringify(lost)}`,
    about: 'destructive',
    text: 'This loses data or definitions. Is that intended?',
    facts: lost,
    offers: [
      { answer: 'yes', effect: 'the script is written' },
      { answer: 'no', effect: 'nothing is written' },
    ],
    proposal: 'yes',
    suggestion: 'no',
    flagFor: () => '--yes',
  })
}

/** What is answered where nothing got a new name. */
export const dropped = '(none of these: it is dropped)'

/** Asks which of several new things an old one is now. */
export function renameQuestion({ kind, from, is, to, rivals }: Likely): Asking {
  const [first] = to
  const names = to.map(({ name }) => name)
  const others = rivals.map((rival) => `${kind} ${rival}`).join(', ')
  const what = is === undefined ? `${kind} ${from}` : `${kind} ${from} (${is})`
  return {
    key: `rename ${kind} ${from}`,
    about: 'rename',
    text: `${what} is gone. Which one is it now?${eitherOr(names, others)}`,
    offers: [
      ...to.map(({ name, effect }) => ({ answer: name, effect })),
      { answer: dropped, effect: lostWith[kind] },
    ],
    proposal: first?.name ?? dropped,
    leads: true,
    ...(first?.sure && rivals.length === 0 && { suggestion: first.name }),
    flagFor: (answer) => flagOf('--rename', `${from}:${answer === dropped ? '' : answer}`),
  }
}

/** One name can be taken once, and one thing has one name. */
function eitherOr(names: readonly string[], rivals: string): string {
  const either = names.length > 1 ? ` Either ${names.join(' or ')}, or none of them.` : ''
  return rivals === '' ? either : `${either} Gone too, and like it: ${rivals}; only one can be it.`
}

const lostWith: Readonly<Record<Likely['kind'], string>> = {
  schema: 'its tables are dropped with all their rows',
  table: 'it is dropped with all its rows',
  column: 'it is dropped with its values',
  value: 'what its rows get is asked next',
}

const every = 'rename all'
const each = 'ask for each'

/**
 * Asks once for all names that differ by case and underscores alone.
 * @returns those that are renamed
 */
export function decideStyle(
  pairs: readonly Rename[],
  answers: Answers,
  interview: Interview,
): readonly Rename[] {
  if (answers.renameStyle) return pairs
  if (pairs.length < 2 || (answers.yes && !answers.ask)) return []
  const list = pairs.map(({ from, to }) => `${from} → ${to}`)
  const answer = interview.ask({
    key: `style ${JSON.stringify(list)}`,
    about: 'rename',
    text: `${pairs.length} names differ by case and underscores alone. Are they renamed?`,
    facts: list,
    offers: [
      { answer: every, effect: 'all rows and values stay' },
      { answer: each, effect: 'each is a question of its own' },
    ],
    proposal: every,
    suggestion: every,
    leads: true,
    flagFor: (answer) => (answer === every ? '--rename-style' : ''),
  })
  return answer === every ? pairs : []
}

/** Asks by which expression values become those of another type. */
export function conversionQuestion({ id, from, to }: ColumnChange, verdict: Asked): Asking {
  const path = pathOf(id)
  const { suggestion = '', assignment, loses = false } = verdict
  const effect = verdict.effect && sentenceOf(verdict.effect)
  const plain = assignment
    ? [{ answer: '', effect: `PostgreSQL's own conversion: ${lowered(effect ?? verdict.why)}` }]
    : []
  const made =
    suggestion === '' ? [] : [{ answer: suggestion, effect: madeBy(suggestion, id, verdict) }]
  const orEmpty = assignment ? `Empty: PostgreSQL's own conversion. ${effect ?? ''}` : ''
  const proposal = suggestion === '' && !assignment ? unknownExpression : suggestion
  const safe = assignment && !loses ? '' : undefined
  return {
    key: `using ${path}`,
    about: 'using',
    text: `${path} becomes ${to.fullType} from ${from.fullType}, which ${verdict.why}. By which expression?`,
    ...(orEmpty !== '' && { remark: orEmpty.trim() }),
    offers: [...plain, ...made],
    free: true,
    proposal,
    ...(safe !== undefined && { suggestion: safe }),
    flagFor: (answer) => flagOf('--using', `${path}=${answer}`),
  }
}

/** Where no conversion is known: to be filled in. */
const unknownExpression = '…'

function lowered(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`.replace(/\.$/, '')
}

function madeBy(expression: string, { name }: ColumnId, { cuts, loses, why }: Asked): string {
  if (!expression.includes(name)) return 'every row gets a new value: the old ones are lost'
  if (cuts !== undefined) return cutOff(cuts)
  return loses ? why : 'converts every row'
}

/** Asks what rows get in a column that becomes required. */
export function backfillQuestion(id: ColumnId, isNew: boolean, column: ColumnChange['to']): Asking {
  const path = pathOf(id)
  const who = isNew ? 'the rows that are there' : 'the rows in which it is NULL'
  const value = column.default
  const what = isNew ? 'the table has rows' : `${id.name} is NULL in one`
  return {
    key: `backfill ${path}`,
    about: 'backfill',
    text: `${path} (${column.fullType}) becomes required. What do ${who} get?`,
    remark: 'Empty: there are none.',
    offers: [
      { answer: '', effect: `there are none: the script fails where ${what}` },
      ...(value === undefined ? [] : [{ answer: value, effect: 'its default' }]),
    ],
    free: true,
    proposal: value ?? '',
    suggestion: value ?? '',
    flagFor: (answer) => flagOf('--backfill', `${path}=${answer}`),
  }
}
