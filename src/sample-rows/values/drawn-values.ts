import { likeTexts, matchingTexts } from './pattern-samples'
import { candidates, literalsIn, textsIn } from './row-values'
import type { ColumnFacts } from '../tables/tables'

/** So many values of a column are tried at most, so that pairs of columns can be tried. */
const most = 120

/**
 * Values that a column may need for its conditions to hold, the likeliest first: those of its type,
 * the constants in the conditions with their neighbours, and texts, documents and arrays built from
 * them. Pure.
 * @param conditions SQL in which the column occurs
 */
export function drawnValues(column: ColumnFacts, conditions: readonly string[]): string[] {
  const constants = [...new Set(conditions.flatMap(literalsIn))]
  const texts = [...new Set(conditions.flatMap(textsIn))]
  const single = elementValues(column, { constants, texts })
  const all = column.array ? arrays(single, constants) : single
  return [...new Set(all)].slice(0, most)
}

interface Constants {
  /** Every constant as text, numbers with their neighbours. */
  constants: readonly string[]
  /** Those in quotes. */
  texts: readonly string[]
}

function elementValues(column: ColumnFacts, found: Constants): string[] {
  const { labels, base, category } = column
  const own = [1, 2, 3].flatMap((n) => candidates({ ...column, array: false }, n))
  if (labels) return [...labels]
  const type = base.replace(/^.*\./, '')
  if (type === 'json' || type === 'jsonb') return [...documents(found), ...own]
  if (category === 'N') return [...new Set([...own, ...numbers(found.constants)])]
  if (category === 'D') return [...moments(found.texts), ...own, ...relativeDays()]
  if (category === 'S' || category === 'U')
    return [...strings(found), ...own, ...found.constants.filter((text) => text.length > 0)]
  if (category === 'R') return [...own, ...found.texts, 'empty', '(,)', '[1,)', '(,1]']
  return [...own, ...found.texts]
}

function numbers(constants: readonly string[]): string[] {
  const found = constants.filter((text) => /^-?\d+(?:\.\d+)?$/.test(text))
  const between = found.flatMap((text) => [Number(text) - 0.5, Number(text) + 0.5].map(String))
  const further = found.flatMap((text) => [Number(text) * 2, Number(text) + 10].map(String))
  return [...found, '0', '-1', '10', '100', ...further, '1000', '0.5', ...between]
}

/** The bounds themselves, and moments on both sides of each. */
function moments(texts: readonly string[]): string[] {
  const steps = [0, 1, 2, 3, -1, 30, -30].map((days) => days * 86_400_000)
  return texts.flatMap((text) => {
    const at = Date.parse(/[zZ]|[+-]\d\d(?::?\d\d)?$/.test(text) ? text : `${text}Z`)
    const date = Number.isNaN(at) ? Date.parse(text) : at
    if (Number.isNaN(date)) return [text]
    return [text, ...steps.map((step) => isoOf(date + step))]
  })
}

function isoOf(milliseconds: number): string {
  const date = new Date(milliseconds)
  return Number.isNaN(date.getTime()) ? 'epoch' : date.toISOString()
}

/** For conditions on the present, as far from it as such conditions mostly are. */
function relativeDays(): string[] {
  return ['yesterday', 'tomorrow', '1960-06-15', '1990-06-15', '2000-01-01', '2999-01-01']
}

function strings({ constants, texts }: Constants): string[] {
  const each = texts.map((text) => [
    ...(/[%_]/.test(text) ? likeTexts(text) : []),
    ...(/[\^$[\]()\\*+?{|.]/.test(text) ? matchingTexts(text) : []),
  ])
  const matching = [...together(each), ...each.flat()]
  const plain = texts.filter((text) => text.length > 0 && text.length < 200)
  const around = plain.flatMap((text) => [`${text}1`, `a${text}b`, `1${text}`, `${text}a`])
  const lengths = constants.map(Number).filter((length) => length > 0 && length <= 4000)
  const whole = [...new Set(lengths)].filter(Number.isInteger)
  const filled = whole.flatMap((length) => [
    ...['1', '2', 'a', 'b', 'A', 'B'].map((char) => char.repeat(length)),
    ...plain.filter((text) => text.length < length).map((text) => text.padEnd(length, '1')),
  ])
  return [...plain, ...matching, ...filled, ...around, 'abc', 'xyz', 'ABC', 'XYZ', 'a@b.cd', '']
}

/** For several patterns at once: what matches one, followed by what matches another. */
function together(each: readonly (readonly string[])[]): string[] {
  const few = each.map((samples) => samples.slice(0, 3)).slice(0, 4)
  return few.flatMap((one) =>
    few.flatMap((other) =>
      one === other ? [] : one.flatMap((start) => other.map((end) => start + end)),
    ),
  )
}

function documents({ constants, texts }: Constants): string[] {
  const whole = texts.filter((text) => /^\s*[[{]/.test(text))
  const keys = texts.flatMap(keysIn)
  const values = ['1', '"a"', 'true', '[]', '{}', '[1]', '["a"]', ...constants.map(jsonOf)]
  const all = (value: string) =>
    `{${keys.map((key) => `${JSON.stringify(key)}: ${value}`).join(', ')}}`
  const nested = keys.reduceRight((inner, key) => `{${JSON.stringify(key)}: ${inner}}`, '1')
  const built = keys.length === 0 ? [] : [...values.map(all), nested, ...mixed(keys, values)]
  return [...whole, ...built, '{}', '[]', '{"a": 1}', '[1]', '["a"]', '1', '"a"', 'true', 'null']
}

/** Each key with a value of its own. */
function mixed(keys: readonly string[], values: readonly string[]): string[] {
  return values.map((_, shift) => {
    const pairs = keys.map(
      (key, at) => `${JSON.stringify(key)}: ${values[(at * 3 + shift) % values.length]}`,
    )
    return `{${pairs.join(', ')}}`
  })
}

/** `a`, the path `{a,b}` and the JSON path `$.a.b` name keys. */
function keysIn(text: string): string[] {
  if (text.startsWith('$')) return [...text.matchAll(/\.(\w+)/g)].map(([, key = '']) => key)
  if (/^\{[^:"]*\}$/.test(text)) return text.slice(1, -1).split(',').filter(Boolean)
  return /^[\w-]+$/.test(text) ? [text] : []
}

function jsonOf(text: string): string {
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text) ? text : JSON.stringify(text)
}

/** With one, two, three and as many elements as a constant says, and none. */
function arrays(elements: readonly string[], constants: readonly string[]): string[] {
  const lengths = constants.map(Number).filter((n) => Number.isInteger(n) && n > 3 && n <= 100)
  const list = (items: readonly string[]) => `{${items.map(quoted).join(',')}}`
  const few = elements.slice(0, 60)
  const longer = [2, 3, ...lengths].map((length) =>
    list(Array.from({ length }, (_, at) => elements[at % elements.length] ?? '')),
  )
  const whole = constants.filter((text) => /^\{.*\}$/.test(text))
  return [...few.slice(0, 3).map((one) => list([one])), ...longer, '{}', ...whole, ...few.slice(3).map((one) => list([one]))] // oxfmt-ignore
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`
}
