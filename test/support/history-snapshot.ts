import type { TestDatabase } from './database'
import { pgDump } from './pg-dump'

/** What a database holds, the journal aside: its catalog as pg_dump tells it, and its rows. */
export interface Snapshot {
  schema: string
  /** `name: rows, hash` of each table, and where each sequence stands, sorted. */
  contents: readonly string[]
}

/** @param without further arguments of pg_dump, such as `--exclude-table=other_*` */
export async function snapshot(
  database: TestDatabase,
  without: readonly string[] = [],
): Promise<Snapshot> {
  const schema = await pgDump(database.connection, [
    '--exclude-table=migration_journal',
    ...without,
  ])
  return { schema, contents: await contents(database) }
}

async function contents(database: TestDatabase): Promise<string[]> {
  const client = await database.client()
  const { rows: relations } = await client.query<{ name: string }>(`
    SELECT oid::regclass::text AS name FROM pg_class
     WHERE relkind IN ('r', 'm') AND relname <> 'migration_journal' AND relpersistence = 'p'
       AND relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname IN ('pg_catalog', 'information_schema', 'pg_toast'))
     ORDER BY 1`)
  const lines: string[] = []
  for (const { name } of relations) {
    const { rows } = await client.query<{ line: string }>(
      `SELECT count(*) || ' rows, ' || coalesce(md5(string_agg(row::text, chr(10) ORDER BY row::text)), '') AS line FROM ${name} row`,
    )
    lines.push(`${name}: ${rows[0]?.line}`)
  }
  const { rows: sequences } = await client.query<{ line: string }>(`
    SELECT format('%I.%I: %s', schemaname, sequencename, last_value) AS line FROM pg_sequences
     WHERE sequencename NOT LIKE 'migration_journal%' ORDER BY 1`)
  await client.end()
  return [...lines, ...sequences.map(({ line }) => line)]
}

/** Like assert.deepEqual, but says which lines differ and not the thousands that do not. */
export function assertSame(actual: Snapshot, expected: Snapshot): void {
  assertSameLines(actual.schema.split('\n'), expected.schema.split('\n'))
  assertSameLines(actual.contents, expected.contents)
}

function assertSameLines(actual: readonly string[], expected: readonly string[]): void {
  const at = actual.findIndex((line, index) => line !== expected[index])
  if (at < 0 && actual.length === expected.length) return
  const from = Math.max(0, (at < 0 ? actual.length : at) - 5)
  const some = (lines: readonly string[]) => lines.slice(from, from + 12).join('\n')
  throw new Error(
    `differs from line ${from + 1}\n--- is\n${some(actual)}\n--- should be\n${some(expected)}`,
  )
}
