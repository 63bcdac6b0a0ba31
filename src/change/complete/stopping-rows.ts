import { isDeepStrictEqual } from 'node:util'
import type { Catalog } from '../../catalog/catalog'
import { columnOf } from '../../catalog/difference'
import { foreignKeys, ruleOf } from '../../catalog/rule-facts'
import type { ColumnId, Fact, Id, IdOf } from '../../catalog/facts'
import { bareName, keyElements, oneBracket, type RowSource, sourceOf } from './row-source'
import { closingParenthesis } from '../../catalog/sql-words'
import type { PlannedStep } from '../model/planned-step'
import type { RowCondition } from '../model/script-part'
import type { CountedTable, StoppingQuery } from '../model/stopping-query'

/** The rows of tables that are there already which a new rule refuses. */
export interface StoppingRows {
  of: readonly RowCondition[]
  /** Counts them; absent where what the rows will hold is not known before. */
  query?: StoppingQuery
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
    const isSame = found?.query !== undefined && isDeepStrictEqual(was?.query, found.query)
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
  if (rule.type === 'c') {
    const check = checkIn(definition)
    return { of, ...asked(source, (rows) => ({ counts: 'rows against a check', of: rows, check })) }
  }
  if (rule.type === 'f') return ofForeignKey(fact.id as IdOf<'constraint'>, source, side, from)
  if (rule.type === 'x') return { of, ...exclusion(definition, source) }
  return unique.test(definition) ? ofUnique(definition, source) : undefined
}

const unique = /^(?:UNIQUE|PRIMARY KEY|CREATE UNIQUE INDEX)\b/

/** The query, where what the rows will hold is known. */
function asked(
  { rows }: RowSource,
  query: (rows: CountedTable) => StoppingQuery,
): Pick<StoppingRows, 'query'> {
  return rows ? { query: query(rows) } : {}
}

/** The condition of a check, in parentheses. */
function checkIn(definition: string): string {
  const open = definition.indexOf('(')
  return oneBracket(definition.slice(open + 1, closingParenthesis(definition, open)))
}

function ofUnique(definition: string, source: RowSource): StoppingRows | undefined {
  const { schema, name: table } = source.table
  const of = [{ schema, table }]
  const key = keyElements(definition)
  if (!key) return { of }
  const isAny = (names: ReadonlySet<string>) => key.elements.some((name) => names.has(bareName(name))) // oxfmt-ignore
  if ((isAny(source.nulls) && !key.nullsNotDistinct) || isAny(source.distinct)) return undefined
  return { of, ...asked(source, (rows) => ({ counts: 'repeated keys', of: rows, key })) }
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
  const matchFull = key.definition.includes(' MATCH FULL')
  if (key.columns.some(({ name }) => source.nulls.has(name)) && !matchFull) return undefined
  const other = { schema: first.schema, name: first.table }
  const isThere = from.facts.has({ kind: 'table', ...other })
  const referred = { table: other, columns: key.referred.map(({ name }) => name) }
  const query = asked(source, (rows) => ({
    counts: 'lost references',
    of: rows,
    columns: key.columns.map(({ name }) => name),
    ...(isThere && { referred }),
    matchFull,
  }))
  return { of, ...query }
}

function isSame(one: IdOf<'constraint'>, other: IdOf<'constraint'>): boolean {
  return one.schema === other.schema && one.table === other.table
}

function exclusion(definition: string, source: RowSource): Pick<StoppingRows, 'query'> {
  const key = keyElements(definition)
  if (!key || key.operators.some((one) => one === undefined)) return {}
  return asked(source, (rows) => ({ counts: 'excluding pairs', of: rows, key }))
}

/** Every column of the domain that is there already. */
function ofDomain(fact: Fact, domain: Id, from: Catalog, to: Catalog): StoppingRows | undefined {
  const columns = from.facts
    .incomingEdges(domain)
    .map((edge) => edge.from)
    .filter((id): id is ColumnId => id.kind === 'column' && isKept(id as ColumnId, from, to))
  const definition = ruleOf(fact)?.definition ?? ''
  if (columns.length === 0 || from.facts.has(fact.id)) return undefined
  const of = columns.map(({ schema, table, name }) => ({ schema, table, column: name }))
  const isArray = columns.some((id) => columnOf(from, from.facts.get(id)!).type.endsWith('[]'))
  if (isArray || !definition.startsWith('CHECK ')) return { of }
  return { of, query: { counts: 'values against a check', columns, check: checkIn(definition) } }
}

/** A column of a table that stays as it is. */
function isKept(id: ColumnId, from: Catalog, to: Catalog): boolean {
  const [before, after] = [from.facts.get(id), to.facts.get(id)]
  if (!before || !after || before.parent?.kind !== 'table') return false
  return columnOf(from, before).type === columnOf(to, after).type
}
