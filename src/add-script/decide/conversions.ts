import { quoteLiteral } from '../../database/sql/quote'
import type { ConversionEffect } from '../../change/model/effect'

/** A type as far as conversions care. */
export interface TypeFacts {
  /** As SQL names it, without array and modifiers: `character varying`, `public.status`. */
  name: string
  isArray: boolean
  isEnum: boolean
  /** `pg_type.typcategory` of the element: S string, N numeric, … */
  category: string
  /** Length, or precision and scale. */
  modifiers: readonly number[]
}

/** How PostgreSQL casts from one to the other by a row of pg_cast: implicitly, in assignments, or explicitly. */
export type Cast = 'i' | 'a' | 'e' | undefined

/** What PostgreSQL's own conversion does, and the values on which it raises, as SQL. */
type Stops = { effect?: ConversionEffect; raisesOn?: string | undefined }

/** What a change of type needs. */
export type TypeVerdict =
  | { how: 'plain' }
  | ({ how: 'using'; expression: string } & Stops)
  | (Stops & {
      how: 'ask'
      /** Why a person must decide, as the end of a sentence: `may cut values`. */
      why: string
      suggestion?: string
      /** Without USING PostgreSQL raises, or at least does what an assignment does. */
      assignment: boolean
      /** The assignment, or else the suggestion, rounds or cuts values without an error. */
      loses?: boolean
      /** A cast raises as the assignment does, and loses nothing. */
      castRaises?: boolean
      /** The suggestion cuts off what is longer than so many characters. */
      cuts?: number
    })

/** A change of type that a person must decide on. */
export type Asked = TypeVerdict & { how: 'ask' }

const integers = ['smallint', 'integer', 'bigint']
const floats = ['real', 'double precision']
const strings = ['text', 'character varying', 'character', 'name', 'citext', 'public.citext']
const cuttable = ['character varying', 'character', 'bit varying']

/** True where values of the two are compared with each other by one operator family of keys. */
export function sameKeys(from: TypeFacts, to: TypeFacts): boolean {
  if (from.isArray !== to.isArray) return false
  const both = (family: readonly string[]) => family.includes(from.name) && family.includes(to.name)
  return from.name === to.name || both(integers) || both(['text', 'character varying'])
}

/** True where PostgreSQL converts without USING. */
export function isAssignable(from: TypeFacts, to: TypeFacts, cast: Cast): boolean {
  if (from.isArray !== to.isArray) return !to.isArray && to.category === 'S'
  return from.name === to.name || cast === 'i' || cast === 'a' || to.category === 'S'
}

/**
 * Tells whether a change of type keeps every value, raises where it cannot, or needs a decision.
 * @param column quoted; the new type has its array and its modifiers
 * @see https://www.postgresql.org/docs/current/sql-createcast.html
 */
export function classify(
  from: TypeFacts,
  to: TypeFacts,
  cast: Cast,
  column: string,
  type: string,
): TypeVerdict {
  if (from.isArray !== to.isArray) return betweenArrays(from, to, column, type)
  const casted = `${column}::${type}`
  const verdict = ofElements(from, to, cast, column, casted)
  return to.isArray ? asArray(verdict, casted, cast) : verdict
}

function ofElements(
  from: TypeFacts,
  to: TypeFacts,
  cast: Cast,
  column: string,
  casted: string,
): TypeVerdict {
  if (from.name === to.name) return sameType(from, to, column, casted)
  return (
    betweenTimes(from.name, to.name, column, casted) ??
    betweenNumbers(from, to, column, casted) ??
    toStrings(from, to, column) ??
    fromStrings(from, to, column, casted) ??
    byCast(from, to, cast, column, casted)
  )
}

/** Functions and conditions take one value; only a cast converts the elements of an array. */
function asArray(given: TypeVerdict, casted: string, cast: Cast): TypeVerdict {
  const verdict = { ...given, raisesOn: undefined }
  if (verdict.how !== 'ask' || !verdict.suggestion || verdict.suggestion.includes('::varchar[]'))
    return verdict
  const { suggestion, ...rest } = verdict
  const isCastable = cast !== undefined || verdict.assignment || suggestion.includes('::')
  return isCastable ? { ...rest, suggestion: casted } : rest
}

function betweenArrays(from: TypeFacts, to: TypeFacts, column: string, type: string): TypeVerdict {
  const why = from.isArray ? 'makes one value of many' : 'makes many values of one'
  const split = to.name === 'text' ? '' : `::${type}`
  const join = type === 'text' ? '' : `::${type}`
  const suggestion = to.isArray
    ? from.category === 'S'
      ? `pg_catalog.string_to_array(${column}, ',')${split}`
      : `ARRAY[${column}]::${type}`
    : to.category === 'S'
      ? `pg_catalog.array_to_string(${column}, ',')${join}`
      : `${column}[1]::${type}`
  return { how: 'ask', why, suggestion, assignment: false }
}

function sameType(from: TypeFacts, to: TypeFacts, column: string, casted: string): TypeVerdict {
  const [size, scale = 0] = from.modifiers
  const [newSize, newScale = 0] = to.modifiers
  if (newSize === undefined) return { how: 'plain' }
  if (to.name === 'numeric') {
    const keepsScale = size !== undefined && newScale >= scale
    if (keepsScale && newSize - newScale >= size - scale) return { how: 'plain' }
    return narrowNumeric(column, { size: newSize, scale: newScale }, keepsScale)
  }
  if (to.name === 'bit') return fixedBits(newSize, newSize < (size ?? 0), casted)
  if (size !== undefined && newSize >= size) return { how: 'plain' }
  if (cuttable.includes(to.name)) return narrowString(to, column, newSize)
  const why = 'rounds to fewer digits of a second'
  const effect = { kind: 'rounds', to: 'fewer digits of a second' } as const
  return { how: 'ask', why, assignment: true, effect, loses: true }
}

function narrowNumeric(
  column: string,
  { size, scale }: { size: number; scale: number },
  keepsScale: boolean,
): TypeVerdict {
  const effect = { kind: 'raises on digits', rounds: !keepsScale } as const
  const why = keepsScale ? 'takes fewer digits' : 'rounds to fewer digits'
  const suggestion = keepsScale ? '' : `pg_catalog.round(${column}, ${scale})`
  const rounded = keepsScale ? column : `round(${column}, ${scale})`
  const raisesOn = `abs(${rounded}) >= 1e${size - scale}`
  const loses = { loses: !keepsScale, castRaises: keepsScale }
  return { how: 'ask', why, suggestion, assignment: true, effect, raisesOn, ...loses }
}

function narrowString({ name }: TypeFacts, column: string, size: number): TypeVerdict {
  const isText = name.startsWith('character')
  // spaces at the end never raise
  const [unit, counted] = isText ? (['characters', `rtrim(${column})`] as const) : (['bits', column] as const) // oxfmt-ignore
  const cut = isText && { suggestion: `pg_catalog.left(${column}, ${size})`, cuts: size }
  const effect = { kind: 'raises on length', size, unit } as const
  const raises = { assignment: true, effect, raisesOn: `length(${counted}) > ${size}` }
  return { how: 'ask', why: `takes ${size} ${unit} at most`, suggestion: '', ...cut, ...raises }
}

/** Of fixed length: assignment raises on any other, and only a cast adds or takes bits. */
function fixedBits(size: number, isNarrower: boolean, casted: string): TypeVerdict {
  if (!isNarrower) return { how: 'using', expression: casted }
  const why = `keeps the first ${size} bits`
  return { how: 'ask', why, suggestion: casted, assignment: false, loses: true }
}

const zoned = ['timestamp with time zone', 'time with time zone']
const dateless = ['time without time zone', 'time with time zone']

function betweenTimes(
  from: string,
  to: string,
  column: string,
  casted: string,
): TypeVerdict | undefined {
  const moments = [...zoned, ...dateless, 'timestamp without time zone', 'date']
  if (!moments.includes(from) || !moments.includes(to)) return undefined
  if (from === 'date' && to === 'timestamp without time zone') return { how: 'plain' }
  if (zoned.includes(from) === zoned.includes(to) || dateless.includes(to)) {
    const what = to === 'date' ? 'the time of day' : 'the date'
    const loses = { assignment: true, effect: { kind: 'loses', what }, loses: true } as const
    return { how: 'ask', why: `loses ${what}`, suggestion: casted, ...loses }
  }
  const zone = `${from === 'date' ? `${column}::timestamp` : column} AT TIME ZONE 'UTC'`
  const suggestion = to === 'date' ? `(${zone})::date` : zone
  return { how: 'ask', why: 'depends on a time zone', suggestion, assignment: false }
}

function betweenNumbers(
  from: TypeFacts,
  to: TypeFacts,
  column: string,
  casted: string,
): TypeVerdict | undefined {
  const [size, scale = 0] = to.modifiers
  const at = integers.indexOf(from.name)
  const isExact = at >= 0 || from.name === 'numeric'
  if (!isExact && !floats.includes(from.name)) return undefined
  if (integers.includes(to.name)) {
    if (at < 0) return rounding(column, to.name)
    return integers.indexOf(to.name) > at ? { how: 'plain' } : outOfRange(column, to.name)
  }
  if (to.name === 'numeric') {
    if (size === undefined) return { how: 'plain' }
    const digits = [5, 10, 19][at]
    return digits !== undefined && size - scale >= digits
      ? { how: 'plain' }
      : narrowNumeric(isExact ? column : `${column}::numeric`, { size, scale }, at >= 0)
  }
  if (!floats.includes(to.name)) return undefined
  const exact = from.name === 'real' || (at >= 0 && at <= (to.name === 'real' ? 0 : 1))
  if (exact) return { how: 'plain' }
  const effect = { kind: 'loses', what: 'digits' } as const
  const loses = { assignment: true, effect, loses: true }
  return { how: 'ask', why: 'loses digits', suggestion: casted, ...loses }
}

function rounding(column: string, type: string): TypeVerdict {
  const suggestion = `pg_catalog.round(${column})::${type}`
  const loses = { assignment: true, effect: { kind: 'rounds' }, loses: true } as const
  return { how: 'ask', why: 'rounds', suggestion, ...loses }
}

const ranges: Readonly<Record<string, string>> = {
  smallint: '-32768 AND 32767',
  integer: '-2147483648 AND 2147483647',
}

function outOfRange(column: string, type: string): TypeVerdict {
  const effect = { kind: 'raises out of range', type } as const
  const raises = { assignment: true, effect, castRaises: true }
  const raisesOn = `${column} NOT BETWEEN ${ranges[type]}`
  const why = 'takes smaller numbers only'
  return { how: 'ask', why, suggestion: '', ...raises, raisesOn }
}

function toStrings(from: TypeFacts, to: TypeFacts, column: string): TypeVerdict | undefined {
  if (to.category !== 'S') return undefined
  const [[size], [newSize]] = [from.modifiers, to.modifiers]
  if (newSize === undefined && to.name !== 'character') return { how: 'plain' }
  if (strings.includes(from.name) && size !== undefined && newSize !== undefined && newSize >= size)
    return { how: 'plain' }
  return narrowString(to, strings.includes(from.name) ? column : `${column}::varchar`, newSize ?? 1)
}

function fromStrings(
  from: TypeFacts,
  to: TypeFacts,
  column: string,
  casted: string,
): TypeVerdict | undefined {
  if (from.category !== 'S') return undefined
  if (to.name === 'bytea') {
    const suggestion = `pg_catalog.convert_to(${column}, 'UTF8')`
    return { how: 'ask', why: 'needs an encoding', suggestion, assignment: false }
  }
  if (zoned.includes(to.name))
    return { how: 'ask', why: 'depends on a time zone', suggestion: casted, assignment: false }
  const [, type = ''] = casted.split(`${column}::`)
  const raisesOn = to.isEnum ? '' : `NOT pg_input_is_valid(${column}, ${quoteLiteral(type)})`
  const { isEnum } = to
  const name = isEnum ? to.name.replace(/^public\./, '') : to.name
  const effect = { kind: 'raises on other text', type: name, isEnum } as const
  return { how: 'using', expression: casted, effect, ...(raisesOn && { raisesOn }) }
}

function byCast(
  from: TypeFacts,
  to: TypeFacts,
  cast: Cast,
  column: string,
  casted: string,
): TypeVerdict {
  if (from.isEnum && to.isEnum) {
    const expression = casted.replace(column, `${column}::varchar${from.isArray ? '[]' : ''}`)
    const effect = { kind: 'raises on lost value', enum: to.name.replace(/^public\./, '') } as const
    return { how: 'using', expression, effect }
  }
  if (cast === 'i' || cast === 'a') return { how: 'plain' }
  if (['R', 'C'].includes(from.category) && from.category === to.category) {
    const [, type = ''] = casted.split(`${column}::`)
    const suggestion = `${column}::varchar${from.isArray ? '[]' : ''}::${type}`
    return { how: 'ask', why: 'goes by way of text', suggestion, assignment: false }
  }
  if (from.name === 'boolean' && to.name === 'integer') return { how: 'using', expression: casted }
  const assignment = false
  if (cast === 'e') return { how: 'ask', why: 'may change values', suggestion: casted, assignment }
  const suggestion = suggestionWithoutCast(from, to, column)
  const why = 'is a conversion that PostgreSQL has no cast for'
  return { how: 'ask', why, assignment, ...(suggestion && { suggestion }) }
}

function suggestionWithoutCast(from: TypeFacts, to: TypeFacts, column: string): string | undefined {
  if (to.name === 'uuid') return 'pg_catalog.gen_random_uuid()'
  if (from.category === 'N' && to.name === 'timestamp with time zone')
    return `pg_catalog.to_timestamp(${column})`
  return undefined
}
