import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { normalised } from '../support/cli'
import { until } from '../support/until'
import { withApplication, type Application } from './application'

const scripts = {
  'migration/1_first.sql': '-- MIGRATE UP\nCREATE TABLE a (i int);\n-- MIGRATE DOWN\nSELECT 1/0;\n',
  'migration/2_indexes.sql':
    '-- migrate: no-transaction\nCREATE TABLE b (i int);\nCREATE INDEX b_i ON b (i);\nSELECT 1/0;\n',
  'migration/3_last.sql': 'SELECT 3;\n',
}

async function statusOf({ run }: Application, options = ''): Promise<string> {
  return normalised((await run(`status${options}`)).stdout)
}

test('status says which script failed, when, why in one line and where the whole is; and counts it once', async () => {
  const files = {
    'migration/1_wrong.sql': 'SELECT 1;\nSELCT 2;\n',
    'migration/2_b.sql': 'SELECT 2',
  }
  await withApplication(files, async (application) => {
    await application.run('upgrade')

    assert.match(
      await statusOf(application),
      /^database "app"\n {2}failed {3}1 {2}wrong {2}<moment>\n {6}syntax error at or near "SELCT" \(migrate trace 1\)\n {2}pending {2}2 {2}b\n0 applied, 1 pending, 1 failed\n$/,
    )
    assert.equal((await application.run('status --check')).status, 3)
  })
})

test('status says which statements of an unfinished script are done, and how to go on', async () => {
  await withApplication(scripts, async (application) => {
    await application.run('upgrade')

    assert.match(
      await statusOf(application),
      /\n {2}unfinished {2}2 {2}indexes {2}<moment>\n {6}division by zero \(migrate trace \d+\)\n {6}statements 1 to 2 of 3 are done; go on with: migrate rebuild 2\n {2}pending {5}3 {2}last\n1 applied, 1 pending, 1 unfinished\n$/,
    )
  })
})

test('a failed downgrade leaves its script applied, and status says so', async () => {
  await withApplication(scripts, async (application) => {
    await application.run('upgrade 1')
    await application.run('downgrade')

    const text = await statusOf(application)
    assert.match(
      text,
      /\n {2}applied {2}1 {2}first {4,}<moment> {2}N ms\n {6}its downgrade failed <moment>\n {6}division by zero \(migrate trace \d+\)\n/,
    )
    assert.match(text, /\n1 applied, 2 pending\n$/)
  })
})

test('status forgets a failure once the script has run, or is gone', async () => {
  const wrong = { 'migration/1_wrong.sql': 'SELCT 1;' }
  await withApplication(wrong, async (application) => {
    const { cwd, run } = application
    await run('upgrade')
    await writeFile(join(cwd, 'migration/1_wrong.sql'), 'SELECT 1;')
    await run('upgrade')
    assert.match(await statusOf(application), /\nup to date: 1 applied\n$/)
  })
})

const slow: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a SQL script': { 'migration/2_slow.sql': 'SELECT pg_sleep(60)' },
  'a SQL script that travels behind another': {
    'migration/1_a.sql': 'SELECT 1',
    'migration/2_slow.sql': 'SELECT pg_sleep(60)',
  },
  'a SQL script outside a transaction': {
    'migration/2_slow.sql': '-- migrate: no-transaction\nSELECT 1;\nSELECT pg_sleep(60)',
  },
  'a TypeScript script': {
    'migration/2_slow.ts':
      'export async function upgrade(q: any) { await q.query("SELECT pg_sleep(60)") }',
  },
  'a TypeScript script that waits for something else': {
    'migration/1_a.sql': 'SELECT 1',
    'migration/2_slow.ts':
      'export async function upgrade(q: any) { for (;;) { await q.query("SELECT 1"); await new Promise((done) => setTimeout(done, 500)) } }',
  },
}

for (const [what, files] of Object.entries(slow)) {
  test(`status and unlock say that ${what} is running, since when and by whom`, async () => {
    await withApplication(files, async (application) => {
      const { run } = application
      const running = run('upgrade')
      let text = ''
      await until(
        async () => /running +2/.test((text = await statusOf(application))),
        () => text,
      )
      const check = await run('status --check')
      const { stdout } = await run('unlock')
      await run('unlock --terminate --yes')
      await running

      assert.match(text, /\n {2}running {2}2 {2}slow\n {6}since <moment> by \S+@\S+, backend \d+\n/)
      assert.match(text, /\n[01] applied, 0 pending, 1 running\n$/)
      assert.equal(check.status, 3)
      assert.match(stdout, /\n +script +2(?:_slow)?(?:, since [^\n]* UTC)?\n/)
      assert.doesNotMatch(stdout, /INSERT INTO/)
    })
  })
}

test('a failure ends with the next step: correct and run again, or rebuild where statements are done', async () => {
  await withApplication(scripts, async ({ run }) => {
    await run('upgrade 1')
    const down = await run('downgrade')
    const unfinished = await run('upgrade')
    const usage = await run('upgrade 5 6')

    assert.match(
      unfinished.stderr,
      /\nhint: Statements 1 to 2 of 3 are done and stay so\. Correct the script and run migrate rebuild 2, which goes on after that\. migrate trace \d+ shows the failure again\.\n$/,
    )
    assert.match(
      down.stderr,
      /\nhint: Correct the script and run migrate downgrade again\. migrate trace \d+ shows the failure again\.\n$/,
    )
    assert.match(usage.stderr, /\nhint: Run migrate help\.\n$/)
  })
})
