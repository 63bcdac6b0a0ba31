import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { withDatabase } from '../support/database'
import { withFolder } from '../support/folder'
import { go, prepareGo, until } from '../support/until'

const program = join(__dirname, '..', '..', '..', 'bin', 'migrate')

function migrate(cwd: string, ...argv: string[]) {
  const child = spawn(process.execPath, [program, ...argv], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  }
  const ended = new Promise<{ status: number | null; output: string }>((done) => {
    child.on('close', (status) => done({ status, output }))
  })
  return { child, ended }
}

const settings = (url: string) => `[migration]\ntypeorm.url = ${url.replaceAll('%', '%%')}\n`

test('eight processes at once on an empty database run each script once, and all are content', async () => {
  await withDatabase(async ({ url, query }) => {
    const files = {
      'development.ini': settings(url),
      'migration/1_a.sql': 'CREATE TABLE a (i int)',
      'migration/2_b.ts': `import type { QueryRunner } from 'typeorm'
export const upgrade = (queryRunner: QueryRunner) => queryRunner.query('INSERT INTO a VALUES (1)')`,
      'migration/3_c.sql': 'CREATE INDEX CONCURRENTLY c ON a (i)',
      'migration/4_d.sql': 'INSERT INTO a VALUES (2)',
    }
    await withFolder(files, async (folder) => {
      const runs = Array.from({ length: 8 }, () => migrate(folder, 'upgrade').ended)
      const results = await Promise.all(runs)

      assert.deepEqual(
        results.filter(({ status }) => status !== 0),
        [],
      )
      assert.deepEqual(await query('SELECT i FROM a ORDER BY i'), [{ i: 1 }, { i: 2 }])
      const rows = await query('SELECT revision::int FROM migration_journal ORDER BY revision')
      assert.deepEqual(
        rows.map(({ revision }) => revision as number),
        [1, 2, 3, 4],
      )
    })
  })
})

for (const mode of ['SQL', 'SQL outside a transaction', 'TypeScript']) {
  test(`a migrator that is killed inside ${mode} loses nothing: a rerun ends where it should`, async () => {
    await withDatabase(async (database) => {
      const { url, query } = database
      await prepareGo(database)
      const nap = 'pg_sleep(CASE WHEN EXISTS (SELECT FROM public.go) THEN 0 ELSE 600 END)'
      const slow = `INSERT INTO a VALUES (2); SELECT ${nap}`
      const second =
        mode === 'TypeScript'
          ? {
              'migration/2_b.ts': `import type { QueryRunner } from 'typeorm'
export const upgrade = (queryRunner: QueryRunner) => queryRunner.query('${slow}')`,
            }
          : mode === 'SQL'
            ? { 'migration/2_b.sql': slow }
            : {
                'migration/2_b.sql':
                  '-- migrate: no-transaction\nINSERT INTO a VALUES (2);\nVACUUM a;\nCREATE INDEX CONCURRENTLY slow ON a (slow_pg_sleep(i));',
              }
      const files = {
        'development.ini': settings(url),
        'migration/1_a.sql': `CREATE TABLE a (i int);
CREATE FUNCTION slow_pg_sleep(i int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM ${nap}; RETURN i; END $$;`,
        ...second,
        'migration/3_c.sql': 'INSERT INTO a VALUES (3)',
      }
      await withFolder(files, async (folder) => {
        const { child, ended } = migrate(folder, 'upgrade')
        await until(() => isRunning(query))
        child.kill('SIGKILL')
        await ended
        await go(database)

        const again = await migrate(folder, 'upgrade').ended

        assert.equal(again.status, 0, again.output)
        assert.deepEqual(await query('SELECT i FROM a ORDER BY i'), [{ i: 2 }, { i: 3 }])
        const rows = await query(
          "SELECT revision::int FROM migration_journal WHERE outcome = 'success' ORDER BY id",
        )
        assert.deepEqual(
          rows.map(({ revision }) => revision as number),
          [1, 2, 3],
        )
      })
    })
  })
}

async function isRunning(query: (sql: string) => Promise<{ n?: number }[]>): Promise<boolean> {
  const [row] = await query(
    "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name LIKE 'typetrek%' AND state = 'active' AND query LIKE '%pg_sleep%' AND datname = current_database()",
  )
  return (row?.n ?? 0) > 0
}
