import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { addScript } from '../../src/add-script/add-script'
import type { Migrator } from '../../src/migrator/migrator-type'
import { openMigrator } from '../../src/migrator/pick-migrator'
import { settingsFor } from '../../src/settings/library'
import { withDatabase } from '../support/database'
import { failureOf } from '../support/failure'
import { withFolder } from '../support/folder'

const before = `CREATE TABLE team (id int PRIMARY KEY, name text);
  CREATE TABLE member (id int PRIMARY KEY, team int, age int);`
const target = `CREATE TABLE team (id int PRIMARY KEY, name text, CONSTRAINT team_name_key UNIQUE (name));
  CREATE TABLE member (id int PRIMARY KEY, team int CONSTRAINT member_team_fkey REFERENCES team, age int NOT NULL,
    key uuid NOT NULL DEFAULT gen_random_uuid());`

test('the scripts of one online change are proven in order and back, and so they run', () =>
  withDatabase((database) =>
    withFolder({ 'migration/1_before.sql': before, 'schema.sql': target }, async (folder) => {
      const settings = await settingsFor(join(folder, 'migration'), database.url)
      const address = { kind: 'postgres' as const, connection: database.connection }
      const own = {
        ...settings,
        vcs: 'none' as const,
        schema: join(folder, 'schema.sql'),
        scratch: { ...settings.scratch, address },
      }
      await migrated(own, (migrator) => migrator.execute({ command: 'upgrade' }, {}))
      await database.query(`INSERT INTO team VALUES (1, 'a'), (2, 'b');
        INSERT INTO member VALUES (1, 1, NULL), (2, NULL, 7)`)
      const backfills = [{ table: 'member', column: 'age', expression: '0' }]

      const report = await addScript(own, {
        title: 'more',
        from: 'schema',
        onlineRows: 500,
        answers: { online: true, backfills },
      })

      assert.deepEqual(
        report.scripts.map(({ title }) => title),
        [
          'more',
          'more_backfill',
          'more_concurrently',
          'more_validate',
          'more_required',
          'more_constraints',
          'more_validate_keys',
        ],
      )
      assert.equal(report.proven, true)
      const measured = report.scripts.flatMap(
        ({ files }) =>
          /^-- Measured with 500 rows in (.*?),? read/m.exec(files[0]?.text ?? '') ?? [],
      )
      assert.equal(measured.length, 2 * report.scripts.length, report.notes.join())
      assert.match(measured[1] ?? '', /team/)
      await migrated(own, (migrator) => migrator.execute({ command: 'upgrade' }, {}))
      const rows = 'SELECT id, team, age FROM member ORDER BY id'
      assert.deepEqual(await database.query(rows), [
        { id: 1, team: 1, age: 0 },
        { id: 2, team: null, age: 7 },
      ])
      for (const { revision } of report.scripts.toReversed()) {
        const { steps } = await migrated(own, (migrator) =>
          migrator.execute({ command: 'downgrade' }, {}),
        )
        assert.deepEqual(
          steps.map((step) => [step.revision, step.outcome]),
          [[revision, 'success']],
        )
      }
      const again = await addScript(own, {
        title: 'again',
        from: 'schema',
        dryRun: true,
        verify: false,
        answers: { online: true, backfills },
      }).catch((error: { code: string }) => error.code)
      assert.equal(again, 'PENDING')
    }),
  ))

test('a backfill that was stopped keeps what it has done and goes on with the rest', () =>
  withDatabase(async (database) => {
    await database.query(
      'CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t SELECT n FROM generate_series(1, 5) n',
    )
    const block = `-- migrate: no-transaction
DO $$
-- migrate: repeatable
DECLARE n int;
BEGIN
  FOR n IN SELECT id FROM t WHERE a IS NULL ORDER BY id LOOP
    IF n = 4 AND to_regclass('go_on') IS NULL THEN RAISE 'stopped'; END IF;
    UPDATE t SET a = txid_current() % 1000000 WHERE id = n;
    COMMIT;
  END LOOP;
END $$;
CREATE TABLE done ();`
    await withFolder({ '1_fill.sql': block }, async (folder) => {
      const settings = await settingsFor(folder, database.url)
      const upgrade = (migrator: Migrator) => migrator.execute({ command: 'upgrade' }, {})
      const refused = await failureOf(migrated(settings, upgrade))
      assert.match(refused.message, /stopped/)
      const filled = 'SELECT id FROM t WHERE a IS NOT NULL ORDER BY id'
      assert.equal((await database.query(filled)).length, 3)
      const first = await database.query('SELECT id, a FROM t WHERE id < 4')

      await database.query('CREATE TABLE go_on ()')
      await migrated(settings, upgrade)

      assert.equal((await database.query(filled)).length, 5)
      assert.deepEqual(await database.query('SELECT id, a FROM t WHERE id < 4'), first)
      assert.deepEqual(await database.query("SELECT to_regclass('done') IS NOT NULL AS done"), [
        { done: true },
      ])
    })
  }))

async function migrated<Result>(
  settings: Parameters<typeof openMigrator>[0],
  work: (migrator: Migrator) => Promise<Result>,
): Promise<Result> {
  const migrator = await openMigrator(settings)
  try {
    return await work(migrator)
  } finally {
    await migrator.close()
  }
}
