import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeNotice } from '../../src/run/context/notice-text'
import type { Notice } from '../../src/run/context/events'
import { failureOf } from '../support/failure'
import { withMigrator } from '../support/migrator'

const tables = `SELECT string_agg(relname, ' ' ORDER BY relname) AS names FROM pg_class
  WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'migration_journal'`

test('a failing script leaves the database as the one before it left it', async () => {
  const files = {
    '1_a.sql': 'CREATE TABLE a ()',
    '2_b.sql': 'CREATE TABLE b ();\nINSERT INTO nowhere VALUES (1);',
    '3_c.sql': 'CREATE TABLE c ()',
  }
  await withMigrator(files, async ({ migrator, database }) => {
    const error = await failureOf(migrator.execute({ command: 'upgrade' }))

    assert.equal(error.code, 'SCRIPT_FAILED')
    assert.equal(error.sqlstate, '42P01')
    assert.deepEqual([error.line, error.column], [2, 13])
    assert.equal(error.excerpt, 'INSERT INTO nowhere VALUES (1);\n            ^')
    assert.deepEqual(
      error.results?.map((result) => {
        const { revision, outcome } = result as { revision: string; outcome: string }
        return `${revision} ${outcome}`
      }),
      ['1 success', '2 error'],
    )
    assert.deepEqual(await database.query(tables), [{ names: 'a' }])
    const rows = await database.query(
      "SELECT revision::int, outcome, error->>'sqlstate' AS sqlstate FROM migration_journal ORDER BY id",
    )
    assert.deepEqual(rows, [
      { revision: 1, outcome: 'success', sqlstate: null },
      { revision: 2, outcome: 'error', sqlstate: '42P01' },
    ])
  })
})

test("a syntax error in the middle of many scripts is that script's alone", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 60 }, (_, i) => [`${i + 1}_t.sql`, `CREATE TABLE t${i + 1} ();`]),
  )
  files['31_t.sql'] = 'CREATE TABLE ok ();\nCREATE TABEL 💥 "ä" ();'
  await withMigrator(files, async ({ migrator, database }) => {
    const error = await failureOf(migrator.execute({ command: 'upgrade' }))

    assert.equal(error.message, 'script 31_t: syntax error at or near "TABEL"')
    assert.deepEqual([error.line, error.column], [2, 8])
    const [row] = await database.query<{ n: number }>(
      "SELECT count(*)::int AS n FROM migration_journal WHERE outcome = 'success'",
    )
    assert.equal(row?.n, 30)
    assert.deepEqual(await database.query("SELECT to_regclass('ok') AS ok"), [{ ok: null }])
  })
})

test('a failure after SET TRANSACTION is shown at its own statement', async () => {
  const script = 'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;\nSELECT 1;\nSELECT 1 / 0;\n'
  await withMigrator({ '1_a.sql': script }, async ({ migrator }) => {
    const error = await failureOf(migrator.execute({ command: 'upgrade' }))

    assert.deepEqual([error.sqlstate, error.line, error.column], ['22012', 3, 1])
  })
})

test('data that a module copies and the server refuses is shown at its COPY', async () => {
  const files = {
    '1_a.sql': 'CREATE TABLE a (n int);\n\nCOPY a FROM stdin;\nx\n\\.\n',
    '1_a.ts':
      'export const upgrade = (_: unknown, context: { runSql(): Promise<void> }) => context.runSql()',
  }
  await withMigrator(files, async ({ migrator }) => {
    const error = await failureOf(migrator.execute({ command: 'upgrade' }))

    assert.deepEqual([error.sqlstate, error.file?.endsWith('1_a.sql')], ['22P02', true])
    assert.deepEqual([error.line, error.column], [3, 1])
  })
})

test('the caret stands under the fault, umlauts and emoji before it included', async () => {
  const files = { '1_a.sql': "-- grüße\nSELECT 'ä😀', nix;" }
  await withMigrator(files, async ({ migrator }) => {
    const error = await failureOf(migrator.execute({ command: 'upgrade' }))

    assert.deepEqual([error.line, error.column], [2, 14])
    assert.equal(error.excerpt, `SELECT 'ä😀', nix;\n${' '.repeat(14)}^`)
  })
})

test('an error inside a function shows its own line and inner query', async () => {
  const files = {
    '1_f.sql': `CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1;
  INSERT INTO gone VALUES (1);
END $$;
SELECT 1;
SELECT f();`,
  }
  await withMigrator(files, async ({ migrator }) => {
    const error = await failureOf(migrator.execute({ command: 'upgrade' }))

    assert.equal(error.line, 7)
    assert.match(error.detail ?? '', /PL\/pgSQL function f\(\) line 4 at SQL statement/)
    assert.match(error.detail ?? '', /in the query: INSERT INTO gone VALUES \(1\)\n +\^/)
  })
})

test('a run-time error without a position points at its statement', async () => {
  const files = { '1_a.sql': '-- one\nSELECT 1;\n-- two\nSELECT 1 / (SELECT 0);\nSELECT 3;' }
  await withMigrator(files, async ({ migrator }) => {
    const error = await failureOf(migrator.execute({ command: 'upgrade' }))

    assert.equal(error.line, 4)
    assert.equal(error.sqlstate, '22012')
  })
})

test('a deferred constraint that speaks at COMMIT fails its own script', async () => {
  const files = {
    '1_a.sql':
      'CREATE TABLE a (id int PRIMARY KEY, b int REFERENCES a DEFERRABLE INITIALLY DEFERRED)',
    '2_b.sql': 'INSERT INTO a VALUES (1, 2)',
    '3_c.sql': 'CREATE TABLE c ()',
  }
  await withMigrator(files, async ({ migrator, database }) => {
    const error = await failureOf(migrator.execute({ command: 'upgrade' }))

    assert.match(error.message, /^script 2_b: insert or update on table "a"/)
    assert.deepEqual(await database.query(tables), [{ names: 'a' }])
    assert.deepEqual(await database.query('SELECT * FROM a'), [])
  })
})

test('after the script is repaired, a rerun goes on with it', async () => {
  const files = { '1_a.sql': 'CREATE TABLE a ()', '2_b.sql': 'CREATE TABLE a ()' }
  await withMigrator(files, async ({ migrator, folder, another }) => {
    await failureOf(migrator.execute({ command: 'upgrade' }))
    const { writeFile } = await import('node:fs/promises')
    await writeFile(`${folder}/2_b.sql`, 'CREATE TABLE b ()')

    const { steps } = await (await another()).execute({ command: 'upgrade' })

    assert.deepEqual(
      steps.map(({ revision }) => revision),
      ['2'],
    )
  })
})

test('with transaction all, one failure undoes the run', async () => {
  const files = { '1_a.sql': 'CREATE TABLE a ()', '2_b.sql': 'SELECT 1;\nSELECT nix' }
  const flags = { transaction: 'all' }
  await withMigrator(
    files,
    async ({ migrator, database }) => {
      const error = await failureOf(migrator.execute({ command: 'upgrade' }))

      assert.equal(error.line, 2)
      assert.deepEqual(await database.query(tables), [{ names: null }])
      const rows = await database.query('SELECT revision::int, outcome FROM migration_journal')
      assert.deepEqual(rows, [{ revision: 2, outcome: 'error' }])
    },
    { flags },
  )
})

test('with transaction all, a script that cannot be in one is refused before anything ran', async () => {
  const files = {
    '1_a.sql': 'CREATE TABLE a (i int)',
    '2_b.sql': 'CREATE INDEX CONCURRENTLY i ON a (i)',
  }
  await withMigrator(
    files,
    async ({ migrator, database }) => {
      const error = await failureOf(migrator.execute({ command: 'upgrade' }))

      assert.equal(error.code, 'TRANSACTION_MODE')
      assert.deepEqual(await database.query(tables), [{ names: null }])
    },
    { flags: { transaction: 'all' } },
  )
})

test('a script outside a transaction goes on from the statement that failed', async () => {
  const files = {
    '1_a.sql': 'CREATE TABLE a (i int); INSERT INTO a VALUES (1), (1)',
    '2_b.sql':
      'CREATE INDEX CONCURRENTLY one ON a (i);\nCREATE UNIQUE INDEX CONCURRENTLY two ON a (i);',
  }
  await withMigrator(files, async ({ migrator, database, another }) => {
    const error = await failureOf(migrator.execute({ command: 'upgrade' }))
    assert.equal(error.sqlstate, '23505')
    assert.equal(error.line, 2)
    await database.query('DELETE FROM a')

    const { steps } = await (await another()).execute({ command: 'upgrade' })

    assert.deepEqual(
      steps.map(({ operation }) => operation),
      ['run_partial'],
    )
    const valid = await database.query(
      "SELECT indexrelid::regclass::text AS name, indisvalid FROM pg_index WHERE indrelid = 'a'::regclass ORDER BY 1",
    )
    assert.deepEqual(valid, [
      { name: 'one', indisvalid: true },
      { name: 'two', indisvalid: true },
    ])
  })
})

test('what was started outside a transaction is not run twice when its script no longer asks for that', async () => {
  const files = { '1_a.sql': 'CREATE TABLE a (i int);\nINSERT INTO a VALUES (1);\nVACUUM nowhere;' }
  await withMigrator(files, async ({ migrator, database, folder, another }) => {
    await failureOf(migrator.execute({ command: 'upgrade' }))
    const { writeFile } = await import('node:fs/promises')
    const start = 'CREATE TABLE a (i int);\nINSERT INTO a VALUES (1);\n'
    await writeFile(`${folder}/1_a.sql`, `${start}INSERT INTO a VALUES (2);`)

    const { steps } = await (await another()).execute({ command: 'upgrade' })

    assert.deepEqual(
      steps.map(({ operation }) => operation),
      ['run_partial'],
    )
    assert.deepEqual(await database.query('SELECT i FROM a'), [{ i: 1 }, { i: 2 }])
  })
})

test('a lock timeout is retried and names the blocker', async () => {
  const files = { '1_a.sql': 'CREATE TABLE a (i int)', '2_b.sql': 'ALTER TABLE a ADD b int' }
  const flags = { lock_timeout: '700ms' }
  await withMigrator(
    files,
    async ({ migrator, database }) => {
      await migrator.execute({ command: 'upgrade', target: '1' })
      const blocker = await database.client()
      await blocker.query("SET application_name = 'busy app'; BEGIN; LOCK TABLE a")
      const notices: string[] = []
      const named = /2_b: lock timeout, held by backend \d+ \(busy app\), idle in transaction/
      const notice = (one: Notice) => {
        const text = describeNotice(one)
        notices.push(text)
        if (named.test(text)) void blocker.query('ROLLBACK')
      }

      const { steps } = await migrator.execute({ command: 'upgrade' }, { observer: { notice } })

      assert.equal(steps.length, 1)
      assert.match(notices.join('\n'), named)
    },
    { flags },
  )
})

test('settings that a script leaves behind do not reach the next one', async () => {
  const files = {
    '1_a.sql': 'CREATE ROLE typetrek_leak NOLOGIN; GRANT typetrek_leak TO CURRENT_USER',
    '2_b.sql': "SET search_path = ''; SET lock_timeout = '1ms'; SET ROLE typetrek_leak",
    '3_c.sql':
      "CREATE TABLE c AS SELECT current_user::text AS who, current_setting('search_path') AS path, current_setting('lock_timeout') AS timeout",
    '4_d.sql': 'DROP ROLE typetrek_leak',
  }
  await withMigrator(files, async ({ migrator, database }) => {
    await migrator.execute({ command: 'upgrade' })

    assert.deepEqual(await database.query('SELECT * FROM c'), [
      { who: 'postgres', path: '"$user", public', timeout: '5s' },
    ])
  })
})

test('a password in an error never reaches the journal', async () => {
  const files = {
    '1_a.ts': "export async function upgrade() { throw new Error('cannot reach s3cret-word') }",
  }
  await withMigrator(files, async ({ migrator, database, folder }) => {
    const { migratorFor } = await import('../../src/setup.js')
    const settings = { ...migrator.settings, directory: folder, secrets: ['s3cret-word'] }
    const other = await migratorFor(await database.client(), settings)

    await failureOf(other.execute({ command: 'upgrade' }))
    await other.close()

    const rows = await database.query('SELECT error::text, trace FROM migration_journal')
    assert.equal(rows.length, 1)
    assert.doesNotMatch(JSON.stringify(rows), /s3cret/)
  })
})
