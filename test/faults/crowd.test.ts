import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import { migratorFor, setUpMigration } from '../../src/setup'
import { settingsFor } from '../../src/settings/library'
import { type TestDatabase, withDatabase } from '../support/database'
import { failureOf } from '../support/failure'
import { withFolder } from '../support/folder'
import { speed, startTestServer, stopTestServer, type TestServer } from '../support/server'
import { go, prepareGo, sleepUntilGo, until, untilAsleep } from '../support/until'
import type { BootTask } from './boot'
import { times } from './mode'
import { record } from './report'
import { testPool } from '../support/pool'

const program = join(__dirname, '..', '..', '..', 'bin', 'migrate')
const crowd = times(12, 50)
/** What an application leaves for the crowd: fewer connections than migrators. */
const limit = times(13, 100)
const left = times(9, 40)

let server: TestServer
before(async () => {
  const few = [`max_connections=${limit}`, 'superuser_reserved_connections=0']
  server = await startTestServer(18, { settings: [...speed, ...few] })
})
after(() => stopTestServer(server))

const files = {
  'migration/1_a.sql': 'CREATE TABLE a (i int); INSERT INTO a VALUES (1);',
  'migration/2_b.ts': `import type { QueryRunner } from 'typeorm'
export const upgrade = (queryRunner: QueryRunner) => queryRunner.query('INSERT INTO a VALUES (2)')`,
  'migration/3_c.sql': 'CREATE INDEX CONCURRENTLY c ON a (i);\nINSERT INTO a VALUES (3);',
  'migration/4_d.sql': 'INSERT INTO a VALUES (4);',
}

/** Takes connections away until `left` are left. */
async function occupy(
  { client, query }: TestDatabase,
  others: number,
): Promise<() => Promise<void>> {
  const [row] = await query<{ n: number }>(
    "SELECT count(*)::int AS n FROM pg_stat_activity WHERE backend_type = 'client backend'",
  )
  const taken = limit - others - (row?.n ?? 0)
  const clients = await Promise.all(Array.from({ length: taken }, () => client()))
  return async () => {
    await Promise.all(clients.map((one) => one.end()))
  }
}

interface Ended {
  status: number | null
  output: string
}

function run(
  argv: readonly string[],
  cwd: string,
  onOutput: (output: string) => void = () => undefined,
): Promise<Ended> {
  const child = spawn(process.execPath, argv, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      onOutput(output)
    })
  }
  return new Promise((done) => child.on('close', (status) => done({ status, output })))
}

/** Each script once, in the journal and in what it did. */
async function ranOnce({ query }: TestDatabase, fault: string): Promise<void> {
  const rows = await query<{ i: number }>('SELECT i FROM a')
  const did = rows.map(({ i }) => i).toSorted((a, b) => a - b)
  const entries = await query<{ revision: number }>(
    "SELECT revision::int FROM migration_journal WHERE outcome = 'success' AND revision > 0 ORDER BY 1",
  )
  record({
    fault,
    injected: crowd,
    lost: 4 - new Set(did).size,
    twice: did.length - new Set(did).size,
    differ: 0,
  })
  assert.deepEqual(did, [1, 2, 3, 4])
  assert.deepEqual(
    entries.map(({ revision }) => revision),
    [1, 2, 3, 4],
  )
  const invalid = await query('SELECT FROM pg_index WHERE NOT indisvalid')
  assert.deepEqual(invalid, [])
}

test(`${crowd} processes at once on ${left} connections run each script once, and all are content`, async () => {
  await withDatabase(
    async (database) => {
      const ini = `[migration]\ntypeorm.url = ${database.url.replaceAll('%', '%%')}\n`
      const gated = { ...files, 'migration/1_a.sql': sleepUntilGo + files['migration/1_a.sql'] }
      await withFolder({ 'development.ini': ini, ...gated }, async (folder) => {
        await prepareGo(database)
        const release = await occupy(database, left)
        let waiting = false
        const onOutput = (text: string) => (waiting ||= text.includes('waiting: '))
        const runs = Array.from({ length: crowd }, () =>
          run([program, 'upgrade'], folder, onOutput),
        )
        await until(() => waiting)
        await go(database)
        const results = await Promise.all(runs)
        await release()

        const bad = results.filter(({ status }) => status !== 0)
        assert.deepEqual(bad, [])
        await ranOnce(database, 'many processes at once')
      })
    },
    { server },
  )
})

for (const on of ['DataSource', 'Pool'] as const)
  test(`${crowd} calls of setUpMigration on a ${on} each, in a few processes, set up once`, async () => {
    const processes = times(3, 5)
    await withDatabase(
      async (database) => {
        await withFolder(files, async (folder) => {
          const calls = crowd / processes
          const task: BootTask = { url: database.url, folder: join(folder, 'migration'), calls, on }
          const argv = [join(__dirname, 'boot.js'), JSON.stringify(task)]
          const results = await Promise.all(
            Array.from({ length: processes }, () => run(argv, folder)),
          )

          const bad = results.filter(({ status }) => status !== 0)
          assert.deepEqual(bad, [])
          const returned = results.flatMap(({ output }) => JSON.parse(output) as boolean[])
          assert.equal(returned.length, crowd)
          assert.equal(returned.filter(Boolean).length, 1)
          await ranOnce(database, `many calls of setUpMigration on a ${on}`)
        })
      },
      { server },
    )
  })

test(`${crowd} calls of setUpMigration share a pool of two connections`, async () => {
  await withDatabase(
    async (database) => {
      await withFolder(files, async (folder) => {
        const pool = testPool({ connectionString: database.url, max: 2 })
        const calls = Array.from({ length: crowd }, () =>
          setUpMigration(pool, join(folder, 'migration')),
        )
        const returned = await Promise.all(calls)
        await pool.end()

        assert.equal(returned.filter(Boolean).length, 1)
        await ranOnce(database, 'many calls of setUpMigration on one small pool')
      })
    },
    { server },
  )
})

/** How many clients the server has turned away, as its log says. */
async function refusals(): Promise<number> {
  const log = await readFile(server.cluster.log, 'utf8')
  return log.match(/FATAL: +sorry, too many clients already/g)?.length ?? 0
}

/** One migrator that finds `free` connections, and the rest when it has been turned away. */
async function finds(free: number, scripts: Readonly<Record<string, string>>): Promise<number> {
  let done = 0
  await withDatabase(
    async (database) => {
      await withFolder(scripts, async (folder) => {
        const migrator = await migratorFor(database.url, await settingsFor(folder, database.url))
        const release = await occupy(database, free)
        const before = await refusals()
        const [{ steps }] = await Promise.all([
          migrator.execute({ command: 'upgrade' }),
          until(async () => (await refusals()) > before).then(release),
        ])
        await migrator.close()
        done = steps.length
      })
    },
    { server },
  )
  return done
}

test('a server that has no connection left is waited for, whichever connection it is', async () => {
  const sql = { '1_a.sql': 'CREATE TABLE a ()' }
  assert.equal(await finds(0, sql), 1, "the lock's")
  assert.equal(await finds(1, sql), 1, "the work's")
  const second = `import type { QueryRunner } from 'typeorm'
export async function upgrade({ dataSource, connection }: QueryRunner & { dataSource: QueryRunner['connection'] }) {
  const other = (dataSource ?? connection).createQueryRunner()
  await other.query('SELECT 1')
  await other.release()
}`
  assert.equal(await finds(2, { '1_a.ts': second }), 1, 'one that a script opens')
})

test('lock_wait 0 asks once: another migrator at work is an error at once, and says who', async () => {
  await withDatabase(
    async (database) => {
      await withFolder({ '1_a.sql': sleepUntilGo }, async (folder) => {
        await prepareGo(database)
        const open = async (lock_wait: string) =>
          migratorFor(database.url, await settingsFor(folder, database.url, { lock_wait }))
        const first = await open('60s')
        const running = first.execute({ command: 'upgrade' })
        await untilAsleep(database)
        const second = await open('0')
        const error = await failureOf(second.execute({ command: 'upgrade' }))
        // the first is still at it, so that nobody can have waited for it
        await go(database)
        await running
        await Promise.all([first.close(), second.close()])

        assert.equal(error.code, 'LOCK_WAIT_EXPIRED')
        assert.match(
          error.detail ?? '',
          /^another migrator holds the lock since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC: backend \d+ \(typetrek .*\); waited 0 s$/,
        )
      })
    },
    { server },
  )
})
