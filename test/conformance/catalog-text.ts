import { statementsOf } from './pair'

/**
 * The statements of a `pg_dump -s`, in an order that depends on nothing but their texts, and the columns
 * of each table in such an order too: equal for two databases that differ in the order of columns only.
 */
export function catalogText(dump: string): string[] {
  return statementsOf(dump)
    .map((statement) => statement.trim())
    .map(inColumnOrder)
    .toSorted()
}

function inColumnOrder(statement: string): string {
  const header = /^CREATE (?:UNLOGGED |FOREIGN )?TABLE [^(]*?\(\n/.exec(statement)?.[0]
  if (header === undefined) return statement
  const end = statement.lastIndexOf('\n)')
  if (end < header.length) return statement
  const columns = parts(statement.slice(header.length, end)).map((column) => column.trim())
  return `${header}${columns.toSorted().join(',\n')}${statement.slice(end)}`
}

/** Cuts a list at its commas, but for those in quotes and parentheses. */
function parts(list: string): string[] {
  const found = ['']
  let depth = 0
  for (const [token] of list.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[^]/g)) {
    if (token === '(') depth++
    if (token === ')') depth--
    if (token === ',' && depth === 0) found.push('')
    else found[found.length - 1] += token
  }
  return found
}

/** What one catalog has and the other has not, a statement each; empty where they are equal. */
export function differencesBetween(
  actual: readonly string[],
  expected: readonly string[],
): string[] {
  return [
    ...without(expected, actual).map((statement) => `lacks: ${statement}`),
    ...without(actual, expected).map((statement) => `has: ${statement}`),
  ]
}

function without(list: readonly string[], other: readonly string[]): string[] {
  const left = [...other]
  return list.filter((statement) => {
    const at = left.indexOf(statement)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}
