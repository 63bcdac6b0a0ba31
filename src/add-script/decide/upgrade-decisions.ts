import { MigrationError } from '../../errors'
import { quoteIdentifier } from '../../database/sql/quote'
import type { Catalog } from '../../catalog/catalog'
import type { ColumnChange } from '../../catalog/difference'
import { type Asked, classify, isAssignable, sameKeys, type TypeVerdict } from './conversions'
import type { Backfilled, Decisions, Using } from '../../change/model/decisions'
import { elementType, factsOf, multirangeOf, variantOf } from '../../catalog/facts'
import { follows } from '../../change/operations/foreign-keys'
import { decideLabels } from '../../change/operations/enums'
import { readTypes, type Sides, type TypePair, unknownLabels } from './type-facts'
import { unlessNone } from '../../change/render/stopping-rows'
import { columnKey, type ColumnId } from '../../change/model/operation'
import type { Move } from '../../change/moves/find-moves'
import type { Interview } from '../../change/model/interview'
import { backfillQuestion, conversionQuestion } from './questions'
import { pathOf, givenFor } from '../../change/model/option-values'
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
  const labels = decideLabels(sides, answers, interview)
  const using = await decideUsing(sides, answers, interview)
  const backfill = decideBackfill(sides, answers, interview, moves)
  refuseInVain('--using', answers.using, sides, using)
  refuseInVain('--backfill', answers.backfills, sides, backfill)
  return { using, backfill, labels }
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
  counting: readonly string[]
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
      counting: counting(change, verdict, sides, pair.checksInput),
    }
  })
}

function counting(
  { id }: ColumnChange,
  verdict: TypeVerdict,
  sides: Sides,
  checksInput: boolean,
): string[] {
  const raisesOn = verdict.how === 'plain' ? undefined : verdict.raisesOn
  if (raisesOn === undefined || (verdict.how === 'using' && !checksInput)) return []
  const table = quoteIdentifier(id.schema, id.table)
  return [unlessNone(sides.plain(`SELECT count(*) FROM ${table} WHERE ${raisesOn}`))]
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
    const unknown = given ? [] : await unknownLabels(sides, column)
    const asked =
      unknown.length > 0
        ? {
            ...unknownVerdict(change),
            why: `meets values that are no label (${unknown.join(', ')})`,
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
  const asked = verdict.how === 'ask' ? effectOf(change, verdict, expression, counting) : undefined
  const isOwn = verdict.how === 'using' && verdict.expression === expression
  const own = isOwn && verdict.comment !== undefined ? [verdict.comment, ...counting] : []
  const comments = asked?.comments ?? own
  return {
    expression,
    comments: failsOnAny ? [...comments, 'Fails where the table has rows.'] : comments,
    destructive: asked?.loses ?? false,
    dropsDefault: !isAssignable(from, to, cast),
    breaksKeys: !sameKeys(from, to),
    raises: verdict.how !== 'plain',
  }
}

/** What a conversion does that somebody decided on: only what is known of it. */
function effectOf(
  { id, from, to }: ColumnChange,
  { assignment, effect, loses = false, castRaises = false, suggestion, cuts }: Asked,
  expression: string,
  counting: readonly string[],
): { comments: string[]; loses: boolean } {
  const known = effect === undefined ? [] : [effect, ...counting]
  if (expression === '') return { comments: known, loses: assignment && loses }
  if (castRaises && isCast(expression, id, to.type)) return { comments: known, loses: false }
  if (!assignment) return { comments: [], loses: false }
  const what = `${pathOf(id)} from ${from.fullType} to ${to.fullType}`
  const isSuggested = plainText(expression) === plainText(suggestion ?? '')
  if (isSuggested && cuts) return { comments: [`Cuts ${what}: ${cuts}.`], loses: true }
  if (isSuggested && effect !== undefined)
    return { comments: [`Converts ${what}. ${effect}`], loses: true }
  return { comments: [`Converts ${what} by an expression, which may lose values.`], loses: true }
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
    const comments =
      expression === ''
        ? [isNew ? 'Fails where the table has rows.' : unlessNone(sides.plain(nullsIn(id)))]
        : []
    decided.set(columnKey(id), { expression, comments })
  }
  return decided
}

/** Counts the rows that lack a column's value. */
export function nullsIn({ schema, table, name }: ColumnId): string {
  return `SELECT count(*) FROM ${quoteIdentifier(schema, table)} WHERE ${quoteIdentifier(name)} IS NULL`
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
