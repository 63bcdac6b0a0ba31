import { drawnValues } from './drawn-values'
import { satisfying, type Trial, type Tuple } from './judge'
import type { ColumnFacts, TableFacts } from '../tables/tables'
import type { Pool } from 'pg'

/** A database whose conditions rows must satisfy, and its columns by those of the table that is filled. */
export interface Side {
  pool: Pool
  table: TableFacts
  /** This side's name by the filled table's; none: it has no such column. */
  names: ReadonlyMap<string, string>
}

/** Columns that conditions tie to each other, and values for them that satisfy all of these. */
export interface Assignment {
  columns: readonly string[]
  tuples: readonly Tuple[]
}

/** Combinations tried for columns that belong together. */
const most = 2500

/**
 * Finds values that satisfy the conditions of every side: first column by column, then for columns that
 * conditions compare with each other. Whether they do is PostgreSQL's judgement; the values come from the
 * constants in the conditions.
 * @param given values that a column must have one of, such as those of the rows that it may refer to
 * @returns for each group of columns; one without tuples has no solution that was found
 */
export async function assignmentsOf(
  sides: readonly Side[],
  given: ReadonlyMap<string, readonly (string | null)[]>,
): Promise<Assignment[]> {
  const [own] = sides
  if (!own) return []
  const groups = groupsOf(sides)
  const columns = own.table.columns.filter(({ name }) => groups.some((one) => one.includes(name)))
  const singles = columns.map((column) => ({
    columns: [column.name],
    tuples: poolOf(column, sides, given).map((value) => [value]),
  }))
  const single = await judged(sides, singles)
  const values = new Map(single.map(({ columns: [name], tuples }) => [name!, tuples.map(([value]) => value ?? null)])) // oxfmt-ignore
  const several = groups
    .filter((names) => names.length > 1)
    .map((names) => ({ columns: names, tuples: combinations(names.map((name) => values.get(name) ?? [])) })) // oxfmt-ignore
  const alone = single.filter(({ columns: [name] }) => groups.some((one) => one.length === 1 && one[0] === name)) // oxfmt-ignore
  return [...alone, ...(await judged(sides, several))]
}

/** Leaves the tuples that every side accepts. */
async function judged(
  sides: readonly Side[],
  candidates: readonly Assignment[],
): Promise<Assignment[]> {
  let left = [...candidates]
  for (const side of sides) {
    const trials = left.map((one) => trialOn(side, one))
    const asked = trials.filter((one) => one !== undefined)
    const accepted = await satisfying(side.pool, asked)
    left = left.map((one, at) => {
      const trial = trials[at]
      if (!trial) return one
      const fits = new Set(accepted[asked.indexOf(trial)])
      // what a conversion makes of the values is not known here
      if (fits.size === 0 && isRetyped(one, side, sides[0]!)) return one
      return { ...one, tuples: one.tuples.filter((_, n) => fits.has(trial.tuples[n]!)) }
    })
  }
  return left
}

function isRetyped({ columns }: Assignment, { table, names }: Side, own: Side): boolean {
  return columns.some((name) => {
    const before = own.table.columns.find((one) => one.name === name)
    const after = table.columns.find((one) => one.name === names.get(name))
    return after !== undefined && before?.type !== after.type
  })
}

/** The same columns as this side knows them; undefined where it has none of them. */
function trialOn({ table, names }: Side, { columns, tuples }: Assignment): Trial | undefined {
  const places = columns.flatMap((name, at) => {
    const column = table.columns.find((one) => one.name === names.get(name))
    return column ? [{ at, column }] : []
  })
  if (places.length === 0) return undefined
  const known = new Set(places.map(({ column }) => column.name))
  const derived = table.columns.filter(
    ({ name, generation, hasDefault, number }) =>
      !known.has(name) && (generation !== null || (isNew(name, names) && hasDefault && number > 0)),
  )
  const computed = derived.flatMap(({ name, generation, defaultSql, reads }) => {
    const expression = generation ?? defaultSql
    return expression !== null && reads.every((one) => known.has(one)) ? [{ name, expression }] : []
  })
  const available = new Set([...known, ...computed.map(({ name }) => name)])
  const conditions = table.conditions.flatMap(({ expression, columns: read }) =>
    expression !== null && read.length > 0 && read.every((name) => available.has(name))
      ? [expression]
      : [],
  )
  return {
    relation: table.table,
    columns: places.map(({ column }) => column),
    derived: computed,
    conditions,
    tuples: tuples.map((tuple) => places.map(({ at }) => tuple[at] ?? null)),
  }
}

function isNew(name: string, names: Side['names']): boolean {
  return ![...names.values()].includes(name)
}

/** Columns that any condition, of any side, reads together. */
function groupsOf(sides: readonly Side[]): string[][] {
  const [own] = sides
  const groups: string[][] = []
  const join = (names: readonly string[]) => {
    const others = groups.filter((group) => group.some((name) => names.includes(name)))
    for (const one of others) groups.splice(groups.indexOf(one), 1)
    groups.push([...new Set([...names, ...others.flat()])])
  }
  for (const { table, names } of sides) {
    const back = new Map([...names].map(([mine, theirs]) => [theirs, mine]))
    for (const { columns } of table.conditions) {
      const read = withGenerated(columns, table).flatMap((name) => back.get(name) ?? [])
      const filled = read.filter((name) => own?.table.columns.some((one) => one.name === name && !one.own)) // oxfmt-ignore
      if (filled.length > 0) join(filled)
    }
  }
  return groups
}

/** A condition on a computed column is one on those that it is computed from. */
function withGenerated(columns: readonly string[], table: TableFacts): string[] {
  return columns.flatMap((name) => {
    const column = table.columns.find((one) => one.name === name)
    return column && column.generation !== null ? column.reads : [name]
  })
}

function poolOf(
  column: ColumnFacts,
  sides: readonly Side[],
  given: ReadonlyMap<string, readonly (string | null)[]>,
): (string | null)[] {
  const fixed = given.get(column.name)
  const sources = sides.flatMap(({ table, names }) =>
    table.conditions
      .filter(({ columns }) => withGenerated(columns, table).includes(names.get(column.name) ?? ''))
      .flatMap(({ text, sources: more }) => [text, ...more]),
  )
  const isRequired = sides.some(({ table, names }) =>
    table.columns.some((one) => one.name === names.get(column.name) && one.notNull),
  )
  const values = fixed ?? drawnValues(column, sources)
  return isRequired ? values.filter((value) => value !== null) : [...values, null]
}

/** All of them where they are few enough, else some, spread over the whole the same way each time. */
function combinations(all: readonly (readonly (string | null)[])[]): Tuple[] {
  const length = Math.max(2, Math.floor(1e9 ** (1 / all.length)))
  const pools = all.map((pool) => (pool.length > length ? [...pool.slice(0, length - 1), pool.at(-1)!] : pool)) // oxfmt-ignore
  const total = pools.reduce((product, pool) => product * pool.length, 1)
  const step = total <= most ? 1 : 618_033
  return Array.from({ length: Math.min(total, most) }, (_, n) => {
    let rest = (n * step) % total
    return pools.map((pool) => {
      const value = pool[rest % pool.length]!
      rest = Math.floor(rest / pool.length)
      return value
    })
  })
}
