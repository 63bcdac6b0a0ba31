import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeNotice } from '../../src/run/context/notice-text'
import { withDatabase } from '../support/database'
import { failureOf } from '../support/failure'
import { historyOf, peculiarities } from '../support/history'
import type { Chapter } from '../support/history-chapter'
import { fingerprint } from '../support/history-snapshot'
import { Random } from '../support/history-random'
import { type MigratorOptions, withMigrator } from '../support/migrator'
import { withRole } from '../support/history-role'
import { few } from '../support/scope'

/** What each of the others finds: nothing may leak into them. */
const session = [
  'current_user::text AS who',
  'session_user::text AS logged_in',
  ...[
    'search_path',
    'lock_timeout',
    'statement_timeout',
    'standard_conforming_strings',
    'default_transaction_read_only',
    'client_min_messages',
  ].map((name) => `current_setting('${name}') AS ${name}`),
]

function other(n: number): Chapter {
  return {
    title: `other_${n}`,
    up: `CREATE TABLE other_${n} AS SELECT ${session.join(', ')}`,
    down: `DROP TABLE other_${n}`,
  }
}

/** Runs chapters up, looks, runs them down, and sees that nothing is left. */
async function resultOf(chapters: readonly Chapter[], options: MigratorOptions = {}) {
  const { files } = historyOf(chapters, new Random(7))
  let result: string[] = []
  const sessions = new Set<string>()
  await withMigrator(
    files,
    async ({ migrator, database, another }) => {
      const empty = await fingerprint(database)
      await migrator.execute({ command: 'upgrade' })
      result = await fingerprint(database)
      for (const { title } of chapters.filter((one) => one.title.startsWith('other_')))
        sessions.add(JSON.stringify(await database.query(`SELECT * FROM ${title}`)))
      await (await another()).execute({ command: 'downgrade', target: '0' })
      assert.deepEqual(await fingerprint(database), empty)
    },
    options,
  )
  return { result, sessions }
}

const count = few(14, 50)

for (const [index, [what, tell]] of Object.entries(peculiarities).entries())
  test(`${what}: alone or in the middle of ${count} others, it does the same`, async () => {
    await withRole(18, async (role) => {
      const chapters = tell({ name: `p${index}`, variant: index, role })
      const others = Array.from({ length: count }, (_, n) => other(n))
      const [alone, among] = await Promise.all([
        resultOf(chapters),
        resultOf([...others.slice(0, count / 2), ...chapters, ...others.slice(count / 2)]),
      ])

      assert.deepEqual(among.result, alone.result)
      assert.equal(among.sessions.size, 1)
    })
  })

test('a DO block that commits without the header fails with a hint at it', async () => {
  const files = { '1_a.sql': 'CREATE TABLE a ();\nDO $$ BEGIN COMMIT; END $$;' }
  await withMigrator(files, async ({ migrator, database }) => {
    const error = await failureOf(migrator.execute({ command: 'upgrade' }))

    assert.equal(error.sqlstate, '2D000')
    assert.match(error.hint ?? '', /put "-- migrate: no-transaction" at the top of the script/)
    assert.equal(error.line, 2)
    assert.deepEqual(await database.query("SELECT to_regclass('a') AS a"), [{ a: null }])
  })
})

for (const major of [14, 18])
  test(`an enum value used in the transaction that adds it is refused with a hint on PostgreSQL ${major}`, async () => {
    const files = {
      '1_a.sql': "CREATE TYPE e AS ENUM ('one'); CREATE TABLE a (e e)",
      '2_b.sql': "ALTER TYPE e ADD VALUE 'two';\nINSERT INTO a VALUES ('two');",
    }
    await withMigrator(
      files,
      async ({ migrator, database }) => {
        const error = await failureOf(migrator.execute({ command: 'upgrade' }))

        assert.equal(error.sqlstate, '55P04')
        assert.match(error.hint ?? '', /\.$/)
        assert.match(error.hint ?? '', /script of its own/)
        assert.equal(error.line, 2)
        const labels = await database.query('SELECT enumlabel FROM pg_enum')
        assert.deepEqual(labels, [{ enumlabel: 'one' }])
      },
      { major },
    )
  })

test('an enum value may be used where its type is made in the same script, from PostgreSQL 17 on', async () => {
  const files = {
    '1_a.sql': `CREATE TYPE e AS ENUM ('one'); ALTER TYPE e ADD VALUE 'two';
CREATE TABLE a (e e DEFAULT 'two'); INSERT INTO a DEFAULT VALUES`,
  }
  await withMigrator(files, async ({ migrator, database }) => {
    await migrator.execute({ command: 'upgrade' })
    assert.deepEqual(await database.query('SELECT e::text FROM a'), [{ e: 'two' }])
  })
  await withMigrator(
    files,
    async ({ migrator, database }) => {
      const error = await failureOf(migrator.execute({ command: 'upgrade' }))
      assert.equal(error.sqlstate, '55P04')
      assert.deepEqual(await database.query("SELECT to_regtype('e') AS e"), [{ e: null }])
    },
    { major: 14 },
  )
})

test('a script that rolls back at the top level runs by itself, and is recorded as what it did', async () => {
  const files = {
    '1_a.sql': 'CREATE TABLE a ()',
    '2_b.sql': 'CREATE TABLE b ();\nBEGIN;\nCREATE TABLE c ();\nROLLBACK;\nCREATE TABLE d ();',
    '3_e.sql': 'CREATE TABLE e ()',
  }
  await withMigrator(files, async ({ migrator, database, another }) => {
    const notices: string[] = []
    await migrator.execute(
      { command: 'upgrade' },
      { observer: { notice: (one) => notices.push(describeNotice(one)) } },
    )

    assert.match(notices.join('\n'), /2_b has its own BEGIN and COMMIT in the middle/)
    const [names] = await database.query(
      "SELECT string_agg(relname, ' ' ORDER BY relname) AS names FROM pg_class WHERE relname ~ '^[a-e]$'",
    )
    assert.deepEqual(names, { names: 'a b d e' })
    const entries = await database.query(
      'SELECT revision::int, outcome, statements_done FROM migration_journal ORDER BY id',
    )
    assert.deepEqual(
      entries.map(({ revision, outcome }) => `${revision} ${outcome}`),
      ['1 success', '2 success', '3 success'],
    )
    assert.deepEqual((await (await another()).execute({ command: 'upgrade' })).steps, [])
  })
})

test('a ROLLBACK without a BEGIN cannot take the record of its script away', async () => {
  const files = { '1_a.sql': 'CREATE TABLE a ();\nROLLBACK;\nCREATE TABLE nowhere.b ();' }
  await withMigrator(files, async ({ migrator, database }) => {
    const error = await failureOf(migrator.execute({ command: 'upgrade' }))

    assert.equal(error.line, 3)
    const entries = await database.query(
      'SELECT outcome, statements_done FROM migration_journal ORDER BY id',
    )
    assert.deepEqual(entries, [{ outcome: 'error', statements_done: 2 }])
  })
})

test('half a million rows that a script selects are not kept', async () => {
  const files = { '1_a.sql': "SELECT n, repeat('x', 200) FROM generate_series(1, 500000) n;" }
  await withMigrator(files, async ({ migrator }) => {
    const before = process.memoryUsage().rss
    let most = before
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 5)
    await migrator.execute({ command: 'upgrade' })
    clearInterval(watch)

    const mebibytes = (most - before) / 1024 / 1024
    assert.ok(mebibytes < 100, `grew by ${mebibytes.toFixed()} MiB`)
  })
})

test('COPY takes CSV with line ends in its quotes', async () => {
  const files = {
    '1_a.sql': `CREATE TABLE a (x text, y text);
COPY a FROM STDIN WITH (FORMAT csv, HEADER);
x,y
"one
; two",'three'
\\.
INSERT INTO a VALUES ('last', ';')`,
  }
  for (const major of [14, 18])
    await withMigrator(
      files,
      async ({ migrator, database }) => {
        await migrator.execute({ command: 'upgrade' })
        assert.deepEqual(await database.query('SELECT * FROM a'), [
          { x: 'one\n; two', y: "'three'" },
          { x: 'last', y: ';' },
        ])
      },
      { major },
    )
})

test('with transaction none, a script keeps its own BEGIN and COMMIT', async () => {
  const files = { '1_a.sql': 'BEGIN;\nCREATE TABLE a ();\nLOCK TABLE a;\nSELECT nix;\nCOMMIT;' }
  await withMigrator(
    files,
    async ({ migrator, database }) => {
      const error = await failureOf(migrator.execute({ command: 'upgrade' }))

      assert.equal(error.line, 4)
      assert.deepEqual(await database.query("SELECT to_regclass('a') AS a"), [{ a: null }])
    },
    { flags: { transaction: 'none' } },
  )
})

test("what an application's connection holds besides settings stays after its scripts", async () => {
  await withDatabase(async (database) => {
    const { migratorFor } = await import('../../src/setup.js')
    const { settingsFor } = await import('../../src/settings/library.js')
    const { withFolder } = await import('../support/folder.js')
    const client = await database.client()
    await client.query('CREATE TEMP TABLE mine (id int); PREPARE mine AS SELECT 1')
    const files = { '1_a.sql': 'CREATE TABLE a ()', '2_b.sql': '-- prepare\nCREATE TABLE b ()' }
    await withFolder(files, async (folder) => {
      const migrator = await migratorFor(client, await settingsFor(folder))
      await migrator.execute({ command: 'upgrade' })
      await migrator.close()

      await client.query('SELECT * FROM mine; EXECUTE mine')
    })
  })
})
