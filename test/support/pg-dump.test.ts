import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withDatabase } from './database'
import { normalise, pgDump } from './pg-dump'

for (const major of [14, 15, 16, 17, 18]) {
  test(`pg_dump describes a database of PostgreSQL ${major}`, async () => {
    await withDatabase(
      async (database) => {
        await database.query(`
          CREATE TYPE mood AS ENUM ('glad', 'größer');
          CREATE TABLE person (id integer PRIMARY KEY, mood mood NOT NULL DEFAULT 'glad')`)

        const dump = await pgDump(database.connection)

        assert.match(dump, /CREATE TYPE public.mood AS ENUM \(\n    'glad',\n    'größer'\n\);\n/)
        assert.match(dump, /mood public.mood DEFAULT 'glad'::public.mood NOT NULL\n/)
        assert.match(dump, /ADD CONSTRAINT person_pkey PRIMARY KEY \(id\);\n/)
        assert.doesNotMatch(dump, /^(--|SET |\\restrict|\n)/m)
      },
      { major },
    )
  })
}

test('pg_dump takes further arguments and survives many large answers', async () => {
  await withDatabase(async (database) => {
    await database.query(`DO $$ BEGIN FOR n IN 1..300 LOOP
      EXECUTE format('CREATE TABLE %I (id integer, body text DEFAULT %L)', 't' || n, repeat('x', 2000));
    END LOOP; END $$`)

    const dump = await pgDump(database.connection, ['--no-owner', '--exclude-table=t300'])

    assert.equal(dump.match(/^CREATE TABLE/gm)?.length, 299)
    assert.doesNotMatch(dump, /OWNER/)
  })
})

test("pg_dump's refusal is told in its own words", async () => {
  await withDatabase(async ({ connection }) => {
    await assert.rejects(
      pgDump({ ...connection, database: 'nowhere' }),
      /database "nowhere" does not exist/,
    )
  })
})

test('a server that is not there is an error', async () => {
  await assert.rejects(
    pgDump({ host: '/nonexistent', port: 5432, user: 'postgres', database: 'postgres' }),
    /ENOENT/,
  )
})

test('two dumps are alike but for comments, settings and restrict lines', () => {
  const dump = '--\n-- x\n--\n\n\\restrict abc\n\nSET row_security = off;\nCREATE TABLE t ();\n'

  assert.equal(normalise(dump), 'CREATE TABLE t ();\n')
})
