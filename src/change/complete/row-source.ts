import type { Catalog } from '../../catalog/catalog'
import { type Column, columnOf } from '../../catalog/difference'
import { columnKey, type Id, type IdOf, isA, keyOf } from '../../catalog/facts'
import { closingParenthesis, indexOfWords, splitList } from '../../catalog/sql-words'
import type { CountedTable, KeyElements } from '../model/stopping-query'

/** A table as a rule reads it. */
export interface RowSource {
  table: IdOf<'table'>
  /** Its rows with the columns that they will have; absent where the values of one are not known before. */
  rows: CountedTable | undefined
  /** Names of new columns that are null in every row. */
  nulls: ReadonlySet<string>
  /** New columns that differ from row to row. */
  distinct: ReadonlySet<string>
}

/**
 * @param rule what reads the rows: only those of the new columns matter that it reads
 * @param filled keys of new columns whose values a statement of the script makes
 */
export function sourceOf(
  table: IdOf<'table'>,
  rule: Id,
  side: Catalog,
  from: Catalog,
  filled: ReadonlySet<string>,
): RowSource {
  const read = new Set(side.facts.outgoingEdges(rule).map(({ to }) => keyOf(to)))
  const added = side.facts.childrenOf(table).flatMap((fact) => {
    if (!isA(fact.id, 'column') || !read.has(keyOf(fact.id)) || from.facts.has(fact.id)) return []
    const column = columnOf(side, fact)
    const isFilled = filled.has(columnKey(fact.id))
    return [{ name: fact.id.name, value: isFilled ? undefined : valueOf(column), column }]
  })
  const coming = added.flatMap(({ name, value, column }) =>
    value === undefined ? [] : [{ name, type: column.type, value }],
  )
  const { schema, name } = table
  return {
    table,
    rows: coming.length === added.length ? { table: { schema, name }, coming } : undefined,
    nulls: new Set(added.flatMap(({ name, value }) => (value === 'NULL' ? [name] : []))),
    distinct: new Set(added.flatMap(({ name, column }) => (isCounted(column) ? [name] : []))),
  }
}

/** What the rows that are there get; undefined for what is another value each time. */
function valueOf(column: Column): string | undefined {
  if (isCounted(column)) return undefined
  const value = column.generated ?? column.default
  return value === undefined ? 'NULL' : `(${value})`
}

function isCounted({ identity, default: value }: Column): boolean {
  return (
    identity || /^(?:nextval|gen_random_uuid|(?:\w+\.)?uuid_generate_v\d\w*)\(/.test(value ?? '')
  )
}

/** Reads the definition of a constraint or of an index; undefined for what it does not understand. */
export function keyElements(definition: string): KeyElements | undefined {
  const using = indexOfWords(definition, ['USING', ' '], 0)
  const open = definition.indexOf('(', Math.max(using, 0))
  const close = closingParenthesis(definition, open)
  const parts = splitList(definition.slice(open + 1, close)).map(elementIn)
  const rest = definition.slice(close + 1)
  const where = indexOfWords(rest, ['WHERE', ' ', '('], 0)
  if (open < 0 || parts.some(({ element }) => element === '')) return undefined
  if (definition.includes(' WITHOUT OVERLAPS')) return undefined
  const inner = where + 'WHERE '.length
  return {
    elements: parts.map(({ element }) => element),
    operators: parts.map(({ operator }) => operator),
    nullsNotDistinct: /\bNULLS NOT DISTINCT\b/.test(`${definition.slice(0, open)}${rest}`),
    ...(where >= 0 && {
      predicate: oneBracket(rest.slice(inner, closingParenthesis(rest, inner) + 1)),
    }),
  }
}

const path = /^(?:"(?:[^"]|"")*"|[\w$\u0080-\uffff]+)(?:\.(?:"(?:[^"]|"")*"|[\w$\u0080-\uffff]+))*/

/** A column or an expression, without operator class and order. */
function elementIn(text: string): { element: string; operator?: string } {
  const start = path.exec(text)?.[0].length ?? 0
  const end = text[start] === '(' ? closingParenthesis(text, start) + 1 : start
  const operator = / WITH (\S+)$/.exec(text.slice(end))?.[1]
  return { element: text.slice(0, end), ...(operator !== undefined && { operator }) }
}

/** The condition in one pair of brackets. */
export function oneBracket(condition: string): string {
  let inner = condition
  while (inner.startsWith('(') && closingParenthesis(inner, 0) === inner.length - 1)
    inner = inner.slice(1, -1)
  return `(${inner})`
}

/** A name as it is, whether or not it is quoted. */
export function bareName(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name
}
