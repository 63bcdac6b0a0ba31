import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { lockKey } from '../../src/run/lock/advisory-key'
import { withDatabase, type TestDatabase } from '../support/database'
import { withFolder } from '../support/folder'
import { Random } from '../support/history-random'
import { prepareGo, sleepOnUntilGo, until, untilAsleep } from '../support/until'
import { seed, times } from './mode'
import { record } from './report'

const program = join(__dirname, '..', '..', '..', 'bin', 'migrate')
const journal = { schema: 'public', table: 'migration_journal' }
const statusOf = { SIGINT: 130, SIGTERM: 143 }
type Signal = keyof typeof statusOf

interface Run {
  output(): string
  send(signal: Signal | 'SIGKILL'): void
  over(): boolean
  /** The signal that ended the process before it had started to listen. */
  bySignal(): string | null
  ended: Promise<number | null>
}

/** Starts `bin/migrate` at the head of a process group of its own, as a shell does. */
function start(cwd: string, argv: readonly string[]): Run {
  const child = spawn(program, argv, {
    cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  }
  return {
    output: () => output,
    over: () => child.exitCode !== null || child.signalCode !== null,
    bySignal: () => child.signalCode,
    send: (signal) => process.kill(-child.pid!, signal),
    ended: new Promise((done) => child.on('close', done)),
  }
}

interface Scene {
  name: string
  files: Record<string, string>
  argv?: readonly string[]
  /** Makes the migrator wait; returns what lets it go on afterwards. */
  prepare?: (database: TestDatabase) => Promise<() => Promise<unknown>>
  /** True when the signal may come. */
  reached: (database: TestDatabase, output: string) => Promise<boolean> | boolean
  /** The rows of the journal that tell of it: revision, code. */
  recorded: readonly string[]
  /** Rows of `t` after the rerun. */
  rows: readonly number[]
}

const first = { 'migration/1_a.sql': 'CREATE TABLE t (x int);' }
const last = { 'migration/3_c.sql': 'INSERT INTO t VALUES (3);' }

const active = (wait: string) => async (database: TestDatabase) => {
  const rows = await database.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND wait_event ${wait}`,
  )
  return rows.length > 0
}
const asleep = active("= 'PgSleep'")
const says = (text: string) => (_database: TestDatabase, output: string) => output.includes(text)

/** Sleeps for ever the first time, and not at all once there is `go`. */
const sleepOnce = "SELECT pg_sleep(CASE WHEN to_regclass('go') IS NULL THEN 60 ELSE 0 END)"
const interruptedAt2 = ['2 INTERRUPTED']

const tableLocked = async (database: TestDatabase, mode: string) => {
  await database.query('CREATE TABLE t (x int)')
  const reader = await database.client()
  await reader.query(`BEGIN; LOCK TABLE t IN ${mode} MODE`)
  return () => reader.query('COMMIT')
}

const scenes: readonly Scene[] = [
  {
    name: 'while it waits for the lock',
    files: { ...first, ...last },
    prepare: async (database) => {
      const holder = await database.client()
      await holder.query(`SELECT pg_advisory_lock(${lockKey(journal)})`)
      return () => holder.end()
    },
    reached: says('waiting: another migrator'),
    recorded: [],
    rows: [3],
  },
  {
    name: 'in a script of a batch',
    files: { ...first, 'migration/2_b.sql': `INSERT INTO t VALUES (2); ${sleepOnce};`, ...last },
    reached: asleep,
    recorded: interruptedAt2,
    rows: [2, 3],
  },
  {
    name: 'in the one transaction of --transaction all',
    files: { ...first, 'migration/2_b.sql': `INSERT INTO t VALUES (2); ${sleepOnce};`, ...last },
    argv: ['--transaction', 'all'],
    reached: asleep,
    recorded: interruptedAt2,
    rows: [2, 3],
  },
  {
    name: 'in a statement of a TypeScript script',
    files: {
      ...first,
      'migration/2_b.ts': `export async function upgrade(queryRunner: { query(sql: string): Promise<unknown> }) {
  await queryRunner.query('INSERT INTO t VALUES (2)')
  await queryRunner.query(\`${sleepOnce}\`)
}`,
      ...last,
    },
    reached: asleep,
    recorded: interruptedAt2,
    rows: [2, 3],
  },
  {
    name: 'in a TypeScript script that waits for something else than the database',
    files: {
      ...first,
      'migration/2_b.ts': `export async function upgrade(queryRunner: { query(sql: string): Promise<{ go: unknown }[]> }, context: { log(text: string): void }) {
  await queryRunner.query('INSERT INTO t VALUES (2)')
  const [row] = await queryRunner.query("SELECT to_regclass('go') AS go")
  context.log('far away')
  await new Promise((done) => setTimeout(done, row?.go ? 0 : 120000))
}`,
      ...last,
    },
    reached: says('far away'),
    recorded: interruptedAt2,
    rows: [2, 3],
  },
  {
    name: 'in a statement outside a transaction',
    files: {
      ...first,
      'migration/2_b.sql': `-- migrate: no-transaction\nINSERT INTO t VALUES (2);\nCREATE INDEX CONCURRENTLY i ON t (x);`,
      ...last,
    },
    prepare: async (database) => {
      const reader = await database.client()
      await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM pg_class LIMIT 1')
      return () => reader.query('COMMIT')
    },
    reached: active("= 'virtualxid'"),
    recorded: interruptedAt2,
    rows: [2, 3],
  },
  {
    name: 'in the pause before a retry',
    files: {
      'migration/2_b.sql': '-- migrate: lock_timeout = 50ms\nALTER TABLE t ADD y int;',
      ...last,
    },
    prepare: (database) => tableLocked(database, 'ACCESS SHARE'),
    reached: says('trying again in'),
    recorded: interruptedAt2,
    rows: [3],
  },
  {
    name: 'in set-up',
    files: { 'schema.sql': `CREATE TABLE t (x int); ${sleepOnce};`, ...first },
    argv: ['setup'],
    reached: asleep,
    recorded: [],
    rows: [],
  },
]

for (const [index, scene] of scenes.entries()) {
  const signal: Signal = index % 2 === 0 ? 'SIGINT' : 'SIGTERM'
  test(`${signal} ${scene.name}: rolled back or cancelled, recorded, and a rerun goes on`, async () => {
    await withScene(scene, async (folder, database) => {
      const goOn = await scene.prepare?.(database)
      const argv = scene.argv?.[0] === 'setup' ? scene.argv : ['upgrade', ...(scene.argv ?? [])]
      const run = start(folder, argv)
      await until(() => scene.reached(database, run.output()), run.output)
      run.send(signal)

      assert.equal(await run.ended, statusOf[signal], run.output())
      assert.match(run.output(), /^error: interrupted/m)
      assert.deepEqual(await failuresIn(database), scene.recorded)
      assert.deepEqual(await othersIn(database), [])

      await database.query('CREATE SEQUENCE go')
      await goOn?.()
      const again = start(folder, argv)
      assert.equal(await again.ended, 0, again.output())
      await judge(`${signal} ${scene.name}`, database, scene.rows)
    })
  })
}

/** Reports what came of it, and fails unless every row is there once and every index is valid. */
async function judge(fault: string, database: TestDatabase, wanted: readonly number[]) {
  const rows = await database.query<{ x: number }>('SELECT x FROM t ORDER BY x')
  const is = rows.map(({ x }) => x)
  const invalid = await database.query('SELECT FROM pg_index WHERE NOT indisvalid')
  record({
    fault,
    injected: 1,
    lost: wanted.filter((x) => !is.includes(x)).length,
    twice: is.length - new Set(is).size,
    differ: invalid.length > 0 ? 1 : 0,
  })
  assert.deepEqual(is, wanted)
  assert.deepEqual(invalid, [])
}

test(`a signal at any moment loses nothing and does nothing twice, seed ${seed}`, async () => {
  const random = new Random(seed)
  const short = 'SELECT pg_sleep(0.1)'
  const files = {
    ...first,
    'migration/2_b.sql': `INSERT INTO t VALUES (2); ${short}`,
    'migration/3_c.sql': `-- migrate: no-transaction\nINSERT INTO t VALUES (3);\nCREATE INDEX CONCURRENTLY i ON t (x);\n${short};\nINSERT INTO t VALUES (4);`,
    'migration/4_d.ts': `export async function upgrade(queryRunner: { query(sql: string): Promise<unknown> }) {
  await queryRunner.query('INSERT INTO t VALUES (5)')
  await queryRunner.query('${short}')
}`,
    'migration/5_e.sql': `INSERT INTO t VALUES (6); ${short}`,
  }
  for (let count = 0; count < times(3, 30); count++) {
    const signal = random.pick(['SIGINT', 'SIGTERM'] as const)
    const delay = Math.round(random.next() * 1500)
    await withScene({ files }, async (folder, database) => {
      const run = start(folder, ['upgrade'])
      await sleep(delay)
      if (!run.over()) run.send(signal)
      const status = await run.ended
      const may: (number | null)[] = [0, statusOf[signal]]
      assert.ok(may.includes(status) || run.bySignal() === signal, `${status}\n${run.output()}`)
      const again = start(folder, ['upgrade'])
      assert.equal(await again.ended, 0, again.output())
      await judge(`${signal} at any moment`, database, [2, 3, 4, 5, 6])
    })
  }
})

/** What a server answers that takes no connections yet. */
const startingUp = errorMessage({ S: 'FATAL', C: '57P03', M: 'the database system is starting up' })

function errorMessage(fields: Readonly<Record<string, string>>): Buffer {
  const text = Object.entries(fields).map(([name, value]) => `${name}${value}\0`)
  const body = Buffer.from(`${text.join('')}\0`)
  const head = Buffer.from('E....')
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

test('a signal while it waits for a server that is not up stops it at once', async () => {
  let asked = 0
  const absent = createServer((client) => {
    asked++
    // a process that ends cuts its connection
    client.on('error', () => {})
    client.end(startingUp)
  }).listen(0, '127.0.0.1')
  await once(absent, 'listening')
  const { port } = absent.address() as AddressInfo
  const ini = `[migration]\ntypeorm.url = postgres://nobody@127.0.0.1:${port}/none\n`
  await withFolder({ 'development.ini': ini, ...first }, async (folder) => {
    for (const [command, signal] of [
      ['upgrade', 'SIGINT'],
      ['status', 'SIGTERM'],
      ['setup', 'SIGTERM'],
    ] as const) {
      const before = asked
      const run = start(folder, [command, '--wait', '24h'])
      await until(() => asked >= before + 2, run.output)
      run.send(signal)
      assert.equal(await run.ended, statusOf[signal], run.output())
    }
  })
  absent.close()
})

test('the second signal ends the process at once, and its script is rolled back all the same', async () => {
  // no cancel request ends it, so that the first signal never has its way
  const files = {
    ...first,
    'migration/2_b.sql': `INSERT INTO t VALUES (2); ${sleepOnUntilGo}`,
  }
  await withScene({ files }, async (folder, database) => {
    await prepareGo(database)
    const run = start(folder, ['upgrade'])
    await untilAsleep(database)
    run.send('SIGTERM')
    await until(() => run.output().includes('SIGTERM: stopping'), run.output)
    // a second one within half a second is taken for npx's, which hands on the first
    await sleep(700)
    run.send('SIGTERM')

    assert.equal(await run.ended, 143)
    await until(async () => (await othersIn(database)).length === 0)
    assert.deepEqual(await database.query('SELECT x FROM t'), [])
    assert.deepEqual(await failuresIn(database), [])
  })
})

test('a statement whose migrator was killed ends soon, where the server can look', async () => {
  const files = { ...first, 'migration/2_b.sql': 'SELECT pg_sleep(120);' }
  await withScene({ files }, async (folder, database) => {
    const run = start(folder, ['upgrade'])
    await untilAsleep(database)
    const names = await database.query<{ name: string }>(
      "SELECT application_name AS name FROM pg_stat_activity WHERE application_name LIKE 'typetrek%' AND datname = current_database()",
    )
    const [row] = await database.query<{ run_id: string }>(
      'SELECT DISTINCT run_id FROM migration_journal',
    )
    for (const { name } of names) {
      assert.match(name, /^typetrek \S+@\S+ [0-9a-f-]{13}$/)
      assert.ok(row?.run_id.startsWith(name.slice(-13)), name)
    }
    assert.equal(names.length, 2)
    run.send('SIGKILL')
    await run.ended

    await until(async () => (await othersIn(database)).length === 0)
  })
})

async function withScene(
  { files }: Pick<Scene, 'files'>,
  work: (folder: string, database: TestDatabase) => Promise<void>,
): Promise<void> {
  await withDatabase(async (database) => {
    const url = database.url.replaceAll('%', '%%')
    const ini = `[migration]\ntypeorm.url = ${url}\nschema = schema.sql\n`
    const given = { 'schema.sql': 'SELECT 1;', ...files, 'development.ini': ini }
    await withFolder(given, (folder) => work(folder, database))
  })
}

async function failuresIn(database: TestDatabase): Promise<string[]> {
  const [found] = await database.query(
    "SELECT to_regclass('migration_journal') IS NOT NULL AS there",
  )
  if (!found?.there) return []
  const rows = await database.query<{ line: string }>(
    "SELECT concat_ws(' ', revision, error ->> 'code') AS line FROM migration_journal WHERE outcome <> 'success' ORDER BY id",
  )
  return rows.map(({ line }) => line)
}

/** What a migrator has left in the server. */
function othersIn(database: TestDatabase): Promise<unknown[]> {
  return database.query(
    "SELECT pid, state, query FROM pg_stat_activity WHERE application_name LIKE 'typetrek%' AND datname = current_database()",
  )
}
