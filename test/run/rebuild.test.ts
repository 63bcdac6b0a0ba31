import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { failureOf } from '../support/failure'
import { withMigrator } from '../support/migrator'
import { cutOff, entriesOf } from './cut-off'

const procedure = `CREATE TABLE t (x int);
CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (1); COMMIT; END $$`
const sql = {
  '1_a.sql': procedure,
  '2_b.sql': '-- migrate: no-transaction\nCALL p();\nINSERT INTO t VALUES (2);',
}

test('where the catalog cannot tell, the answer is asked for at its place, and taken', async () => {
  for (const [answer, expected] of [
    ['done', [2]],
    ['not done', [1, 2]],
  ] as const) {
    await withMigrator(sql, async ({ migrator, database, another }) => {
      await migrator.execute({ command: 'upgrade', target: '1' })
      await cutOff(database, 2)

      for (const command of ['upgrade', 'rebuild'] as const) {
        const error = await failureOf((await another()).execute({ command }))
        assert.equal(error.code, 'SCRIPT_UNFINISHED')
        assert.deepEqual([error.line, error.column], [2, 1])
        assert.match(error.hint ?? '', /rebuild 2 --done.*rebuild 2 --not-done/)
      }
      const { steps } = await (await another()).execute({ command: 'rebuild', target: '2', answer })

      assert.deepEqual(
        steps.map(({ revision, outcome }) => `${revision} ${outcome}`),
        ['2 success'],
      )
      const rows = await database.query('SELECT x FROM t ORDER BY x')
      assert.deepEqual(
        rows.map(({ x }) => x as number),
        expected,
      )
      assert.deepEqual(await entriesOf(database, 2), ['run success 2'])
      assert.deepEqual((await (await another()).execute({ command: 'upgrade' })).steps, [])
    })
  }
})

const typescript = {
  '1_a.sql': 'CREATE TABLE t (x int)',
  '2_b.ts': `export const transaction = false
export const upgrade = (queryRunner: { query(sql: string): Promise<unknown> }) => queryRunner.query('INSERT INTO t VALUES (1)')
export const downgrade = (queryRunner: { query(sql: string): Promise<unknown> }) => queryRunner.query('DELETE FROM t')`,
}

test('TypeScript outside a transaction is recorded as done, or runs again from the start', async () => {
  for (const [answer, expected] of [
    ['done', 0],
    ['not done', 1],
  ] as const) {
    await withMigrator(typescript, async ({ migrator, database, another }) => {
      await migrator.execute({ command: 'upgrade', target: '1' })
      await cutOff(database, 2, { kind: 'ts' })
      const error = await failureOf((await another()).execute({ command: 'upgrade' }))
      assert.equal(error.code, 'SCRIPT_UNFINISHED')

      await (await another()).execute({ command: 'rebuild', answer })

      assert.deepEqual(await database.query('SELECT count(*)::int AS n FROM t'), [{ n: expected }])
      assert.deepEqual(await entriesOf(database, 2), ['run success 0'])
    })
  }
})

test('a reversal that was cut off is answered as a reversal', async () => {
  for (const [answer, expected] of [
    ['done', 1],
    ['not done', 0],
  ] as const) {
    await withMigrator(typescript, async ({ migrator, database, another }) => {
      await migrator.execute({ command: 'upgrade' })
      await cutOff(database, 2, { kind: 'ts', operation: 'rollback', ordinal: 2 })

      await (await another()).execute({ command: 'rebuild', target: '2', answer })

      assert.deepEqual(await database.query('SELECT count(*)::int AS n FROM t'), [{ n: expected }])
      const { applied } = await (await another()).status()
      assert.deepEqual(
        applied.map(({ revision }) => revision),
        ['1'],
      )
    })
  }
})

test('a rebuild runs what failed from its first statement not done, and no other script', async () => {
  const files = {
    '1_a.sql': 'CREATE TABLE t (x int)',
    '2_b.sql': '-- migrate: no-transaction\nINSERT INTO t VALUES (1);\nINSERT INTO t VALUES (nix);',
    '3_c.sql': 'INSERT INTO t VALUES (3)',
  }
  await withMigrator(files, async ({ migrator, database, folder, another }) => {
    await failureOf(migrator.execute({ command: 'upgrade' }))
    await writeFile(join(folder, '2_b.sql'), files['2_b.sql'].replace('nix', '2'))
    const refused = await failureOf(
      (await another()).execute({ command: 'rebuild', target: '2', answer: 'done' }),
    )
    assert.equal(refused.code, 'USAGE')

    const { steps } = await (await another()).execute({ command: 'rebuild' })

    assert.deepEqual(
      steps.map(({ revision, operation }) => `${operation} ${revision}`),
      ['run_partial 2'],
    )
    const rows = await database.query('SELECT x FROM t ORDER BY x')
    assert.deepEqual(
      rows.map(({ x }) => x as number),
      [1, 2],
    )
  })
})

test('what was started outside a transaction is not answered inside one', async () => {
  await withMigrator({ '1_a.sql': 'SELECT 1', '2_b.sql': 'SELECT 2' }, async (fixture) => {
    await fixture.migrator.execute({ command: 'upgrade', target: '1' })
    await cutOff(fixture.database, 2)

    const error = await failureOf(
      (await fixture.another()).execute({ command: 'rebuild', answer: 'done' }),
    )

    assert.equal(error.code, 'SCRIPT_UNFINISHED')
    assert.match(error.hint ?? '', /mark --only 2/)
  })
})
