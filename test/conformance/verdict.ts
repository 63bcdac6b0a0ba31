import type { Outcome } from './run-pair'
import type { Pair } from './pair'

/** From the best to the worst; `not testable` is beside them. */
export const verdicts = [
  'right',
  'refused rightly',
  'refused wrongly',
  'failed',
  'wrong',
  'not testable',
] as const

export type TypeVerdict = (typeof verdicts)[number]

/** What is known of a pair: a line of `known/<suite>.tsv`. */
export interface Known {
  verdict: TypeVerdict
  /** Of the error, where there is one; a refusal that was judged right is one with this code. */
  code: string
  /** Why; of a refusal that is right, the judgement. */
  reason: string
}

/** Of one suite, by the name of the pair. */
export type KnownList = ReadonlyMap<string, Known>

/** A pair with what became of it. */
export interface Judged extends Known {
  suite: string
  name: string
  detail?: string
}

/** A refusal is right where a person judged it so, and it is still the same. */
export function judge({ suite, name }: Pair, outcome: Outcome, known: Known | undefined): Judged {
  const { is, code = '', reason, detail } = outcome
  const found = { suite, name, code, reason, ...(detail !== undefined && { detail }) }
  if (is !== 'refused') return { ...found, verdict: is }
  const isJudged = known?.verdict === 'refused rightly' && known.code === code
  if (!isJudged) return { ...found, verdict: 'refused wrongly' }
  return { ...found, verdict: 'refused rightly', reason: known.reason }
}

export type Course = 'same' | 'improved' | 'worse' | 'new'

/**
 * How a verdict went from what is known; one beside the order (`not testable`) is left for the worse.
 * @param rows whether there were rows, which stop some pairs
 */
export function courseOf({ verdict }: Known, known: Known | undefined, rows = false): Course {
  if (!known) return 'new'
  if (verdict === known.verdict) return 'same'
  if (verdict === 'not testable') return rows ? 'same' : 'worse'
  if (known.verdict === 'not testable') return verdict === 'right' ? 'improved' : 'worse'
  return verdicts.indexOf(verdict) < verdicts.indexOf(known.verdict) ? 'improved' : 'worse'
}

const header = 'name\tverdict\tcode\treason'

/** Reads `known/<suite>.tsv`. */
export function readKnown(text: string): KnownList {
  const [first, ...lines] = text.split('\n').filter((line) => line !== '')
  if (first !== header) throw new Error(`the first line of a list of verdicts must be: ${header}`)
  return new Map(lines.map(knownIn))
}

function knownIn(line: string): [name: string, known: Known] {
  const [name = '', word = '', code = '', reason = ''] = line.split('\t')
  const verdict = verdicts.find((one) => one === word)
  if (!verdict) throw new Error(`no verdict in a list of verdicts: ${line}`)
  if (verdict === 'refused rightly' && reason === '')
    throw new Error(`a refusal that is right needs its reason: ${line}`)
  return [name, { verdict, code, reason }]
}

/** Writes `known/<suite>.tsv`, by name. */
export function knownText(known: KnownList): string {
  const lines = [...known]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { verdict, code, reason }]) =>
      [name, verdict, code, reason].map(oneCell).join('\t'),
    )
  return `${[header, ...lines].join('\n')}\n`
}

function oneCell(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

/** The list with what is new and what improved; what became worse is left as it was. */
export function accepted(known: KnownList, judged: readonly Judged[]): KnownList {
  const list = new Map(known)
  for (const one of judged) {
    const course = courseOf(one, known.get(one.name))
    const { verdict, code, reason } = one
    if (course === 'new' || course === 'improved') list.set(one.name, { verdict, code, reason })
  }
  return list
}
