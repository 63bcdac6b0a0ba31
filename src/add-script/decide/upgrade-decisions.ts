import { MigrationError } from '../../errors'
import { quoteIdentifier } from '../../database/sql/quote'
import type { Catalog } from '../../catalog/catalog'
import type { ColumnChange } from '../../catalog/difference'
import { classify, isAssignable, sameKeys, type TypeVerdict } from './conversions'
import type { Backfilled, Decisions, Using } from '../../change/model/decisions'
import { elementType, factsOf, multirangeOf, variantOf } from '../../catalog/facts'
import { follows } from '../../change/operations/foreign-keys'
import { decideLabels } from '../../change/operations/enums'
import { readTypes, type Sides, type TypePair, unknownLabels } from './type-facts'
import { unlessNone } from '../../change/render/stopping-rows'
import { columnKey, type ColumnId } from '../../change/model/operation'
import { flagOf, pathOf, Questions, givenFor } from '../../change/model/option-values'
import type { Answers } from '../../change/model/answers'

/**
 * Finds out how values become other values: from the types, from the options, by asking.
 * @throws {MigrationError} QUESTION_OPEN with every open question; USAGE for an option that fits nothing
 */
export async function decide(sides: Sides, answers: Answers): Promise<Decisions> {
  const questions = new Questions(answers)
  const using = await decideUsing(sides, answers, questions)
  const backfill = await decideBackfill(sides, answers, questions)
  const labels = await decideLabels(sides, answers, questions)
  questions.settle()
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
  questions: Questions,
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
    const expression = given?.expression ?? (await expressionOf(change, asked, questions))
    decided.set(columnKey(change.id), usingFor(column, asked, expression))
  }
  return decided
}

function unknownVerdict({ id, to }: ColumnChange): TypeVerdict & { how: 'ask' } {
  const suggestion = `${quoteIdentifier(id.name)}::${to.type}`
  return { how: 'ask', why: '', suggestion, assignment: false }
}

async function expressionOf(
  { id, from, to }: ColumnChange,
  verdict: TypeVerdict,
  questions: Questions,
): Promise<string> {
  if (verdict.how === 'plain') return ''
  if (verdict.how === 'using') return verdict.expression
  const path = pathOf(id)
  const orEmpty = verdict.assignment
    ? ` Empty: PostgreSQL's own assignment. ${verdict.effect ?? ''}`
    : ''
  return questions.ask({
    about: 'using',
    text: `${path} becomes ${to.fullType} from ${from.fullType}, which ${verdict.why}. By which expression?${orEmpty}`.trim(),
    ...(verdict.suggestion !== undefined && { suggestion: verdict.suggestion }),
    flag: flagOf('--using', `${path}=${verdict.suggestion ?? '…'}`),
  })
}

function usingFor(
  { change, from, to, cast, counting }: Retyped,
  verdict: TypeVerdict,
  expression: string,
): Using {
  const failsOnAny = change.to.notNull && /^NULL(?:::.*)?$/i.test(expression)
  const lossy = verdict.how === 'ask' && verdict.assignment
  const comments =
    verdict.how === 'using' && verdict.comment !== undefined && verdict.expression === expression
      ? [verdict.comment, ...counting]
      : verdict.how === 'ask'
        ? commentsOn(change, verdict, expression, counting)
        : []
  return {
    expression,
    comments: failsOnAny ? [...comments, 'Fails where the table has rows.'] : comments,
    destructive: lossy && (expression !== '' || verdict.loses === true),
    dropsDefault: !isAssignable(from, to, cast),
    breaksKeys: !sameKeys(from, to),
    raises: verdict.how !== 'plain',
  }
}

function commentsOn(
  { id, from, to }: ColumnChange,
  verdict: TypeVerdict & { how: 'ask' },
  expression: string,
  counting: readonly string[],
): string[] {
  if (expression === '') return verdict.effect === undefined ? [] : [verdict.effect, ...counting]
  if (!verdict.assignment) return []
  return [
    `Converts ${pathOf(id)} from ${from.fullType} to ${to.fullType}: what does not fit is lost.`,
  ]
}

async function decideBackfill(
  sides: Sides,
  answers: Answers,
  questions: Questions,
): Promise<Map<string, Backfilled>> {
  const { from, columns, newColumns } = sides
  const decided = new Map<string, Backfilled>()
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
      given?.expression ?? own ?? (await backfillOf(id, isNew, column.default, questions))
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

function backfillOf(
  id: ColumnId,
  isNew: boolean,
  value: string | undefined,
  questions: Questions,
): Promise<string> {
  const path = pathOf(id)
  const who = isNew ? 'the rows that are there' : 'the rows in which it is NULL'
  return questions.ask({
    about: 'backfill',
    text: `${path} becomes required. What do ${who} get? Empty: there are none.`,
    ...(value !== undefined && { suggestion: value }),
    flag: flagOf('--backfill', `${path}=${value ?? '…'}`),
  })
}
