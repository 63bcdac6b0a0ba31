import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cutOff } from '../run/cut-off'
import { migrate, normalised } from '../support/cli'
import { withDatabase, type TestDatabase } from '../support/database'
import { withFolder } from '../support/folder'

const files = {
  'migration/1_a.sql':
    'CREATE TABLE t (x int); CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;',
  'migration/2_b.sql': '-- migrate: no-transaction\nCALL p();\nINSERT INTO t VALUES (2);',
}

async function withCommand(
  work: (
    run: (argv: string) => ReturnType<typeof migrate>,
    database: TestDatabase,
  ) => Promise<void>,
): Promise<void> {
  await withDatabase(async (database) => {
    const ini = `[migration]\ntypeorm.url = ${database.url.replaceAll('%', '%%')}\n`
    await withFolder({ 'development.ini': ini, ...files }, async (cwd) => {
      await work((argv) => migrate(argv.split(' '), { cwd }), database)
    })
  })
}

test('rebuild shows its plan, refuses to guess, takes the answer, and then has nothing to do', async () => {
  await withCommand(async (run, database) => {
    assert.equal((await run('upgrade 1')).status, 0)
    await cutOff(database, 2)

    const refused = await run('rebuild')
    assert.equal(refused.status, 1)
    assert.match(refused.stderr, /at migration\/2_b.sql:2:1\n/)
    assert.match(refused.stderr, /^hint: .*rebuild 2 --done/m)

    for (const [argv, remark] of [
      ['rebuild --dry-run', 'goes on from where it had stopped'],
      ['plan rebuild 2 --done', 'goes on after the statement that was cut off'],
      ['plan rebuild --not-done', 'goes on with the statement that was cut off'],
    ] as const) {
      const { status, stdout } = await run(argv)
      assert.equal(status, 0)
      assert.match(
        stdout,
        new RegExp(`up {2}2 {2}b {2}${remark}, not in a transaction, irreversible\\n`),
        argv,
      )
    }
    const plan = JSON.parse((await run('plan rebuild --done --json')).stdout) as { steps: object[] }
    assert.deepEqual(plan.steps, [
      {
        revision: '2',
        title: 'b',
        kind: 'sql',
        direction: 'up',
        operation: 'run',
        late: false,
        transaction: false,
        reversible: false,
        answer: 'done',
      },
    ])

    const { status, stdout } = await run('rebuild 2 --not-done --json')
    assert.equal(status, 0)
    assert.match(normalised(stdout), /"outcome": "success",\s+"durationMs": N/)
    assert.match((await run('rebuild')).stdout, /^nothing to do: 2 applied, none pending$/m)
    assert.match((await run('status --check')).stdout, /up to date/)
  })
})

test('rebuild refuses answers that contradict each other, and what is no revision', async () => {
  await withCommand(async (run) => {
    await run('upgrade')
    for (const [argv, message] of [
      ['rebuild 2 --done --not-done', '--done and --not-done contradict each other'],
      ['rebuild latest', '"latest" is not a revision to rebuild'],
      ['rebuild 2', 'script 2 neither failed nor was interrupted'],
      ['upgrade --done', 'upgrade has no option --done'],
      ['rebuild 7', 'no script has revision 7'],
    ] as const) {
      const { status, stderr } = await run(argv)
      assert.equal(status, 2, argv)
      assert.ok(
        stderr.startsWith(`error: ${message}\n`) || stderr.includes(`\nerror: ${message}\n`),
        stderr,
      )
    }
  })
})
