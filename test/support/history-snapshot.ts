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

const ours = `NOT IN ('pg_catalog', 'information_schema', 'pg_toast')`

/** Quicker than pg_dump, for a small catalog: what is there but the journal and what is called `other_…`. */
export async function catalogLines(database: TestDatabase): Promise<string[]> {
  const rows = await database.query<{ line: string }>(`
    WITH relation AS (
      SELECT c.* FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
       WHERE nspname ${ours} AND relpersistence = 'p' AND relname !~ '^(other_|migration_journal)')
    SELECT concat_ws(' ', relkind, oid::regclass, relowner::regrole, relacl, relrowsecurity, obj_description(oid)) AS line FROM relation
    UNION ALL SELECT concat_ws(' ', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull,
        pg_get_expr(adbin, adrelid), col_description(attrelid, attnum))
      FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
     WHERE attnum > 0 AND NOT attisdropped AND attrelid IN (SELECT oid FROM relation)
    UNION ALL SELECT pg_get_indexdef(oid) FROM relation WHERE relkind = 'i'
    UNION ALL SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid IN (SELECT oid FROM relation)
    UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN (SELECT oid FROM relation)
    UNION ALL SELECT pg_get_ruledef(oid) FROM pg_rewrite WHERE ev_class IN (SELECT oid FROM relation)
    UNION ALL SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname ${ours}
    UNION ALL SELECT concat_ws(' ', enumtypid::regtype, enumlabel, rank() OVER (PARTITION BY enumtypid ORDER BY enumsortorder)) FROM pg_enum
    UNION ALL SELECT concat_ws(' ', nspname, nspowner::regrole) FROM pg_namespace WHERE nspname ${ours} AND nspname !~ '^pg_'
    ORDER BY 1`)
  return rows.map(({ line }) => line)
}

/** The same with the rows and where the sequences stand. */
export async function fingerprint(database: TestDatabase): Promise<string[]> {
  const held = (await contents(database)).filter((line) => !line.startsWith('other_'))
  return [...(await catalogLines(database)), ...held]
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
