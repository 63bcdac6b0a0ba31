import { type Fact, type Id } from './facts'
import { closingBracket, indexOfWords, splitList } from './sql-words'

/** What holds expressions as PostgreSQL writes them; a routine's body is as its author wrote it. */
const expressions = new Set<Id['kind']>([
  'constraint',
  'index',
  'view',
  'materializedView',
  'policy',
  'rule',
  'trigger',
  'column',
  'default',
  'domain',
  'publicationRel',
])

/** The fact with its expressions as they stay when they are run and read once more. */
export function settledFact(fact: Fact): Fact {
  if (!expressions.has(fact.id.kind)) return fact
  const changed = Object.entries(fact.payload).flatMap(([key, value]) => {
    const settled = typeof value === 'string' ? settledText(value) : value
    return settled === value ? [] : [[key, settled]]
  })
  // most stay themselves, and what is known of them, like their hash, stays with them
  if (changed.length === 0) return fact
  return { ...fact, payload: { ...fact.payload, ...Object.fromEntries(changed) } }
}

/**
 * PostgreSQL writes `name IN ('a', 'b')` on a varchar as a list that is cast as a whole,
 * `(ARRAY['a'::character varying, …])::text[]`, reads that as a list whose elements are cast, and
 * writes those from then on. Pure.
 */
export function settledText(sql: string): string {
  let text = sql
  for (let at = nextList(text, 0); at >= 0; at = nextList(text, at + 1)) {
    const open = at + '(ARRAY'.length
    const close = closingBracket(text, open)
    const end = close + ')'.length
    const [cast = '', type = ''] = castType.exec(text.slice(end + 1)) ?? []
    const elements = splitList(text.slice(open + 1, close))
    const isNested = elements.some((one) => one.startsWith('ARRAY['))
    if (text[end] !== ')' || type === '' || isNested) continue
    const list = elements.map((one) => `(${one})::${type}`).join(', ')
    text = `${text.slice(0, at)}ARRAY[${list}]${text.slice(end + 1 + cast.length)}`
  }
  return text
}

const castType = /^::((?:"[^"]+"|[^"[\],()]|\([\d,]+\))+)\[\]/

function nextList(sql: string, from: number): number {
  if (!sql.includes('(ARRAY[', from)) return -1
  return indexOfWords(sql, ['(', 'ARRAY', '['], from)
}
