import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { describeNotice } from '../../src/run/context/notice-text'
import type { Notice } from '../../src/run/context/events'
import { failureOf } from '../support/failure'
import { withMigrator } from '../support/migrator'
import { untilBlocked } from '../support/until'
import { entriesOf } from './cut-off'

const outside = '-- migrate: no-transaction\n'
/** Ends its own connection the first time that it runs. */
const once = "SELECT CASE WHEN nextval('tries') = 1 THEN pg_terminate_backend(pg_backend_pid()) END"

test('a statement and its record are one transaction: cut off inside it, it runs again and once', async () => {
  const files = {
    '1_a.sql': 'CREATE TABLE t (x int); CREATE SEQUENCE tries',
    '2_b.sql': `${outside}INSERT INTO t VALUES (1);
WITH two AS (INSERT INTO t VALUES (2) RETURNING x) ${once} FROM two;
INSERT INTO t VALUES (3);`,
  }
  await withMigrator(files, async ({ migrator, database, another }) => {
    const error = await failureOf(migrator.execute({ command: 'upgrade' }))
    assert.equal(error.code, 'CONNECTION_LOST')
    assert.deepEqual(await entriesOf(database, 2), ['run running 1'])

    const { steps } = await (await another()).execute({ command: 'upgrade' })

    assert.deepEqual(
      steps.map(({ operation }) => operation),
      ['run_partial'],
    )
    const rows = await database.query('SELECT x FROM t')
    assert.deepEqual(
      rows.map(({ x }) => x as number),
      [1, 2, 3],
    )
    assert.deepEqual(await entriesOf(database, 2), ['run success 3'])
  })
})

test('COPY data and its record are one transaction too', async () => {
  const files = {
    '1_a.sql': 'CREATE TABLE t (x int)',
    '2_b.sql': `${outside}COPY t FROM stdin;\n1\n2\n\\.\nSELECT 1/(count(*) - 2) FROM t;\n`,
  }
  await withMigrator(files, async ({ migrator, database, folder, another }) => {
    assert.equal((await failureOf(migrator.execute({ command: 'upgrade' }))).sqlstate, '22012')
    assert.deepEqual(await entriesOf(database, 2), ['run error 1'])
    await writeFile(join(folder, '2_b.sql'), files['2_b.sql'].replace('- 2', '- 3'))

    await (await another()).execute({ command: 'upgrade' })

    assert.deepEqual(await database.query('SELECT count(*)::int AS n FROM t'), [{ n: 2 }])
  })
})

test('a script that goes on finds the settings that its statements done had made', async () => {
  const files = {
    '1_a.sql': 'CREATE SCHEMA app; CREATE SEQUENCE tries',
    '2_b.sql': `${outside}SET search_path = app, public; SET LOCAL work_mem = '1MB'; RESET work_mem; SET ROLE pg_monitor; RESET ROLE;
${once};
CREATE TABLE t (x int);
CREATE INDEX CONCURRENTLY i ON t (x)`,
  }
  await withMigrator(files, async ({ migrator, database, another }) => {
    await failureOf(migrator.execute({ command: 'upgrade' }))

    await (await another()).execute({ command: 'upgrade' })

    assert.deepEqual(
      await database.query(
        "SELECT to_regclass('app.t')::text AS t, to_regclass('app.i')::text AS i",
      ),
      [{ t: 'app.t', i: 'app.i' }],
    )
  })
})

const committing = [
  ['a procedure that commits', 'CALL p()'],
  [
    'a block that commits',
    'DO $$ BEGIN INSERT INTO t VALUES (1); COMMIT; INSERT INTO t VALUES (2); END $$',
  ],
] as const

for (const [rule, statement] of committing) {
  test(`${rule} runs outside a transaction`, async () => {
    const files = {
      '1_a.sql': `CREATE TABLE t (x int);
CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (1); COMMIT; INSERT INTO t VALUES (2); END $$`,
      '2_b.sql': `${outside}${statement};\nINSERT INTO t VALUES (3)`,
    }
    await withMigrator(files, async ({ migrator, database }) => {
      await migrator.execute({ command: 'upgrade' })

      const rows = await database.query('SELECT x FROM t ORDER BY x')
      assert.deepEqual(
        rows.map(({ x }) => x as number),
        [1, 2, 3],
      )
      assert.deepEqual(await entriesOf(database, 2), ['run success 2'])
    })
  })
}

test('a failing statement is shown at its place, whatever we send around it', async () => {
  const files = {
    '1_a.sql': `${outside}SELECT '😀';\n\n  SELECT '😀', nix FROM pg_class;\nSELECT 3`,
  }
  await withMigrator(files, async ({ migrator }) => {
    const { line, column, excerpt } = await failureOf(migrator.execute({ command: 'upgrade' }))

    assert.deepEqual([line, column], [4, 15])
    assert.match(excerpt ?? '', /nix FROM/)
  })
})

test('a statement that fails to parse at its end is shown inside it', async () => {
  const files = { '1_a.sql': `${outside}SELECT 1;\nCREATE TABLE;\nSELECT 3` }
  await withMigrator(files, async ({ migrator }) => {
    const { line } = await failureOf(migrator.execute({ command: 'upgrade' }))
    assert.equal(line, 3)
  })
})

test('a statement whose claim somebody has taken over meanwhile is rolled back', async () => {
  const files = {
    '1_a.sql': 'CREATE TABLE t (x int)',
    '2_b.sql': `${outside}WITH w AS (SELECT pg_advisory_xact_lock(7)) INSERT INTO t SELECT nextval('s') FROM w`,
  }
  await withMigrator(files, async ({ migrator, database }) => {
    await migrator.execute({ command: 'upgrade', target: '1' })
    const blocker = await database.client()
    await blocker.query('CREATE SEQUENCE s; SELECT pg_advisory_lock(7)')
    const run = failureOf(migrator.execute({ command: 'upgrade' }))
    await untilBlocked(database)
    await database.query("UPDATE migration_journal SET run_id = 'other' WHERE outcome = 'running'")
    await blocker.query('SELECT pg_advisory_unlock(7)')

    assert.equal((await run).code, 'CLAIM_REFUSED')
    assert.deepEqual(await database.query('SELECT x FROM t'), [])
    assert.deepEqual(await entriesOf(database, 2), ['run running 0'])
  })
})

test('what PostgreSQL refuses in a transaction for a reason that the text does not show runs outside one', async () => {
  const files = {
    '1_a.sql':
      'CREATE TABLE p (x int) PARTITION BY LIST (x); CREATE TABLE c PARTITION OF p DEFAULT; CREATE INDEX i ON p (x)',
    '2_b.sql': `${outside}REINDEX TABLE p;\nREINDEX INDEX i`,
  }
  await withMigrator(files, async ({ migrator, database }) => {
    await migrator.execute({ command: 'upgrade' })

    assert.deepEqual(await entriesOf(database, 2), ['run success 2'])
  })
})

test('a statement that only waits for a lock is tried again', async () => {
  const files = {
    '1_a.sql': 'CREATE TABLE t (x int)',
    '2_b.sql': `${outside}-- migrate: lock_timeout = 50ms\nALTER TABLE t ADD y int`,
  }
  await withMigrator(files, async ({ migrator, database }) => {
    await migrator.execute({ command: 'upgrade', target: '1' })
    const reader = await database.client()
    await reader.query('BEGIN; SELECT * FROM t')
    const notice = (one: Notice) => {
      const text = describeNotice(one)
      if (text.includes('lock timeout')) void reader.query('COMMIT')
    }
    await migrator.execute({ command: 'upgrade' }, { observer: { notice } })

    assert.deepEqual(await entriesOf(database, 2), ['run success 1'])
  })
})
