import { type Fact, type Id } from './facts'
import {
  closingBracket,
  closingParenthesis,
  indexOfWords,
  splitList,
  type Token,
  tokens,
} from './sql-words'

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
  const settle = settling(fact.id)
  if (!settle) return fact
  const changed = Object.entries(fact.payload).flatMap(([key, value]) => {
    const settled = typeof value === 'string' ? settle(value, key) : value
    return settled === value ? [] : [[key, settled]]
  })
  // most stay themselves, and what is known of them, like their hash, stays with them
  if (changed.length === 0) return fact
  return { ...fact, payload: { ...fact.payload, ...Object.fromEntries(changed) } }
}

/** Undefined for what holds no expressions. */
function settling({ kind }: Id): ((value: string, key: string) => string) | undefined {
  if (expressions.has(kind)) return settledText
  if (kind === 'table') return (value, key) => (key === 'partitionKey' ? settledText(value) : value)
  return kind === 'function' || kind === 'procedure' ? settledArguments : undefined
}

/** The defaults of a routine's arguments. */
function settledArguments(definition: string, key: string): string {
  if (key === 'argSignature') return settledText(definition)
  if (!definition.startsWith('CREATE ') || !definition.includes(' DEFAULT ')) return definition
  const end = closingParenthesis(definition, indexOfWords(definition, ['('], 0))
  return settledText(definition.slice(0, end)) + definition.slice(end)
}

/** Pure. */
export function settledText(sql: string): string {
  return withoutNestedLists(withCastElements(sql))
}

/** A pair of parentheses, by the places of its tokens. */
interface Group {
  open: number
  close: number
  /** `AND` or `OR`, where it joins conditions. */
  joins?: string
}

/**
 * PostgreSQL writes `a BETWEEN 1 AND 2 AND b` as `((a >= 1) AND (a <= 2)) AND b`, reads a list that begins with a
 * list of the same kind as one list, and writes `(a >= 1) AND (a <= 2) AND b` from then on.
 */
function withoutNestedLists(sql: string): string {
  if (!sql.includes('((') || !/\)\s+(?:AND|OR)\s/.test(sql)) return sql
  const all = tokens(sql)
  const groups = groupsIn(all)
  const nested = [...groups.values()].filter(({ open, joins }) => {
    const outer = groups.get(open - 1)
    return joins !== undefined && outer?.joins === joins
  })
  const followed = nested.filter(({ close, joins }) => wordAfter(all, close) === joins)
  const gone = new Set(followed.flatMap(({ open, close }) => [open, close]))
  if (gone.size === 0) return sql
  return all.flatMap(({ text }, at) => (gone.has(at) ? [] : [text])).join('')
}

/** By the places where they open. */
function groupsIn(all: readonly Token[]): ReadonlyMap<number, Group> {
  const groups = new Map<number, Group>()
  const around: Group[] = []
  for (const [at, { text }] of all.entries()) {
    const inner = around.at(-1)
    if (text === '(') around.push({ open: at, close: at })
    else if (text === ')' && inner) groups.set(inner.open, { ...around.pop()!, close: at })
    else if (inner && (text === 'AND' || text === 'OR')) inner.joins = text
  }
  return groups
}

function wordAfter(all: readonly Token[], at: number): string | undefined {
  return all.slice(at + 1, at + 40).find(({ text }) => text.trim() !== '')?.text
}

/**
 * PostgreSQL writes `name IN ('a', 'b')` on a varchar as a list that is cast as a whole,
 * `(ARRAY['a'::character varying, …])::text[]`, reads that as a list whose elements are cast, and
 * writes those from then on.
 */
function withCastElements(sql: string): string {
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
