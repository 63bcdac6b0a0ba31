import { quoteIdentifier, quoteLiteral } from '../../database/sql/quote'
import type { Catalog } from '../../catalog/catalog'
import type { Column } from '../../catalog/difference'
import type { TypeFacts, TypeVerdict } from './conversions'
import { failsOnNulls, isBare, retypedColumns } from './upgrade-decisions'
import type { Sides } from './type-facts'
import type { Backfilled, Decisions, Using } from '../../change/model/decisions'
import { definitionOf, enumValues, factsOf } from '../../catalog/facts'
import { foreignKeys } from '../../catalog/rule-facts'
import { follows } from '../../change/operations/foreign-keys'
import type { Fill, Move } from '../../change/moves/move-parts'
import { isAssignable, sameKeys } from './conversions'
import { columnKey, type ColumnId } from '../../change/model/operation'
import type { RowValue } from '../../change/model/value-sources'
import type { PlannedStep } from '../../change/model/planned-step'
import { pathOf } from '../../change/model/option-values'
import type { Effect } from '../../change/model/effect'
import { refill } from './refill'
import { restoreKeys } from './restored-keys'

/** The decisions of a downgrade, and what it cannot bring back. */
export interface DownDecisions extends Decisions {
  losses: string[]
  /** Why it cannot be run while there are rows. */
  obstacles: string[]
  /** Makes rows that others refer to, before their keys are added. */
  restored: readonly PlannedStep[]
}

/** Undoes what was decided upwards; nobody is asked. */
export async function decideDown(
  sides: Sides,
  up: Decisions,
  moves: readonly Move[] = [],
): Promise<DownDecisions> {
  const said: Said = { losses: [], obstacles: [] }
  const moved = movedBack(sides, moves)
  const using = await usingBack(sides, up, said)
  const backfill = await backfillBack(sides, moved, said)
  keepFilled(sides, up, backfill, said)
  for (const { back, losses } of moves)
    if (back.some(({ column }) => moved.has(columnKey(column)))) said.losses.push(...losses)
  const restored = await restoreKeys(sides.from, sides.to, (id, type) => fillerFor(sides, id, type))
  const valueMaps = inverseValueMaps(up.valueMaps, sides.to)
  const obstacles = [...said.obstacles, ...restored.obstacles]
  return { using, backfill, valueMaps, losses: said.losses, obstacles, restored: restored.steps }
}

/** What the downgrade cannot restore, and what may stop it; a sentence each. */
interface Said {
  losses: string[]
  obstacles: string[]
}

/** How each retyped column gets its old type. */
async function usingBack(
  sides: Sides,
  up: Decisions,
  { losses, obstacles }: Said,
): Promise<Map<string, Using>> {
  const using = new Map<string, Using>()
  const columns = await retypedColumns(sides)
  for (const { change, verdict, from, to, cast, counting } of columns) {
    const { id } = change
    const given = up.using.get(columnKey(id))?.expression
    const isLed = follows(sides.to, id, columns) !== undefined
    if (isLed && verdict.how === 'ask' && !verdict.assignment) continue
    const { expression, effect, isOwn, loss, isInverse } = backwards(
      verdict,
      given,
      id,
      change.to,
      sides.to,
    )
    const { destructive = false, unknown = false } = up.using.get(columnKey(id)) ?? {}
    // without an effect PostgreSQL converts every value
    if (destructive && verdict.how === 'using' && verdict.effect && !to.isEnum)
      obstacles.push(`${pathOf(id)} may hold what is no ${change.to.type}.`)
    const isWritten = to.category === 'S' && !isText(from) && !from.isEnum
    if (isWritten) losses.push(`${pathOf(id)} is written as ${change.from.type} is.`)
    if (loss) losses.push(`${pathOf(id)} ${loss}.`)
    else if (!isWritten && unknown && isInverse !== true)
      losses.push(`${pathOf(id)} keeps what the upgrade made of its values.`)
    using.set(columnKey(id), {
      expression,
      effects: effect === undefined ? [] : [effect, ...(isOwn ? counting : [])],
      destructive: false,
      unknown: false,
      dropsDefault: !isAssignable(from, to, cast),
      breaksKeys: !sameKeys(from, to),
      raises: verdict.how !== 'plain',
    })
  }
  return using
}

/** What required columns get that come back. */
async function backfillBack(
  sides: Sides,
  moved: ReadonlyMap<string, Fill>,
  { losses, obstacles }: Said,
): Promise<Map<string, Backfilled>> {
  const backfill = new Map<string, Backfilled>()
  for (const { id, to: column } of sides.newColumns) {
    if (!isBare(column)) continue
    const back = moved.get(columnKey(id))
    if (back !== undefined) {
      backfill.set(columnKey(id), {
        expression: back.expression,
        effects: [...(back.effects ?? []), failsWithout(id, back.expression)],
      })
      continue
    }
    const filler = await fillerFor(sides, id, column.type)
    if (filler === undefined) obstacles.push(`${pathOf(id)} cannot be filled again.`)
    else losses.push(`${pathOf(id)} gets ${filler} in every row.`)
    const effects = filler === undefined ? [{ kind: 'fails on any row' } as const] : []
    backfill.set(columnKey(id), { expression: filler ?? '', effects })
  }
  return backfill
}

/** A column that was filled keeps its values; one that was not required is required again. */
function keepFilled(
  sides: Sides,
  up: Decisions,
  backfill: Map<string, Backfilled>,
  { losses }: Said,
): void {
  for (const { id, from, to } of sides.columns) {
    const filled = from.notNull && !to.notNull && up.backfill.get(columnKey(id))?.expression
    if (filled) losses.push(`${pathOf(id)} keeps what was filled in.`)
    if (to.notNull && !from.notNull && to.generated === undefined)
      backfill.set(columnKey(id), { expression: '', effects: [failsOnNulls(id)] })
  }
}

/** A row that was made since may have nothing where its value comes from. */
function failsWithout(column: ColumnId, from: RowValue): Effect {
  return { kind: 'fails unless none', query: { counts: 'missing values', column, from } }
}

/** What columns that come back get from where their values were moved. */
function movedBack({ newColumns }: Sides, moves: readonly Move[]): Map<string, Fill> {
  const back = new Set(newColumns.map(({ id }) => columnKey(id)))
  const fills = moves.flatMap((move) => move.back)
  const found = fills.filter(({ column }) => back.has(columnKey(column)))
  return new Map(found.map((one) => [columnKey(one.column), one]))
}

/** Rows whose value was mapped to a new one get their old value again. */
function inverseValueMaps(up: Decisions['valueMaps'], { facts }: Catalog): Decisions['valueMaps'] {
  const found = new Map<string, Map<string, string>>()
  for (const [type, mapped] of up) {
    const old = factsOf(facts, 'type').find(({ id }) => `${id.schema}.${id.name}` === type)
    const values = enumValues(old) ?? []
    const back = [...mapped].filter(([, to]) => !values.includes(to)).toReversed()
    found.set(type, new Map(back.map(([from, to]) => [to, from])))
  }
  return found
}

/** A value for all rows; none for a key, where it would be repeated, and where the checks refuse it. */
async function fillerFor(
  { to, before }: Sides,
  id: ColumnId,
  type: string,
): Promise<string | undefined> {
  const simple = isKey(id, to) ? undefined : fillerOf(type, to)
  return simple === undefined ? undefined : refill(before, to, id, type, simple)
}

interface Backwards {
  expression: string
  effect?: Effect
  /** As PostgreSQL itself converts, so that it raises as it would upwards. */
  isOwn?: boolean
  loss?: string
  /** It undoes what the expression of the upgrade did. */
  isInverse?: boolean
}

function backwards(
  verdict: TypeVerdict,
  given: string | undefined,
  id: ColumnId,
  column: Column,
  catalog: Catalog,
): Backwards {
  if (verdict.how === 'plain') return { expression: '' }
  if (verdict.how === 'using')
    return {
      expression: verdict.expression,
      isOwn: true,
      ...(verdict.effect && { effect: verdict.effect }),
    }
  const inverse = given === undefined ? undefined : inverseOf(given, id, column.type)
  if (inverse !== undefined) return { expression: inverse, isInverse: true }
  if (verdict.assignment) {
    const loss = verdict.loses === true ? verdict.why : undefined
    return {
      expression: '',
      isOwn: true,
      ...(verdict.effect && { effect: verdict.effect }),
      ...(loss && { loss }),
    }
  }
  const isMade = given === undefined || given.includes(id.name)
  if (isMade && verdict.suggestion?.includes(id.name))
    return { expression: verdict.suggestion, loss: verdict.why }
  return {
    expression: lastResort(column, catalog, isKey(id, catalog)),
    effect: { kind: 'cannot restore' },
    loss: 'gets new values',
  }
}

function isText({ category }: TypeFacts): boolean {
  return category === 'S'
}

/** The other way round, for the expressions that have one. */
export function inverseOf(given: string, { name }: ColumnId, type: string): string | undefined {
  const column = quoteIdentifier(name)
  const zone = / AT TIME ZONE ('(?:[^']|'')*')\s*$/i.exec(given)?.[1]
  if (zone !== undefined) return `${column} AT TIME ZONE ${zone}`
  const separator =
    /^(?:pg_catalog\.)?string_to_array\([^,]*, *('(?:[^']|'')*')\)(?:::\S+)?$/i.exec(given)?.[1]
  if (separator !== undefined)
    return `pg_catalog.array_to_string(${column}, ${separator})${type === 'text' ? '' : `::${type}`}`
  if (/^(?:pg_catalog\.)?to_timestamp\(/i.test(given))
    return `extract(epoch FROM ${column})::${type}`
  if (/^ARRAY\[/i.test(given)) return `${column}[1]::${type}`
  return undefined
}

/** Keys count up, which keeps them apart; others have one value for all. */
function lastResort({ type, notNull }: Column, catalog: Catalog, key: boolean): string {
  if (!notNull) return `NULL::${type}`
  if (key && ['smallint', 'integer', 'bigint'].includes(type))
    return `pg_catalog.row_number() OVER ()::${type}`
  return simpleFillers[type] ?? `${fillerOf(type, catalog) ?? 'NULL'}::${type}`
}

const simpleFillers: Record<string, string> = {
  boolean: 'false',
  date: 'CURRENT_DATE',
  'timestamp without time zone': 'CURRENT_TIMESTAMP',
  'timestamp with time zone': 'CURRENT_TIMESTAMP',
  'time without time zone': 'LOCALTIME',
  'time with time zone': 'CURRENT_TIME',
  interval: "'0'",
  uuid: 'pg_catalog.gen_random_uuid()',
  json: "'{}'",
  jsonb: "'{}'",
  bytea: "''",
  text: "''",
  smallint: '0',
  integer: '0',
  bigint: '0',
  real: '0',
  'double precision': '0',
  inet: "'0.0.0.0'",
  tsvector: "''",
}

function fillerOf(type: string, { facts }: Catalog): string | undefined {
  const base = type.replace(/\([\d,]*\)/, '')
  if (base.endsWith('[]')) return "'{}'"
  if (/^(?:character|bit)/.test(base)) return base.startsWith('bit') ? undefined : "''"
  if (base === 'numeric') return '0'
  const simple = simpleFillers[base]
  if (simple !== undefined) return simple
  const name = base.replaceAll('"', '')
  const own = factsOf(facts, 'type').find(({ id }) => `${id.schema}.${id.name}` === name)
  const [value] = enumValues(own) ?? []
  return value === undefined ? undefined : quoteLiteral(value)
}

/** One value for all rows would break a key, or point nowhere. */
function isKey(id: ColumnId, { facts }: Catalog): boolean {
  const refers = foreignKeys({ facts } as Catalog).some(({ columns }) =>
    columns.some((one) => columnKey(one) === columnKey(id)),
  )
  const unique = facts
    .incomingEdges(id)
    .map(({ from }) => facts.get(from))
    .some((fact) => /^(?:PRIMARY|UNIQUE|EXCLUDE|CREATE UNIQUE)/.test(definitionOf(fact)))
  return refers || unique
}
