import { quoteIdentifier } from '../../database/sql/quote'
import type { Catalog } from '../../catalog/catalog'
import { columnOf } from '../../catalog/difference'
import { foreignKeys, ruleOf } from '../../catalog/rule-facts'
import type { ColumnId, Fact, Id, IdOf } from '../../catalog/facts'
import { bareName, keyElements, oneBracket, type RowSource, sourceOf } from './row-source'
import { closingParenthesis } from '../../catalog/sql-words'
import type { PlannedStep } from '../model/planned-step'
import type { RowCondition } from '../model/script-part'

/** The rows of tables that are there already which a new rule refuses. */
export interface StoppingRows {
  of: readonly RowCondition[]
  /** Counts them; absent where what the rows will hold is not known before. */
  query?: string
}

/**
 * The rows that stop a statement which adds a rule to a table that has rows: a check, a unique index, a
 * key, an exclusion, a rule of a domain in use. Undefined where none can.
 * @param filled keys of new columns whose values a statement of the script makes
 */
export function stoppingRows(
  one: PlannedStep,
  from: Catalog,
  to: Catalog,
  filled: ReadonlySet<string>,
): StoppingRows | undefined {
  const id = newRuleOf(one)
  const fact = id && to.facts.get(id)
  if (!fact?.parent) return undefined
  if (fact.parent.kind === 'domain') return ofDomain(fact, fact.parent, from, to)
  if (fact.parent.kind !== 'table' || !from.facts.has(fact.parent)) return undefined
  const table = fact.parent as IdOf<'table'>
  const found = ofTable(fact, sourceOf(table, fact.id, to, from, filled), to, from)
  const isOld = (other: Fact) => {
    const was = ofTable(other, sourceOf(table, other.id, from, from, new Set()), from, from)
    const isSame = found?.query !== undefined && was?.query === found.query
    return isSame || isNarrower(ruleOf(other)!.definition, ruleOf(fact)!.definition)
  }
  const rules = from.facts.childrenOf(fact.parent).filter((other) => ruleOf(other)?.validated)
  return rules.some(isOld) ? undefined : found
}

function newRuleOf({ operation }: PlannedStep): IdOf<'constraint'> | IdOf<'index'> | undefined {
  if (operation.kind === 'create index') return operation.index
  if (operation.kind === 'validate constraint') return operation.constraint
  return operation.kind === 'add constraint' && operation.valid ? operation.constraint : undefined
}

function ofTable(
  fact: Fact,
  source: RowSource,
  side: Catalog,
  from: Catalog,
): StoppingRows | undefined {
  const rule = ruleOf(fact)
  if (!rule) return undefined
  const { schema, name: table } = source.table
  const of = [{ schema, table }]
  const { definition } = rule
  if (rule.type === 'c') return { of, ...counted(source, whereNot(checkIn(definition))) }
  if (rule.type === 'f') return ofForeignKey(fact.id as IdOf<'constraint'>, source, side, from)
  if (rule.type === 'x') return { of, ...exclusion(definition, source) }
  return unique.test(definition) ? ofUnique(definition, source) : undefined
}

const unique = /^(?:UNIQUE|PRIMARY KEY|CREATE UNIQUE INDEX)\b/

function counted({ sql }: RowSource, where: string): Pick<StoppingRows, 'query'> {
  return sql === undefined ? {} : { query: `SELECT count(*) FROM ${sql}${where}` }
}

function whereNot(condition: string): string {
  return ` WHERE NOT ${oneBracket(condition)}`
}

function checkIn(definition: string): string {
  const open = definition.indexOf('(')
  return definition.slice(open + 1, closingParenthesis(definition, open))
}

/** How many rows there are beyond the first of each key. */
function ofUnique(definition: string, source: RowSource): StoppingRows | undefined {
  const { schema, name: table } = source.table
  const of = [{ schema, table }]
  const key = keyElements(definition)
  if (!key) return { of }
  const { elements, predicate, nullsNotDistinct } = key
  const isAny = (names: ReadonlySet<string>) => elements.some((name) => names.has(bareName(name)))
  if ((isAny(source.nulls) && !nullsNotDistinct) || isAny(source.distinct)) return undefined
  const list = elements.join(', ')
  const [only] = elements.length === 1 ? elements : []
  const nulls = only === undefined && !nullsNotDistinct ? [`(${list}) IS NOT NULL`] : []
  const conditions = [...nulls, ...(predicate === undefined ? [] : [oneBracket(predicate)])]
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  const what =
    only !== undefined && !nullsNotDistinct
      ? `count(${only}) - count(DISTINCT ${only})`
      : `count(*) - count(DISTINCT ${nullsNotDistinct ? 'ROW' : ''}(${list}))`
  return { of, ...(source.sql !== undefined && { query: `SELECT ${what} FROM ${source.sql}${where}` }) } // prettier-ignore
}

/** True where no two rows of one key can have the same values of another one. */
function isNarrower(old: string, target: string): boolean {
  if (![old, target].every((definition) => unique.test(definition))) return false
  const [one, other] = [keyElements(old), keyElements(target)]
  if (!one || !other || one.predicate !== undefined || other.nullsNotDistinct) return false
  return one.elements.every((element) => other.elements.includes(element))
}

function ofForeignKey(
  id: IdOf<'constraint'>,
  source: RowSource,
  side: Catalog,
  from: Catalog,
): StoppingRows | undefined {
  const key = foreignKeys(side).find((one) => one.id.name === id.name && isSame(one.id, id))
  const { schema, name: table } = source.table
  const of = [{ schema, table }]
  const [first] = key?.referred ?? []
  if (!key || !first || / PERIOD /.test(key.definition)) return { of }
  const own = key.columns.map(({ name }) => quoteIdentifier(name))
  const isFull = key.definition.includes(' MATCH FULL')
  if (key.columns.some(({ name }) => source.nulls.has(name)) && !isFull) return undefined
  const some = isFull
    ? `NOT (${own.map((name) => `a.${name}`).join(', ')}) IS NULL`
    : own.map((name) => `a.${name} IS NOT NULL`).join(' AND ')
  const pairs = key.referred.map(({ name }, at) => `b.${quoteIdentifier(name)} = a.${own[at]}`)
  const other = quoteIdentifier(first.schema, first.table)
  const isThere = from.facts.has({ kind: 'table', schema: first.schema, name: first.table })
  // a new table has no rows to refer to
  const missing = isThere
    ? ` AND NOT EXISTS (SELECT FROM ${other} AS b WHERE ${pairs.join(' AND ')})`
    : ''
  return { of, ...counted({ ...source, sql: source.sqlAs('a') }, ` WHERE ${some}${missing}`) }
}

function isSame(one: IdOf<'constraint'>, other: IdOf<'constraint'>): boolean {
  return one.schema === other.schema && one.table === other.table
}

/** Pairs of rows that exclude each other. */
function exclusion(definition: string, { sql }: RowSource): Pick<StoppingRows, 'query'> {
  const key = keyElements(definition)
  if (!key || sql === undefined || key.operators.some((one) => one === undefined)) return {}
  const { elements, operators, predicate } = key
  const values = elements.map((element, at) => `${element} AS e${at + 1}`)
  const where = predicate === undefined ? '' : ` WHERE ${oneBracket(predicate)}`
  const rows = `SELECT row_number() OVER () AS n, ${values.join(', ')} FROM ${sql}${where}`
  const pairs = operators.map((operator, at) => `a.e${at + 1} ${operator} b.e${at + 1}`)
  return {
    query: `WITH r AS (${rows}) SELECT count(*) FROM r AS a JOIN r AS b ON a.n < b.n AND ${pairs.join(' AND ')}`,
  }
}

/** Every column of the domain that is there already. */
function ofDomain(fact: Fact, domain: Id, from: Catalog, to: Catalog): StoppingRows | undefined {
  const columns = from.facts
    .incomingEdges(domain)
    .map((edge) => edge.from)
    .filter((id): id is ColumnId => id.kind === 'column' && isKept(id as ColumnId, from, to))
  const definition = ruleOf(fact)?.definition ?? ''
  if (columns.length === 0 || from.facts.has(fact.id)) return undefined
  const values = columns.map(
    ({ schema, table, name }) =>
      `SELECT ${quoteIdentifier(name)} AS value FROM ${quoteIdentifier(schema, table)}`,
  )
  const isArray = columns.some((id) => columnOf(from, from.facts.get(id)!).type.endsWith('[]'))
  const query = `SELECT count(*) FROM (${values.join(' UNION ALL ')}) AS uses${whereNot(checkIn(definition))}`
  const of = columns.map(({ schema, table, name }) => ({ schema, table, column: name }))
  return { of, ...(!isArray && definition.startsWith('CHECK ') && { query }) }
}

/** A column of a table that stays as it is. */
function isKept(id: ColumnId, from: Catalog, to: Catalog): boolean {
  const [before, after] = [from.facts.get(id), to.facts.get(id)]
  if (!before || !after || before.parent?.kind !== 'table') return false
  return columnOf(from, before).type === columnOf(to, after).type
}
