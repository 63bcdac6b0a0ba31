import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MigrationError, StepResult } from '../../src/errors'
import type { Observer } from '../../src/run/context/events'
import { withMigrator } from '../support/migrator'

interface Heard {
  what: 'started' | 'finished'
  revision: string
  result?: StepResult
}

function listener(): { observer: Observer; heard: Heard[] } {
  const heard: Heard[] = []
  const observer: Observer = {
    started: ({ revision }) => void heard.push({ what: 'started', revision }),
    finished: (result) => void heard.push({ what: 'finished', revision: result.revision, result }),
  }
  return { observer, heard }
}

/** Every `started` is followed by its own `finished`, and by nothing else before that. */
function assertPaired(heard: readonly Heard[]): void {
  const pairs = heard.filter(({ what }) => what === 'started')
  const expected = pairs.flatMap(({ revision }) => [`started ${revision}`, `finished ${revision}`])
  assert.deepEqual(
    heard.map(({ what, revision }) => `${what} ${revision}`),
    expected,
  )
}

/** Fails after 0.3 s, and says when it began. */
const failing = `DO $$ DECLARE began timestamptz := clock_timestamp(); BEGIN
  PERFORM pg_sleep(0.3); RAISE EXCEPTION '%', extract(epoch FROM began);
END $$`

const forms: Readonly<Record<string, Record<string, string>>> = {
  'SQL scripts in one message': { '3_c.sql': failing },
  'a script outside a transaction': { '3_c.sql': `-- migrate: no-transaction\n${failing}` },
  'a script with COPY data': {
    '3_c.sql': `COPY t FROM stdin;\n2020-01-01\n\\.\n${failing}`,
  },
  'a TypeScript script': {
    '3_c.ts': `export async function upgrade(queryRunner) {
  await queryRunner.query(${JSON.stringify(failing)})
}`,
  },
  'a script with a syntax error': { '3_c.sql': 'SELECT pg_sleep(0.3);\nSELEC 1' },
}

for (const [name, files] of Object.entries(forms)) {
  for (const transaction of ['each', 'all', 'none'] as const) {
    if (transaction === 'all' && files['3_c.sql']?.startsWith('-- migrate')) continue
    test(`${name}, transaction = ${transaction}: each start has one end, and each time is its own`, async () => {
      const before = {
        '1_a.sql': 'CREATE TABLE t (at timestamptz)',
        '2_b.sql': 'INSERT INTO t VALUES (clock_timestamp())',
      }
      await withMigrator(
        { ...before, ...files },
        async ({ migrator, database }) => {
          const { observer, heard } = listener()
          const error = (await migrator
            .execute({ command: 'upgrade' }, { observer })
            .catch((thrown: unknown) => thrown)) as MigrationError
          assert.equal(error.code, 'SCRIPT_FAILED')
          assertPaired(heard)
          const syntax = error.sqlstate === '42601'
          assert.deepEqual(
            heard.filter(({ what }) => what === 'started').map(({ revision }) => revision),
            syntax && transaction === 'all' ? ['1', '3'] : ['1', '2', '3'], // nothing of the message ran
          )
          const last = heard.at(-1)?.result
          assert.equal(last?.outcome, 'error')
          if (!syntax) assert.ok(last.durationMs >= 300, `${last.durationMs} ms`)

          const began = syntax ? undefined : Number(/[\d.]+$/.exec(error.message)?.[0])
          const rows = await database.query<{
            outcome: string
            started: number
            finished: number
            took: number
          }>(
            `SELECT outcome, extract(epoch FROM started_at)::float8 AS started,
                    extract(epoch FROM finished_at)::float8 AS finished, duration_ms::int AS took
               FROM migration_journal ORDER BY id`,
          )
          const failed = rows.at(-1)!
          assert.equal(failed.outcome, 'error')
          assert.ok(failed.finished >= failed.started)
          if (!syntax) assert.ok(failed.took >= 300, `${failed.took} ms`)
          assert.ok(Math.abs(1000 * (failed.finished - failed.started) - failed.took) <= 1)
          // what was done before had ended when it began
          const done = rows.slice(0, -1)
          if (began !== undefined) {
            assert.ok(done.every(({ finished }) => finished <= began))
            if (name.startsWith('SQL scripts')) assert.ok(failed.started <= began)
          }
          const told = heard.flatMap(({ result }) => (result ? [result.durationMs] : []))
          if (transaction === 'each' && !files['3_c.ts']) {
            assert.deepEqual(
              told.slice(0, 2),
              done.map(({ took }) => took),
            )
          }
        },
        { flags: { transaction } },
      )
    })
  }
}

test('a long message is reported while it runs, and each script with the time that it took', async () => {
  const files = {
    '1_a.sql': 'SELECT 1',
    '2_b.sql': 'SELECT pg_sleep(2.5)',
    '3_c.sql': 'SELECT 1',
  }
  await withMigrator(files, async ({ migrator }) => {
    const { observer, heard } = listener()
    const { steps } = await migrator.execute({ command: 'upgrade' }, { observer })
    assertPaired(heard)
    assert.ok(steps[1]!.durationMs >= 2500, `${steps[1]!.durationMs} ms`)
  })
})

test('a connection that is cut ends what was started', async () => {
  const files = {
    '1_a.sql': 'SELECT 1',
    '2_b.sql': 'SELECT pg_terminate_backend(pg_backend_pid())',
  }
  await withMigrator(files, async ({ migrator }) => {
    const { observer, heard } = listener()
    await assert.rejects(migrator.execute({ command: 'upgrade' }, { observer }))
    assertPaired(heard)
  })
})
