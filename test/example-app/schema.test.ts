import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DataSource } from 'typeorm'
import { withDatabase, type TestDatabase } from '../support/database'
import { pgDump } from '../support/pg-dump'
import { loadSchema, withEntities } from './example-database'

/** The canonical schema beside what `synchronize` makes of the entities, on the oldest and newest server. */
async function withBoth(
  major: number,
  work: (canonical: TestDatabase, fromEntities: TestDatabase) => Promise<void>,
): Promise<void> {
  await withDatabase(
    async (canonical) => {
      await withDatabase(
        async (fromEntities) => {
          await loadSchema(canonical)
          await withEntities(fromEntities, (dataSource) => dataSource.synchronize())
          await work(canonical, fromEntities)
        },
        { major },
      )
    },
    { major },
  )
}

for (const major of [14, 18]) {
  test(`the entities make the canonical schema but for what no decorator can say, PostgreSQL ${major}`, async () => {
    await withBoth(major, async (canonical, fromEntities) => {
      await fromEntities.query('DROP TABLE typeorm_metadata')
      await canonical.query('DROP FUNCTION audit_ticket() CASCADE')

      const expected = await linesOf(canonical)
      const made = await linesOf(fromEntities)

      assert.deepEqual(without(made, expected), [])
      assert.deepEqual(without(expected, made), [
        "COMMENT ON VIEW public.open_ticket IS 'Every ticket that is not closed, with the names that a list shows';",
        'CREATE UNIQUE INDEX customer_email_idx ON public.customer USING btree (lower((email)::text));',
      ])
    })
  })

  test(`TypeORM sees nothing to change in the canonical schema, PostgreSQL ${major}`, async () => {
    await withBoth(major, async (canonical, fromEntities) => {
      await copyTypeormMetadata(fromEntities, canonical)

      const changes = await withEntities(canonical, changesSeen)

      assert.deepEqual(changes, [])
    })
  })
}

test('TypeORM sees a column that the canonical schema lacks', async () => {
  await withBoth(18, async (canonical, fromEntities) => {
    await copyTypeormMetadata(fromEntities, canonical)
    await canonical.query('ALTER TABLE tag DROP COLUMN color')

    const changes = await withEntities(canonical, changesSeen)

    assert.deepEqual(changes, ['ALTER TABLE "tag" ADD "color" character(7)'])
  })
})

async function changesSeen(dataSource: DataSource): Promise<string[]> {
  const { upQueries } = await dataSource.driver.createSchemaBuilder().log()
  return upQueries.map(({ query }) => query)
}

/**
 * TypeORM remembers the texts of views and generated columns in a table of its own and cannot
 * compare without it; the first test shows that the texts mean the same to PostgreSQL.
 */
async function copyTypeormMetadata(from: TestDatabase, to: TestDatabase): Promise<void> {
  await to.query(`CREATE TABLE typeorm_metadata (
    type varchar NOT NULL, database varchar, schema varchar, "table" varchar, name varchar, value text
  )`)
  const rows = await from.query<{ database: string | null }>('SELECT * FROM typeorm_metadata')
  assert.equal(rows.length, 2)
  const moved = rows.map((row) => ({ ...row, database: row.database && to.name }))
  await to.query(
    'INSERT INTO typeorm_metadata SELECT * FROM json_populate_recordset(NULL::typeorm_metadata, $1)',
    [JSON.stringify(moved)],
  )
}

/** The dump's lines in alphabetical order: TypeORM puts columns in an order of its own. */
async function linesOf(database: TestDatabase): Promise<string[]> {
  const dump = await pgDump(database.connection)
  return dump
    .split('\n')
    .map((line) => line.replace(/,$/, ''))
    .toSorted()
}

/** The lines of the first list that the second has not, as often as it has them too few times. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others]
  return lines.filter((line) => {
    const at = left.indexOf(line)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}
