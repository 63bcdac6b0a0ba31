import { quoteLiteral } from '../../database/sql/quote'
import type { ColumnFacts } from '../tables/tables'

/** Texts that a type takes, by its name as PostgreSQL writes it; `n` distinguishes rows. */
const samples: Readonly<Record<string, (n: number) => readonly string[]>> = {
  boolean: (n) => [n % 2 === 0 ? 'true' : 'false', n % 2 === 0 ? 'false' : 'true'],
  smallint: numbers,
  integer: numbers,
  bigint: numbers,
  numeric: numbers,
  real: numbers,
  'double precision': numbers,
  money: numbers,
  oid: numbers,
  xid: numbers,
  text: texts,
  'character varying': texts,
  character: texts,
  '"char"': texts,
  name: texts,
  citext: texts,
  bytea: (n) => [`\\x0${n % 10}`],
  uuid: (n) => [`00000000-0000-4000-8000-${String(n).padStart(12, '0')}`],
  date: (n) => [day(n)],
  'timestamp without time zone': (n) => [`${day(n)} 12:00:00`],
  'timestamp with time zone': (n) => [`${day(n)} 12:00:00+00`],
  'time without time zone': (n) => [`0${n % 10}:00:00`],
  'time with time zone': (n) => [`0${n % 10}:00:00+00`],
  interval: (n) => [`${n} hours`],
  json: documents,
  jsonb: documents,
  xml: (n) => [`<a>${n}</a>`],
  inet: (n) => [`10.0.0.${n % 250}`],
  cidr: (n) => [`10.0.${n % 250}.0/24`],
  macaddr: (n) => [`08:00:2b:01:02:0${n % 10}`],
  macaddr8: (n) => [`08:00:2b:01:02:03:04:0${n % 10}`],
  tsvector: (n) => [`word${n}`],
  tsquery: (n) => [`word${n}`],
  point: (n) => [`(${n},${n})`],
  line: (n) => [`{1,-1,${n}}`],
  lseg: (n) => [`[(0,0),(${n},1)]`],
  box: (n) => [`(${n},${n}),(0,0)`],
  path: (n) => [`((0,0),(${n},1))`],
  polygon: (n) => [`((0,0),(${n},1),(1,1))`],
  circle: (n) => [`<(0,0),${n}>`],
  pg_lsn: (n) => [`0/${n}`],
  hstore: (n) => [`"a"=>"${n}"`],
  ltree: (n) => [`a.b${n}`],
  cube: (n) => [`(${n})`],
  vector: (n) => [`[${n}]`],
  jsonpath: () => ['$.a'],
  int4range: ranges,
  int8range: ranges,
  numrange: ranges,
  daterange: (n) => [`[${day(2 * n)},${day(2 * n + 1)})`],
  tsrange: (n) => [`[${day(2 * n)},${day(2 * n + 1)})`],
  tstzrange: (n) => [`["${day(2 * n)} 00:00+00","${day(2 * n + 1)} 00:00+00")`],
  int4multirange: multiranges,
  int8multirange: multiranges,
  nummultirange: multiranges,
}

function numbers(n: number): readonly string[] {
  return [String(n), String(n * 10), '0', '-1', '100']
}

/** Digits, since a text that becomes a number is the commonest change of a type. */
function texts(n: number): readonly string[] {
  return [String(n), '1', `a${n}`, '']
}

function documents(n: number): readonly string[] {
  return [`{"a": ${n}}`, `[${n}]`, '{}']
}

function ranges(n: number): readonly string[] {
  return [`[${10 * n},${10 * n + 5})`]
}

function multiranges(n: number): readonly string[] {
  return [`{[${10 * n},${10 * n + 5})}`]
}

function day(n: number): string {
  return new Date(Date.UTC(2024, 0, 1 + n)).toISOString().slice(0, 10)
}

/**
 * Texts that may be a value of the column, the likeliest first; bits need a length, so theirs is the
 * type's own. Pure.
 */
export function candidates(column: ColumnFacts, n: number): readonly string[] {
  const single = elements(column, n)
  return column.array ? [`{${single.slice(0, 1).map(quoted).join(',')}}`, '{}'] : single
}

function elements({ labels, base, fields, type, category }: ColumnFacts, n: number) {
  if (labels) return labels.map((_, at) => labels[(at + n) % labels.length]!)
  if (fields) return [`(${','.repeat(fields - 1)})`]
  if (category === 'V') return [bits(type, n)]
  return samples[base.replace(/^.*\./, '')]?.(n) ?? [String(n), `a${n}`, '', '{}']
}

/** A bit string of exactly the length that the type says, or short where it is the most. */
function bits(type: string, n: number): string {
  const isVarying = type.startsWith('bit varying')
  const length = Number(/\((\d+)\)/.exec(type)?.[1] ?? (isVarying ? 64 : 1))
  const digits = n.toString(2).slice(-length)
  return isVarying ? digits : digits.padStart(length, '0')
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`
}

/** The quoted literals of a condition. Pure. */
export function textsIn(condition: string): string[] {
  return [...condition.matchAll(/'((?:[^']|'')*)'/g)].map(([, text = '']) =>
    text.replaceAll("''", "'"),
  )
}

/** The literals that a condition compares with, as texts: a check's, a partition's bounds. Pure. */
export function literalsIn(condition: string): string[] {
  const texts = textsIn(condition)
  const bare = condition.replaceAll(/'(?:[^']|'')*'/g, ' ')
  const found = [...bare.matchAll(/(?<![\w."])-?\d+(?:\.\d+)?(?![\w."])/g)].map(
    ([number]) => number,
  )
  const near = found
    .filter((number) => /^-?\d+$/.test(number))
    .flatMap((number) => [String(BigInt(number) + 1n), String(BigInt(number) - 1n)])
  return [...new Set([...texts, ...found, ...near])]
}

/** The value as SQL of the column's own type, whatever the search_path. Pure. */
export function literal(value: string | null, column: Pick<ColumnFacts, 'type'>): string {
  return `${quoteLiteral(value)}::${typeSql(column)}`
}

/** The column's type, whatever the search_path. Pure. */
export function typeSql({ type }: Pick<ColumnFacts, 'type'>): string {
  return isFixed.test(type) ? type : `pg_catalog.${type}`
}

/** A type whose name is a key word, or has its schema. */
const isFixed =
  /^(?:bigint|bit|boolean|character|double precision|integer|interval|numeric|real|smallint|time|timestamp)\b|\./
