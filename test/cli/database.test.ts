import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { migrate, normalised, type CliResult, type Surroundings } from '../support/cli'
import { withDatabase, type TestDatabase } from '../support/database'
import { withFolder } from '../support/folder'
import { startMigrate } from '../support/program'
import { go, prepareGo, sleepOnUntilGo, sleepUntilGo, untilAsleep } from '../support/until'

const scripts = {
  'migration/1_create_customers.sql':
    '-- MIGRATE UP\nCREATE TABLE customer (id int);\n-- MIGRATE DOWN\nDROP TABLE customer;\n',
  'migration/2_add_orders.sql':
    '-- MIGRATE UP\nCREATE TABLE orders (id int);\n-- MIGRATE DOWN\nDROP TABLE orders;\n',
  'migration/30_seed.sql': 'INSERT INTO orders VALUES (1);\n',
}

const wrong = { 'migration/40_wrong.sql': 'SELECT 1;\n  SELCT 2;\n' }

interface Fixture {
  cwd: string
  database: TestDatabase
  /** Runs `migrate` with the words of a line; durations and moments are normalised. */
  run(line: string, surroundings?: Partial<Surroundings>): Promise<CliResult>
}

function withApplication(
  files: Readonly<Record<string, string>>,
  work: (fixture: Fixture) => Promise<void>,
): Promise<void> {
  return withDatabase((database) => {
    const url = database.url.replaceAll('%', '%%')
    const ini = `[migration]\ntypeorm.url = ${url}\nschema = schema.sql\n`
    return withFolder({ ...files, 'development.ini': ini }, (cwd) =>
      work({
        cwd,
        database,
        run: async (line, surroundings) => {
          const result = await migrate(line.split(' '), { cwd, ...surroundings })
          const { stdout, stderr } = result
          return { ...result, stdout: normalised(stdout), stderr: normalised(stderr) }
        },
      }),
    )
  })
}

test('upgrade prints a line for each script and what it came to; again it has nothing to do', async () => {
  await withApplication(scripts, async ({ run }) => {
    assert.deepEqual(await run('upgrade'), {
      status: 0,
      stdout: `up   1  create customers  N ms
up   2  add orders        N ms
up   30 seed              N ms
3 scripts applied in N ms
`,
      stderr: 'database "app"\n',
      exits: [],
    })
    assert.equal((await run('upgrade')).stdout, 'nothing to do: 3 applied, none pending\n')
  })
})

test('upgrade, downgrade and to go where they are told', async () => {
  await withApplication(scripts, async ({ run }) => {
    const last = async (line: string) => (await run(line)).stdout.trim().split('\n').at(-1)

    assert.equal(await last('upgrade 2'), '2 scripts applied in N ms')
    assert.equal(await last('downgrade'), '1 script reverted in N ms')
    assert.equal(await last('--to 2'), '1 script applied in N ms')
    assert.equal(await last('development.ini to 1'), '1 script reverted in N ms')
    assert.equal(await last('upgrade -c 1'), '1 script applied in N ms')
    assert.equal(await last('--down --yes'), '2 scripts reverted in N ms')
    assert.equal(await last('--up'), '3 scripts applied in N ms')
  })
})

test('upgrade --json is one document that says what was done', async () => {
  await withApplication(scripts, async ({ run }) => {
    const { stdout } = await run('upgrade 1 --json')

    assert.match(stdout, /^\{\n  "outcome": "success",\n  "exitStatus": 0,\n  "database": \{\n/)
    assert.ok(
      stdout.endsWith(`  },
  "steps": [
    {
      "revision": "1",
      "title": "create_customers",
      "kind": "sql",
      "direction": "up",
      "operation": "run",
      "outcome": "success",
      "durationMs": N
    }
  ],
  "notices": []
}
`),
      stdout,
    )
  })
})

test('a failure shows place, line and caret, and what had been done before', async () => {
  await withApplication({ ...scripts, ...wrong }, async ({ run }) => {
    const { status, stdout, stderr } = await run('upgrade')

    assert.equal(status, 1)
    assert.match(stdout, /\nup {3}40 wrong {13}failed after N ms\n$/)
    assert.equal(
      stderr,
      `database "app"
error: script 40_wrong: syntax error at or near "SELCT"
  at migration/40_wrong.sql:2:3
      SELCT 2;
      ^
  SQLSTATE 42601
3 scripts were applied before and stay so.
hint: Correct the script and run migrate upgrade again. migrate trace 4 shows the failure again.
`,
    )
  })
})

test('a failure of the run that is one transaction changed nothing, and says so', async () => {
  await withApplication({ ...scripts, ...wrong }, async ({ run }) => {
    const { status, stderr } = await run('upgrade --transaction all')

    assert.equal(status, 1)
    assert.match(stderr, /\n {2}SQLSTATE 42601\n/)
    assert.doesNotMatch(stderr, /stay so/)
    assert.match((await run('status')).stdout, /\n0 applied, 3 pending, 1 failed\n$/)
  })
})

test('a failure with --json has the steps and the error in one document', async () => {
  await withApplication({ ...scripts, ...wrong }, async ({ cwd, run }) => {
    const { status, stdout } = await run('upgrade --json')

    const document = JSON.parse(stdout.replaceAll(': N', ': 0')) as {
      outcome: string
      steps: { revision: string; outcome: string }[]
      error: object
    }
    assert.equal(status, 1)
    assert.equal(document.outcome, 'error')
    assert.deepEqual(
      document.steps.map(({ revision, outcome }) => `${revision} ${outcome}`),
      ['1 success', '2 success', '30 success', '40 error'],
    )
    assert.deepEqual(document.error, {
      code: 'SCRIPT_FAILED',
      message: 'script 40_wrong: syntax error at or near "SELCT"',
      detail: null,
      hint: 'Correct the script and run migrate upgrade again. migrate trace 4 shows the failure again.',
      file: join(cwd, 'migration/40_wrong.sql'),
      line: 2,
      column: 3,
      sqlstate: '42601',
      retryable: false,
    })
  })
})

test('status tells pending, late, missing and changed, and --check exits with 3', async () => {
  await withApplication(scripts, async ({ cwd, run }) => {
    await run('upgrade')
    assert.equal((await run('status --check')).status, 0)
    await writeFile(join(cwd, 'migration/1_create_customers.sql'), 'SELECT 1;\n')
    await rm(join(cwd, 'migration/2_add_orders.sql'))
    await writeFile(join(cwd, 'migration/7_add_tags.sql'), 'SELECT 7;\n')
    await writeFile(join(cwd, 'migration/99_next.sql'), 'SELECT 99;\n')

    const { status, stdout } = await run('status --check')

    assert.equal(
      stdout,
      `database "app"
  changed  1   create customers  <moment>  N ms
  missing  2   add orders        <moment>  N ms
  late     7   add tags
  applied  30  seed              <moment>  N ms
  pending  99  next
1 applied, 2 pending (1 late), 1 missing, 1 changed
`,
    )
    assert.equal(status, 3)
    assert.equal((await run('status')).status, 0)
    assert.deepEqual(await run('status --check --quiet'), {
      status: 3,
      stdout: '',
      stderr: '',
      exits: [],
    })
  })
})

test('status --json is the document of the design', async () => {
  await withApplication(scripts, async ({ database, run }) => {
    await run('upgrade 1')

    const { stdout } = await run('status --json')

    const document = JSON.parse(stdout.replaceAll(': N', ': 0')) as { database: { name: string } }
    assert.equal(document.database.name, database.name)
    assert.deepEqual(document, {
      outcome: 'success',
      exitStatus: 0,
      database: document.database,
      applied: [
        {
          revision: '1',
          title: 'create_customers',
          kind: 'sql',
          appliedAt: '<moment>',
          durationMs: 0,
          marked: false,
          failedDowngrade: null,
        },
      ],
      pending: [
        { revision: '2', title: 'add_orders', kind: 'sql', late: false },
        { revision: '30', title: 'seed', kind: 'sql', late: false },
      ],
      failed: [],
      unfinished: [],
      missing: [],
      changed: [],
      running: null,
      notices: [],
    })
  })
})

test('plan, dry_upgrade and --dry-run show the same and change nothing', async () => {
  const files = {
    ...scripts,
    'migration/5_index.sql':
      '-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY ON customer (id);\n',
  }
  await withApplication(files, async ({ run }) => {
    await run('upgrade 2')
    await run('mark --only 30')
    const before = await run('list')

    const [plan, dry, option] = [
      await run('plan'),
      await run('dry_upgrade'),
      await run('upgrade --dry-run'),
    ]

    assert.deepEqual(plan, {
      status: 0,
      stdout: `database "app"
  up  5  index  late, not in a transaction, irreversible
1 script would be applied, outside a transaction
notice: late, older than the newest applied: 5_index
`,
      stderr: '',
      exits: [],
    })
    assert.deepEqual([dry, option], [plan, plan])
    assert.deepEqual(await run('list'), before)
  })
})

test('plan downgrade shows what would be reverted, newest first', async () => {
  await withApplication(scripts, async ({ run }) => {
    await run('upgrade 2')

    const { stdout } = await run('plan downgrade 0')

    assert.equal(
      stdout,
      `database "app"
  down  2  add orders
  down  1  create customers
2 scripts would be reverted, each in a transaction of its own
`,
    )
  })
})

test('mark records without running: all, up to a version, or one; skip the next one', async () => {
  await withApplication(scripts, async ({ database, run }) => {
    const skip = await run('skip')
    const only = await run('mark --only 30')
    const upTo = await run('mark 2')
    const all = await run('mark')

    assert.equal(skip.stdout, 'mark 1 create customers  N ms\n1 script marked as applied in N ms\n')
    assert.match(only.stdout, /^mark 30 seed {2}N ms\n1 script marked/)
    assert.match(upTo.stdout, /^mark 2 add orders {2}N ms\n1 script marked/)
    assert.equal(all.stdout, 'nothing to do: 3 applied, none pending\n')
    assert.deepEqual(await database.query("SELECT 1 FROM pg_class WHERE relname = 'customer'"), [])
  })
})

test('mark asks on a terminal, and does nothing unless the answer is yes', async () => {
  await withApplication(scripts, async ({ run }) => {
    const terminal = { stdin: true, stderr: true }

    const no = await run('mark 2', { terminal, input: 'n\n' })
    const none = await run('mark 2', { terminal, input: '' })
    const yes = await run('mark 2', { terminal, input: 'y\n' })
    const asked = await run('skip --yes', { terminal, input: '' })

    assert.deepEqual([no.status, none.status, yes.status, asked.status], [1, 1, 0, 0])
    assert.match(
      no.stderr,
      /Mark 2 scripts as applied in database "app" without running\? \[y\/N\] /,
    )
    assert.match(no.stderr, /nothing was done, since the answer was not yes\n/)
    assert.match(yes.stdout, /2 scripts marked as applied/)
    assert.match(asked.stdout, /mark 30 seed/)
  })
})

test('setup loads the canonical schema and marks every script; a second one leaves it', async () => {
  const files = { ...scripts, 'schema.sql': 'CREATE TABLE customer (id int);\n' }
  await withApplication(files, async ({ database, run }) => {
    const dry = await run('setup --dry-run')
    assert.match(dry.stdout, /\n3 scripts would be marked as applied\n$/)
    assert.match(dry.stderr, /^Before that, the canonical schema would be loaded: .*schema\.sql\n$/)

    const first = await run('setup')
    const second = await run('setup --json')

    assert.match(first.stdout, /^mark 1 {2}create customers {2}N ms\n/)
    assert.match(first.stdout, /\nset up: 3 scripts marked as applied in N ms\n$/)
    const { outcome, setUp, steps } = JSON.parse(second.stdout) as Record<string, unknown>
    assert.deepEqual([outcome, setUp, steps], ['success', false, []])
    assert.equal((await database.query('SELECT * FROM customer')).length, 0)
    assert.match((await run('setup')).stdout, /^set up already: 3 applied, none pending\n$/)
  })
})

test('setup --run-scripts runs them instead', async () => {
  await withApplication({ ...scripts, 'schema.sql': 'SELECT 1/0;\n' }, async ({ run }) => {
    const { stdout } = await run('setup --run-scripts')

    assert.match(stdout, /\nset up: 3 scripts applied in N ms\n$/)
  })
})

test('setup without a canonical schema runs the scripts, and says so beforehand', async () => {
  await withApplication(scripts, async ({ cwd, database, run }) => {
    const url = database.url.replaceAll('%', '%%')
    await writeFile(join(cwd, 'development.ini'), `[migration]\ntypeorm.url = ${url}\nschema =\n`)

    const dry = await run('setup --dry-run')
    const done = await run('setup')

    assert.match(dry.stdout, /\n3 scripts would be applied, each in a transaction of its own\n$/)
    assert.match(dry.stderr, /^No canonical schema is loaded: setup would run the scripts\.\n$/)
    assert.match(done.stdout, /\nset up: 3 scripts applied in N ms\n$/)
    assert.deepEqual(await database.query('SELECT id FROM orders'), [{ id: 1 }])
    assert.equal((await run('status --check')).status, 0)
  })
})

for (const [what, text] of Object.entries({ empty: '-- nothing yet\n', missing: undefined }))
  test(`a canonical schema that is ${what} marks nothing as applied`, async () => {
    const files = text === undefined ? scripts : { ...scripts, 'schema.sql': text }
    await withApplication(files, async ({ database, run }) => {
      const refused = await run('setup')

      assert.equal(refused.status, 2)
      assert.match(refused.stderr, /error: (?:the canonical schema holds no|cannot read the canon)/)
      assert.deepEqual(await database.query("SELECT to_regclass('migration_journal') AS made"), [
        { made: null },
      ])
    })
  })

test('next_version prints the next pending revision, or an empty line', async () => {
  await withApplication(scripts, async ({ run }) => {
    assert.equal((await run('next_version')).stdout, '1\n')
    await run('upgrade')
    assert.deepEqual(await run('next_version'), { status: 0, stdout: '\n', stderr: '', exits: [] })
    assert.match((await run('next_version --json')).stdout, /\n {2}"nextVersion": null\n\}\n$/)
  })
})

test('list, errors and trace read the journal', async () => {
  await withApplication({ ...scripts, ...wrong }, async ({ run }) => {
    await run('upgrade')
    const operator = (text: string) => text.replace(/\S+@\S+/g, 'me@here')

    const list = await run('list')
    const bare = (text: string) => text.replace(/ {2,}/g, '  ')
    const errors = await run('errors')
    const id = /^ {2}(\d+)/m.exec(errors.stdout)?.[1]
    const trace = await run(`trace ${id}`)

    assert.equal(
      bare(operator(list.stdout)),
      `database "app"
  1  run  1  create customers  <moment>  N ms  me@here
  2  run  2  add orders  <moment>  N ms  me@here
  3  run  30  seed  <moment>  N ms  me@here
3 entries
`,
    )
    assert.match(
      operator(errors.stdout),
      /^database "app"\n {2}\d+ {2}run {2}40 {2}wrong .* me@here\n {6}script 40_wrong: syntax error at or near "SELCT"\n1 entry\n$/,
    )
    assert.match(trace.stdout, /^revision +40$/m)
    assert.match(trace.stdout, /^outcome +error$/m)
    assert.match(
      trace.stdout,
      /^error: script 40_wrong: syntax error at or near "SELCT"\n {2}at migration\/40_wrong.sql:2:3\n/,
    )
    assert.equal((await run('trace 999')).status, 2)
  })
})

test('--quiet prints nothing but errors; --verbose prints settings and causes', async () => {
  await withApplication({ ...scripts, ...wrong }, async ({ run }) => {
    const silent = await run('upgrade 30 --quiet')
    const quiet = await run('upgrade --quiet')
    const verbose = await run('upgrade --verbose')

    assert.deepEqual(silent, { status: 0, stdout: '', stderr: '', exits: [] })
    assert.match(quiet.stderr, /^error: script 40_wrong/)
    assert.match(verbose.stderr, /^transaction +each +\(default\)$/m)
    assert.match(verbose.stderr, /^caused by: error: syntax error at or near "SELCT"\n {4}at /m)
  })
})

test('--strict refuses drift, --directory and a folder name other scripts', async () => {
  await withApplication(scripts, async ({ cwd, run }) => {
    await run('upgrade 2')
    const text = await readFile(join(cwd, 'migration/2_add_orders.sql'), 'utf8')
    await writeFile(join(cwd, 'migration/2_add_orders.sql'), `${text}-- edited\n`)

    const strict = await run('upgrade --strict')
    const empty = await run('status .')

    assert.equal(strict.status, 1)
    assert.match(strict.stderr, /error: applied scripts have changed: 2_add_orders\n/)
    assert.match(empty.stderr, /^error: no scripts in /)
    assert.match((await run('plan -d migration')).stdout, /notice: changed since applied: 2_add/)
  })
})

test('on a terminal a long run shows which script is running, and wipes that line', async () => {
  const files = { 'migration/1_slow_one.sql': sleepUntilGo }
  await withApplication(files, async ({ database, run }) => {
    await prepareGo(database)
    const { stderr, stdout } = await run('upgrade', {
      terminal: { stderr: true },
      columns: 60,
      onWrite: (text) => {
        if (text.includes('[1/1] 1 slow one')) void go(database)
      },
    })

    assert.ok(stderr.includes('\r\u001b[2K[1/1] 1 slow one  N ms'), stderr)
    assert.ok(stderr.endsWith('\r\u001b[2K'))
    assert.match(stdout, /^up {3}1 slow one {2}N ms\n/)
  })
})

test('the first SIGINT stops the run after rolling back, with status 130', async () => {
  const files = { ...scripts, 'migration/40_slow.sql': 'SELECT pg_sleep(60);\n' }
  await withApplication(files, async ({ database, run }) => {
    const stop = whenAsleep(database, (send) => send('SIGINT'))

    const { status, stderr, exits } = await run('upgrade', { onWrite: stop })

    assert.equal(status, 130)
    assert.match(stderr, /^SIGINT: stopping once the current script/m)
    assert.match(stderr, /^error: interrupted/m)
    assert.deepEqual(exits, [])
    assert.match((await run('status')).stdout, /\n3 applied, 0 pending, 1 failed\n$/)
  })
})

test('the second signal ends the process at once, with status 143 for SIGTERM', async () => {
  await withApplication({ 'migration/1_slow.sql': sleepOnUntilGo }, async ({ database, run }) => {
    await prepareGo(database)
    const stop = whenAsleep(database, async (send) => {
      send('SIGTERM')
      // sooner it would be taken for the same signal, handed on by npx
      await sleep(600)
      send('SIGTERM')
      await go(database)
    })

    const { exits } = await run('upgrade', { onWrite: stop })

    assert.deepEqual(exits, [143])
  })
})

test('a signal that npx hands on a second time is one signal', async () => {
  await withApplication({ 'migration/1_slow.sql': sleepOnUntilGo }, async ({ database, run }) => {
    await prepareGo(database)
    const stop = whenAsleep(database, async (send) => {
      for (let count = 1; count <= 3; count++) send('SIGINT')
      await go(database)
    })

    const { exits, stderr } = await run('upgrade', { onWrite: stop })

    assert.deepEqual(exits, [])
    assert.equal(stderr.match(/^SIGINT: /gm)?.length, 1)
  })
})

test('a real SIGTERM to bin/migrate is recorded as a failure of the script, with status 143', async () => {
  const files = { 'migration/1_slow.sql': 'SELECT pg_sleep(60);\n' }
  await withApplication(files, async ({ cwd, database, run }) => {
    const program = join(__dirname, '..', '..', '..', 'bin', 'migrate')
    const child = spawn(program, ['upgrade'], { cwd, stdio: 'ignore' })
    const ended = once(child, 'exit')
    await untilAsleep(database)
    child.kill('SIGTERM')

    assert.deepEqual(await ended, [143, null])
    assert.match((await run('errors')).stdout, /run {2}1 {2}slow/)
  })
})

type OnWrite = NonNullable<Surroundings['onWrite']>

/** Acts once a script sleeps in the database. */
function whenAsleep(
  database: TestDatabase,
  act: (send: Parameters<OnWrite>[1]) => Promise<void> | void,
): OnWrite {
  let started = false
  return (_text, send) => {
    if (started) return
    started = true
    void untilAsleep(database).then(() => act(send))
  }
}

for (const command of ['upgrade', 'setup'])
  test(`${command} says at once that the folder is missing, though no server answers`, async () => {
    const ini =
      '[migration]\ndirectory = nowhere\ntypeorm.url = postgres://nobody@127.0.0.1:1/nothing\n'
    await withFolder({ 'development.ini': ini }, async (cwd) => {
      const { ended } = startMigrate(cwd, 'development.ini', command, '--wait', '24h')
      const { status, output } = await ended

      assert.match(output, /error: no scripts' folder .*nowhere/)
      assert.notEqual(status, 0)
    })
  })
