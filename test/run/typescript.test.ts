import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withDatabase } from '../support/database'
import { failureOf } from '../support/failure'
import { withFolder } from '../support/folder'
import { withMigrator } from '../support/migrator'
import { startMigrate } from '../support/program'

const header = `import type { MigrationInterface, QueryRunner } from 'typeorm'\n`

test('functions, a migration class and a pair run in one history with SQL', async () => {
  const files = {
    '1_a.sql': 'CREATE TABLE a (id int)',
    '2_b.ts': `${header}
export async function upgrade(queryRunner: QueryRunner, context: { log(text: string): void }) {
  await queryRunner.query('INSERT INTO a VALUES (1)')
  context.log('one row')
}
export async function downgrade(queryRunner: QueryRunner) {
  await queryRunner.query('DELETE FROM a')
}`,
    '3-C3.ts': `${header}
export class C1700000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner) { await queryRunner.query('ALTER TABLE a ADD c int') }
  async down(queryRunner: QueryRunner) { await queryRunner.query('ALTER TABLE a DROP c') }
}`,
    '4_d.ts': `${header}
export const upgrade = (_: QueryRunner, context: { runSql(): Promise<void> }) => context.runSql()
export const downgrade = (_: QueryRunner, context: { runSql(): Promise<void> }) => context.runSql()`,
    '4_upgrade.sql': 'CREATE TABLE d (); CREATE TABLE e ();',
    '4_downgrade.sql': 'DROP TABLE d, e',
    '5_f.sql': '-- MIGRATE UP\nCREATE TABLE f ()\n-- MIGRATE DOWN\nDROP TABLE f',
  }
  await withMigrator(files, async ({ migrator, database }) => {
    const lines: string[] = []
    const observer = {
      message: (severity: string, text: string) => lines.push(`${severity} ${text}`),
    }

    await migrator.execute({ command: 'upgrade' }, { observer })

    assert.deepEqual(lines, ['LOG one row'])
    assert.deepEqual(
      await database.query('SELECT a.id, c FROM a, d FULL JOIN e ON true FULL JOIN f ON true'),
      [],
    )
    assert.deepEqual(await database.query('SELECT * FROM a'), [{ id: 1, c: null }])
    await migrator.execute({ command: 'downgrade', target: '1' })
    assert.deepEqual(await database.query('SELECT * FROM a'), [])
    assert.deepEqual(
      (await migrator.status()).applied.map(({ revision }) => revision),
      ['1'],
    )
  })
})

test('SQL of a module outside a transaction runs statement by statement, where it asks for that', async () => {
  const files = {
    '1_a.ts': `export const transaction = false
export const upgrade = (_: unknown, context: { runSql(): Promise<void> }) => context.runSql()`,
    '1_upgrade.sql': `-- migrate: no-transaction
CREATE TABLE a (id int);
DO $$ BEGIN INSERT INTO a VALUES (1); COMMIT; INSERT INTO a VALUES (2); END $$;
DO $$ BEGIN INSERT INTO a VALUES (3); COMMIT; END $$;`,
  }
  await withMigrator(files, async ({ migrator, database }) => {
    await migrator.execute({ command: 'upgrade' })

    assert.equal((await database.query('SELECT FROM a')).length, 3)
  })
})

test('a failing TypeScript script is rolled back and its error points at the .ts line', async () => {
  const files = {
    '1_a.ts': `${header}
export async function upgrade(queryRunner: QueryRunner) {
  await queryRunner.query('CREATE TABLE a ()')
  await queryRunner.query('SELECT nix')
}`,
  }
  await withMigrator(files, async ({ migrator, database, folder }) => {
    const error = await failureOf(migrator.execute({ command: 'upgrade' }))

    assert.equal(error.code, 'SCRIPT_FAILED')
    assert.equal(error.sqlstate, '42703')
    assert.equal(error.file, `${folder}/1_a.ts`)
    assert.equal(error.line, 5)
    assert.match(error.detail ?? '', /in the query: SELECT nix/)
    assert.deepEqual(await database.query("SELECT to_regclass('a') AS a"), [{ a: null }])
    const rows = await database.query(
      "SELECT outcome, error->>'line' AS line FROM migration_journal",
    )
    assert.deepEqual(rows, [{ outcome: 'error', line: '5' }])
  })
})

test("a script's own transaction is a savepoint of ours", async () => {
  const files = {
    '1_a.ts': `${header}
export async function upgrade(queryRunner: QueryRunner) {
  await queryRunner.startTransaction()
  await queryRunner.query('CREATE TABLE a ()')
  await queryRunner.rollbackTransaction()
  await queryRunner.startTransaction()
  await queryRunner.query('CREATE TABLE b ()')
  await queryRunner.commitTransaction()
}`,
  }
  await withMigrator(files, async ({ migrator, database }) => {
    await migrator.execute({ command: 'upgrade' })

    assert.deepEqual(
      await database.query("SELECT to_regclass('a')::text AS a, to_regclass('b')::text AS b"),
      [{ a: null, b: 'b' }],
    )
  })
})

test('a TypeScript script may run outside a transaction', async () => {
  const files = {
    '1_a.ts': `${header}
export const transaction = false
export async function upgrade(queryRunner: QueryRunner) {
  await queryRunner.query('CREATE TABLE a (i int)')
  await queryRunner.query('CREATE INDEX CONCURRENTLY ai ON a (i)')
}`,
  }
  await withMigrator(files, async ({ migrator, database }) => {
    await migrator.execute({ command: 'upgrade' })

    assert.deepEqual(
      await database.query("SELECT indisvalid FROM pg_index WHERE indexrelid = 'ai'::regclass"),
      [{ indisvalid: true }],
    )
  })
})

test('with transaction all, SQL and TypeScript share one transaction', async () => {
  const files = {
    '1_a.sql': 'CREATE TABLE a (id int)',
    '2_b.ts': `${header}
export async function upgrade(queryRunner: QueryRunner) {
  await queryRunner.query('INSERT INTO a VALUES (1)')
}`,
    '3_c.sql': 'INSERT INTO a VALUES (2)',
    '4_d.ts': `${header}
export async function upgrade(queryRunner: QueryRunner) {
  const [{ n }] = await queryRunner.query('SELECT count(*)::int AS n FROM a')
  if (n === 2) throw new Error('two rows')
}`,
  }
  await withMigrator(
    files,
    async ({ migrator, database }) => {
      const error = await failureOf(migrator.execute({ command: 'upgrade' }))

      assert.equal(error.message, 'script 4_d: two rows')
      assert.deepEqual(await database.query("SELECT to_regclass('a') AS a"), [{ a: null }])
    },
    { flags: { transaction: 'all' } },
  )
})

test('a script without a downgrade is refused before anything is reverted', async () => {
  const files = {
    '1_a.ts': `${header}
export async function upgrade(queryRunner: QueryRunner) {}`,
    '2_b.sql': '-- MIGRATE UP\nCREATE TABLE b ()\n-- MIGRATE DOWN\nDROP TABLE b',
  }
  await withMigrator(files, async ({ migrator, database }) => {
    await migrator.execute({ command: 'upgrade' })

    const error = await failureOf(migrator.execute({ command: 'downgrade', target: '0' }))

    assert.equal(error.code, 'IRREVERSIBLE')
    assert.deepEqual(await database.query('SELECT * FROM b'), [])
  })
})

test('scripts that follow each other share messages, and each is a transaction of its own', async () => {
  const insert = (n: number, more = '') =>
    `export async function upgrade(q: any) { await q.query('INSERT INTO t VALUES (${n}, pg_current_xact_id()::text)'); ${more} }`
  const files = {
    '1_t.ts': `export async function upgrade(q: any) { await q.query('CREATE TABLE t (n int, xid text)') }`,
    '2_a.ts': insert(2, `await q.query('SET search_path = nowhere')`),
    '3_nested.ts': insert(3, 'await q.startTransaction()'),
    '4_ended.ts': insert(4, 'await q.commitTransaction()'),
    '5_b.ts': insert(5),
    '6_bad.ts': insert(
      6,
      `const [{ ok }] = await q.query("SELECT to_regclass('ok') IS NOT NULL AS ok"); if (!ok) throw new Error('no')`,
    ),
    '7_c.ts': insert(7),
  }
  await withMigrator(files, async ({ migrator, database }) => {
    const { code } = await failureOf(migrator.execute({ command: 'upgrade' }))
    assert.equal(code, 'SCRIPT_FAILED')
    const rows = () =>
      database.query('SELECT n, count(*) OVER (PARTITION BY xid)::int AS shared FROM t')
    assert.deepEqual(
      await rows(),
      [2, 3, 4, 5].map((n) => ({ n, shared: 1 })),
    )
    const outcomes = await database.query(
      'SELECT revision::int AS r, outcome FROM migration_journal ORDER BY id',
    )
    assert.deepEqual(
      outcomes,
      [1, 2, 3, 4, 5, 6].map((r) => ({ r, outcome: r < 6 ? 'success' : 'error' })),
    )

    await database.query('CREATE TABLE ok ()')
    await migrator.execute({ command: 'upgrade' })
    assert.deepEqual((await rows()).length, 6)
  })
})

test('who stops the run between two scripts finds the second one not started', async () => {
  const files = {
    '1_t.ts': `export async function upgrade(q: any) { await q.query('CREATE TABLE t ()') }`,
    '2_u.ts': `export async function upgrade(q: any) { await q.query('CREATE TABLE u ()') }`,
  }
  await withMigrator(files, async ({ migrator, database }) => {
    const stop = new AbortController()
    const observer = { finished: () => stop.abort() }
    const { code } = await failureOf(
      migrator.execute({ command: 'upgrade' }, { observer, signal: stop.signal }),
    )
    assert.equal(code, 'INTERRUPTED')
    const rows = await database.query(
      `SELECT count(*)::int AS entries, to_regclass('u') AS second FROM migration_journal`,
    )
    assert.deepEqual(rows, [{ entries: 1, second: null }])
  })
})

test('a script that ends the one transaction and begins another leaves the next scripts as they were', async () => {
  const files = {
    '1_a.sql': 'CREATE TABLE a ()',
    '2_b.ts': `${header}
export async function upgrade(queryRunner: QueryRunner) {
  await queryRunner.commitTransaction()
  await queryRunner.startTransaction()
}`,
    '3_c.sql': 'CREATE TABLE c ()',
    '4_d.ts': `${header}
export const upgrade = (queryRunner: QueryRunner) => queryRunner.query('CREATE TABLE d ()')`,
    '5_e.sql': 'CREATE TABLE e ()',
  }
  await withMigrator(
    files,
    async ({ migrator, database }) => {
      const { steps } = await migrator.execute({ command: 'upgrade' })

      assert.equal(steps.length, 5)
      assert.deepEqual(await database.query('SELECT FROM a, c, d, e'), [])
      assert.deepEqual((await migrator.status()).unfinished, [])
    },
    { flags: { transaction: 'all' } },
  )
})

test('a tsconfig.json that cannot be read is one error, however many scripts were to be compiled', async () => {
  const script = `${header}
export const upgrade = (queryRunner: QueryRunner) => queryRunner.query('SELECT 1')`
  await withDatabase(({ url }) => {
    const files = {
      'migration/1_a.ts': script,
      'migration/2_b.ts': script,
      'tsconfig.json': '{ "extends": "./nowhere.json" }',
      'a.ini': `[migration]\ntypeorm.url = ${url.replaceAll('%', '%%')}\n`,
    }
    return withFolder(files, async (folder) => {
      const { status, output } = await startMigrate(folder, 'a.ini', 'upgrade').ended

      assert.equal(status, 2)
      assert.match(output, /^error: tsconfig\.json cannot be read\n/m)
      assert.doesNotMatch(output, /^ +at .*\(/m)
    })
  })
})
