import { MigrationError } from '../../errors'
import { quoteIdentifier } from '../../database/sql/quote'
import type { Catalog } from '../../catalog/catalog'
import type { ColumnChange } from '../../catalog/difference'
import { type Asked, classify, isAssignable, sameKeys, type TypeVerdict } from './conversions'
import type { Backfilled, Decisions, Using } from '../../change/model/decisions'
import { elementType, factsOf, multirangeOf, variantOf } from '../../catalog/facts'
import { follows } from '../../change/operations/foreign-keys'
import { decideEnumValues } from '../../change/operations/enums'
import { readTypes, type Sides, type TypePair, unknownValues } from './type-facts'
import type { Effect } from '../../change/model/effect'
import { columnKey, type ColumnId } from '../../change/model/operation'
import type { Move } from '../../change/moves/move-parts'
import type { Interview } from '../../change/model/interview'
import { backfillQuestion, conversionQuestion } from './questions'
import { givenFor } from '../../change/model/option-values'
import type { Answers } from '../../change/model/answers'

/**
 * Finds out how values become other values: from the types, from the options, by asking.
 * @throws {MigrationError} USAGE for an option that fits nothing
 */
export async function decide(
  sides: Sides,
  answers: Answers,
  interview: Interview,
  moves: readonly Move[] = [],
): Promise<Decisions> {
  const valueMaps = decideEnumValues(sides, answers, interview)
  const using = await decideUsing(sides, answers, interview)
  const backfill = decideBackfill(sides, answers, interview, moves)
  refuseInVain('--using', answers.using, sides, using)
  refuseInVain('--backfill', answers.backfills, sides, backfill)
  return { using, backfill, valueMaps }
}

function refuseInVain(
  option: string,
  given: readonly { table: string; column: string }[],
  { to }: Sides,
  decided: ReadonlyMap<string, unknown>,
): void {
  const ids = to.facts.facts().map(({ id }) => id)
  for (const one of given) {
    const used = ids.some(
      (id) =>
        id.kind === 'column' &&
        givenFor([one], id as ColumnId) &&
        decided.has(columnKey(id as ColumnId)),
    )
    if (used) continue
    const what = option === '--using' ? 'is not converted' : 'does not become required'
    throw new MigrationError('USAGE', `${one.table}.${one.column} ${what}`, {
      hint: `Remove ${option}, or correct the name.`,
    })
  }
}

/** A retyped column, with what PostgreSQL knows of the pair. */
export interface Retyped extends TypePair {
  change: ColumnChange
  verdict: TypeVerdict
  /** Says above the statement, where nothing converts the values, which of them stop it. */
  counting: readonly Effect[]
}

/** The retyped columns, each with what PostgreSQL knows of the pair. */
export async function retypedColumns(sides: Sides): Promise<Retyped[]> {
  const changes = sides.columns.filter(({ retyped }) => retyped)
  const types = changes.map(({ from, to }) => ({
    from: withoutDomain(from.type, sides.from),
    to: withoutDomain(to.type, sides.to),
  }))
  const pairs = await readTypes(sides.before, sides.after, types)
  return changes.map((change, at) => {
    const pair = withNewType(pairs[at]!, sides.to)
    const column = sides.plain(quoteIdentifier(change.id.name))
    // A computed value is computed again.
    const verdict: TypeVerdict =
      change.to.generated === undefined
        ? classify(pair.from, pair.to, pair.cast, column, change.to.type)
        : { how: 'plain' }
    return {
      ...pair,
      change,
      verdict,
      counting: counting(change, verdict, pair.checksInput),
    }
  })
}

function counting({ id }: ColumnChange, verdict: TypeVerdict, checksInput: boolean): Effect[] {
  const raisesOn = verdict.how === 'plain' ? undefined : verdict.raisesOn
  if (raisesOn === undefined || (verdict.how === 'using' && !checksInput)) return []
  const table = { schema: id.schema, name: id.table }
  return [
    { kind: 'fails unless none', query: { counts: 'refused values', table, condition: raisesOn } },
  ]
}

/** The type that a domain is made of, whose values convert as its own do. */
function withoutDomain(type: string, catalog: Catalog): string {
  const element = type.replace(/\[\]$/, '')
  const domain = factsOf(catalog.facts, 'domain').find(({ id }) => isNamed(element, id))
  if (!domain) return type
  const base = withoutDomain(elementType(domain) ?? '', catalog)
  return `${base}${type.slice(element.length)}`
}

function isNamed(type: string, { schema, name }: { schema: string; name: string }): boolean {
  return type.replaceAll('"', '') === `${schema}.${name}`
}

const categories: Record<string, string> = { enum: 'E', range: 'R', composite: 'C' }

/** A type that is yet to be made is known to the catalog alone. */
function withNewType(pair: TypePair, { facts }: Catalog): TypePair {
  const name = pair.to.name.replace(/\[\]$/, '')
  const known = factsOf(facts, 'type').find(
    (fact) => isNamed(name, fact.id) || multirangeOf(fact) === name,
  )
  const variant = variantOf(known)
  const category = variant === undefined ? undefined : categories[variant]
  if (category === undefined || pair.to.category === category) return pair
  const isEnum = variant === 'enum'
  return { ...pair, to: { ...pair.to, name, isEnum, isArray: name !== pair.to.name, category } }
}

async function decideUsing(
  sides: Sides,
  answers: Answers,
  interview: Interview,
): Promise<Map<string, Using>> {
  const columns = await retypedColumns(sides)
  const decided = new Map<string, Using>()
  for (const column of columns) {
    const { change, verdict } = column
    const given = givenFor(answers.using, change.id)
    const leader = given ? undefined : follows(sides.to, change.id, columns)
    if (leader !== undefined && verdict.how === 'ask') continue
    const unknown = given ? [] : await unknownValues(sides, column)
    const asked =
      unknown.length > 0
        ? {
            ...unknownVerdict(change),
            why: `meets texts that are no value of it (${unknown.join(', ')})`,
          }
        : verdict
    const expression = given?.expression ?? expressionOf(change, asked, interview)
    decided.set(columnKey(change.id), usingFor(column, asked, expression))
  }
  return decided
}

function unknownVerdict({ id, to }: ColumnChange): TypeVerdict & { how: 'ask' } {
  const suggestion = `${quoteIdentifier(id.name)}::${to.type}`
  return { how: 'ask', why: '', suggestion, assignment: false }
}

function expressionOf(change: ColumnChange, verdict: TypeVerdict, interview: Interview): string {
  if (verdict.how === 'plain') return ''
  if (verdict.how === 'using') return verdict.expression
  return interview.ask(conversionQuestion(change, verdict))
}

function usingFor(
  { change, from, to, cast, counting }: Retyped,
  verdict: TypeVerdict,
  expression: string,
): Using {
  const failsOnAny = change.to.notNull && /^NULL(?:::.*)?$/i.test(expression)
  const asked = verdict.how === 'ask' ? effectsOf(change, verdict, expression, counting) : undefined
  const isOwn = verdict.how === 'using' && verdict.expression === expression
  const own = isOwn && verdict.effect ? [verdict.effect, ...counting] : []
  const effects: readonly Effect[] = asked?.effects ?? own
  return {
    expression,
    effects: failsOnAny ? [...effects, { kind: 'fails on any row' }] : effects,
    destructive: asked?.loses ?? false,
    unknown: !isKnown(verdict, change, expression),
    dropsDefault: !isAssignable(from, to, cast),
    breaksKeys: !sameKeys(from, to),
    raises: verdict.how !== 'plain',
  }
}

/** True where it is PostgreSQL's own conversion, or what was proposed. */
function isKnown(verdict: TypeVerdict, { id, to }: ColumnChange, expression: string): boolean {
  if (expression === '' || isCast(expression, id, to.type)) return true
  const proposed = verdict.how === 'using' ? verdict.expression : verdict.how === 'ask' ? verdict.suggestion : '' // oxfmt-ignore
  return plainText(expression) === plainText(proposed ?? '')
}

/** What a conversion does that somebody decided on: only what is known of it. */
function effectsOf(
  { id, from, to }: ColumnChange,
  { assignment, effect, loses = false, castRaises = false, suggestion, cuts }: Asked,
  expression: string,
  counting: readonly Effect[],
): { effects: Effect[]; loses: boolean } {
  const known = effect === undefined ? [] : [effect, ...counting]
  if (expression === '') return { effects: known, loses: assignment && loses }
  if (castRaises && isCast(expression, id, to.type)) return { effects: known, loses: false }
  if (!assignment && !loses) return { effects: [], loses: false }
  const isSuggested = plainText(expression) === plainText(suggestion ?? '')
  const how = isSuggested ? (cuts ?? effect) : undefined
  const converts = { kind: 'converts', column: id, from: from.fullType, to: to.fullType } as const
  return { effects: [{ ...converts, ...(how !== undefined && { how }) }], loses: true }
}

/** However much of it is written out. */
function plainText(expression: string): string {
  return expression.replaceAll(/"|\s|pg_catalog\./g, '')
}

/** True for `column::type`, however it is written. */
function isCast(expression: string, { name }: ColumnId, type: string): boolean {
  const [column = '', ...types] = expression.replaceAll('"', '').split('::')
  return column.trim() === name && types.length === 1 && sameType(types[0]!, type)
}

/** Whether a person and PostgreSQL mean the same built-in type. */
function sameType(given: string, type: string): boolean {
  const word = given.trim().toLowerCase()
  return word === type || shortTypes[word] === type
}

const shortTypes: Readonly<Record<string, string>> = {
  int2: 'smallint',
  int: 'integer',
  int4: 'integer',
  int8: 'bigint',
}

function decideBackfill(
  sides: Sides,
  answers: Answers,
  interview: Interview,
  moves: readonly Move[],
): Map<string, Backfilled> {
  const { from, columns, newColumns } = sides
  const decided = new Map<string, Backfilled>()
  const moved = moves.flatMap((move) => move.fills)
  const fills = new Map(moved.map(({ column, expression }) => [columnKey(column), expression]))
  const open = [
    ...newColumns.filter((one) => isBare(one.to)),
    ...columns.filter((one) => one.to.notNull && !one.from.notNull),
  ]
  for (const { id, to: column } of open) {
    if (column.generated !== undefined) continue
    const isNew = !from.facts.has(id)
    const given = givenFor(answers.backfills, id)
    const own = !isNew && column.default?.startsWith('nextval(') ? column.default : undefined
    const expression =
      given?.expression ??
      own ??
      fills.get(columnKey(id)) ??
      interview.ask(backfillQuestion(id, isNew, column))
    const effect: Effect = isNew ? { kind: 'fails on any row' } : failsOnNulls(id)
    decided.set(columnKey(id), { expression, effects: expression === '' ? [effect] : [] })
  }
  return decided
}

/** The rows that lack a column's value stop a statement. */
export function failsOnNulls(column: ColumnId): Effect {
  return { kind: 'fails unless none', query: { counts: 'missing values', column } }
}

/** Required, and nothing says what its rows get. */
export function isBare(column: ColumnChange['to']): boolean {
  return (
    column.notNull &&
    column.default === undefined &&
    !column.identity &&
    column.generated === undefined
  )
}
