import { type Pool } from 'pg'
import { fittingTables } from '../../src/sample-rows/compatible'
import { fillTables, type Unfilled } from '../../src/sample-rows/fill'
import { type TableFacts, readTables } from '../../src/sample-rows/tables/tables'
import { withDatabase } from '../support/database'
import { testPool } from '../support/pool'

/** Fills `before` with rows that fit `after`; tells how many of those of table t the latter accepts. */
export async function compatibleRows(
  before: string,
  after: string,
): Promise<{ unfilled: Unfilled[]; count: number; accepted: number }> {
  let result: Awaited<ReturnType<typeof fillAndCount>> | undefined
  await withDatabase((one) =>
    withDatabase(async (other) => {
      await one.query(before)
      await other.query(after)
      const pools = [testPool(one.connection), testPool(other.connection)] as const
      for (const pool of pools) pool.on('error', () => undefined)
      try {
        result = await fillAndCount(...pools)
      } finally {
        await Promise.all(pools.map((pool) => pool.end()))
      }
    }),
  )
  if (!result) throw new Error('nothing was filled')
  return result
}

async function fillAndCount(one: Pool, other: Pool) {
  const fitting = fittingTables(await readTables(one), await readTables(other))
  const sides = new Map(fitting.map(({ table, now }) => [table, now && { ...now, pool: other }]))
  const tables = fitting.map(({ table }) => table)
  const unfilled = await fillTables(one, tables, {
    target: (table: TableFacts) => sides.get(table),
  })
  const filled = tables.find(({ table }) => table === 't')
  if (!filled) return { unfilled, count: 0, accepted: 0 }
  const names = filled.columns.filter(({ own }) => !own).map(({ name }) => name)
  const { rows } = await one.query<Record<string, string>>(
    `SELECT ${names.map((name) => `${name}::text`).join(', ')} FROM t`,
  )
  let accepted = 0
  for (const row of rows) {
    const places = names.map((_, at) => `$${at + 1}`).join(', ')
    const values = names.map((name) => row[name])
    await other.query(`INSERT INTO t (${names.join(', ')}) VALUES (${places})`, values).then(
      () => accepted++,
      () => undefined,
    )
  }
  return { unfilled, count: rows.length, accepted }
}
