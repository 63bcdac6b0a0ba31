import type { Pool } from 'pg'
import { quoteIdentifier, quoteLiteral } from '../../database/sql/quote'
import { typeSql } from './row-values'
import type { ColumnFacts } from '../tables/tables'

/** Values of some columns of a row, as texts. */
export type Tuple = readonly (string | null)[]

/** Conditions, and the values that are tried on them. */
export interface Trial {
  /** The relation that the conditions name where they name one. */
  relation: string
  /** Those that have the values of the tuples, in their order. */
  columns: readonly ColumnFacts[]
  /** Columns that follow from the others, and how. */
  derived: readonly { name: string; expression: string }[]
  /** Boolean SQL; NULL counts as true, as in a check. */
  conditions: readonly string[]
  tuples: readonly Tuple[]
}

/** Milliseconds for the tuples of one trial: a condition may call a function that takes its time. */
const patience = 5000

/**
 * Asks the database which tuples satisfy all conditions. Whatever raises an error, such as a value that
 * the type or its domain refuses, does not satisfy them. Leaves nothing behind.
 */
export async function satisfying(pool: Pool, trials: readonly Trial[]): Promise<Tuple[][]> {
  if (trials.length === 0) return []
  try {
    return await together(pool, trials)
  } catch (error) {
    if (!(error instanceof Error && 'severity' in error)) throw error
    if (trials.length === 1) return [[]]
    const each: Tuple[][] = []
    for (const trial of trials) each.push(...(await satisfying(pool, [trial])))
    return each
  }
}

async function together(pool: Pool, trials: readonly Trial[]): Promise<Tuple[][]> {
  const statements = trials.flatMap((trial, at) => [functionOf(trial, at), queryOf(trial, at)])
  const limit = `SET LOCAL statement_timeout = ${patience}`
  const text = ['BEGIN', limit, ...statements, 'ROLLBACK'].join(';\n')
  const results = (await pool.query({ text, rowMode: 'array' })) as unknown as {
    rows: [number][]
  }[]
  return trials.map(({ tuples }, at) => (results[2 * at + 3]?.rows ?? []).map(([n]) => tuples[n]!))
}

/** A block with an exception handler is the only way to go on after a condition has raised one. */
function functionOf({ relation, columns, derived, conditions }: Trial, at: number): string {
  const values = columns.map(
    (column, n) => `v[${n + 1}]::${typeSql(column)} AS ${quoteIdentifier(column.name)}`,
  )
  const more = derived.map(({ name, expression }) => `${expression} AS ${quoteIdentifier(name)}`)
  const source = `(SELECT ${values.join(', ')}) AS ${quoteIdentifier(relation)}`
  const whole =
    more.length === 0
      ? source
      : `(SELECT *, ${more.join(', ')} FROM ${source}) AS ${quoteIdentifier(relation)}`
  const all = conditions.map((one) => `(${one}) IS NOT FALSE`)
  const body = `BEGIN RETURN (SELECT ${['true', ...all].join(' AND ')} FROM ${whole} OFFSET 0);
    EXCEPTION WHEN OTHERS THEN RETURN false; END`
  return `CREATE FUNCTION pg_temp.typetrek_fits_${at}(v pg_catalog.text[]) RETURNS boolean LANGUAGE plpgsql AS ${quoteLiteral(body)}`
}

function queryOf({ tuples, columns }: Trial, at: number): string {
  const rows = tuples.map((tuple, n) => `(${n}, ARRAY[${tuple.map(quoteLiteral).join(', ')}]::pg_catalog.text[])`) // oxfmt-ignore
  if (tuples.length === 0 || columns.length === 0) return 'SELECT 0 WHERE false'
  return `SELECT t.n FROM (VALUES ${rows.join(', ')}) AS t (n, v) WHERE pg_temp.typetrek_fits_${at}(t.v) ORDER BY t.n`
}
