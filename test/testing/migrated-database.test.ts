import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createConnection, createServer, type AddressInfo } from 'node:net'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { Client } from 'pg'
import { DataSource } from 'typeorm'
import { closeMigratedDatabases, withMigratedDatabase } from '../../src/testing/testing'
import { failureOf } from '../support/failure'
import { withFolder } from '../support/folder'
import { noSqlite } from '../support/sqlite'
import { testServer } from '../support/server'

const scripts = [
  {
    name: '1_a',
    sql: 'CREATE TABLE a (id int); CREATE TABLE born AS SELECT clock_timestamp() AS at',
  },
  { name: '2_b', sql: 'INSERT INTO a VALUES (1)' },
]

async function serverUrl(): Promise<string> {
  const { host, port } = await testServer(18)
  return `postgres://postgres@/postgres?host=${encodeURIComponent(host)}&port=${port}`
}

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new Client(url)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

const two = [
  { name: '1_a', sql: 'PRAGMA journal_mode = WAL', transaction: false },
  { name: '2_b', sql: 'CREATE TABLE a (id int); INSERT INTO a VALUES (1)' },
]

test('of SQLite each test gets a copy of one migrated file', { skip: noSqlite }, async () => {
  await withFolder({}, async (folder) => {
    const lines: string[] = []
    const logger = { log: (line: string) => lines.push(line), warn: () => 0, error: () => 0 }
    const server = `sqlite:${folder}`
    const one = (text: string) =>
      withMigratedDatabase(
        async ({ connection: { database = '' }, url }) => {
          assert.equal(url, `sqlite:${database}`)
          const source = await new DataSource({ type: 'better-sqlite3', database }).initialize()
          await source.query(text)
          const rows = await source.query<{ n: number }[]>('SELECT count(*) AS n FROM a')
          await source.destroy()
          return Number(rows[0]?.n)
        },
        { scripts: two, server, logger },
      )
    assert.deepEqual(await Promise.all([one('INSERT INTO a VALUES (2)'), one('SELECT 1')]), [2, 1])
    assert.equal(await one('SELECT 1'), 1)
    assert.equal(lines.filter((line) => line.startsWith('applying')).length, 2)
    await closeMigratedDatabases()
    assert.match((await readdir(folder)).join(' '), /^template_\w+\.db$/)
  })
})

test('scripts of a database that is not copied do not run on another one', async () => {
  const ini = '[migration]\ntypeorm.url = mysql://a@localhost/a\n'
  await withFolder({ 'development.ini': ini, 'migration/1_a.sql': 'SELECT 1' }, async (folder) => {
    const options = { scripts: join(folder, 'development.ini') }
    const { code, message } = await failureOf(withMigratedDatabase(async () => 1, options))
    assert.equal(code, 'SETTINGS_INVALID')
    assert.match(message, /works on PostgreSQL only/)
  })
})

/** The scratch databases of a process; other test files have theirs on the same server. */
const databases = (server: string, pid: number | string = process.pid) =>
  ask(
    server,
    `SELECT datname FROM pg_database WHERE datname ~ '^typetrek_scratch_[0-9a-f]+_${pid}_'`,
  )

/** The test server behind a port of the IPv6 loopback; undefined where this machine has none. */
async function onIpv6(): Promise<{ port: number; close: () => void } | undefined> {
  const { host, port } = await testServer(18)
  const relay = createServer((client) => {
    const upstream = createConnection(join(host, `.s.PGSQL.${port}`))
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('error', () => to.destroy())
      from.pipe(to)
    }
  })
  relay.listen(0, '::1')
  const listens = await once(relay, 'listening').then(
    () => true,
    () => false,
  )
  if (!listens) return undefined
  return { port: (relay.address() as AddressInfo).port, close: () => relay.close() }
}

test('the address of a server may be one of IPv6, for pg and TypeORM alike', async (context) => {
  const relay = await onIpv6()
  if (!relay) return context.skip('no IPv6 loopback')
  const server = `postgres://postgres@[::1]:${relay.port}/postgres`
  try {
    await withMigratedDatabase(
      async ({ url, name, connection }) => {
        assert.equal(url, `postgres://postgres@[::1]:${relay.port}/${name}`)
        assert.equal(connection.host, '::1')
        assert.deepEqual(await ask(url, 'SELECT id FROM a'), [{ id: 1 }])
        const dataSource = await new DataSource({ type: 'postgres', url }).initialize()
        assert.deepEqual(await dataSource.query('SELECT id FROM a'), [{ id: 1 }])
        await dataSource.destroy()
      },
      { scripts, server },
    )
    await closeMigratedDatabases()
  } finally {
    relay.close()
  }
})

test('each test gets a migrated database of its own, and the scripts run once', async () => {
  const server = await serverUrl()
  const births: unknown[] = []
  const names = new Set<string>()
  const one = () =>
    withMigratedDatabase(
      async ({ url, name }) => {
        names.add(name)
        births.push(...(await ask(url, 'SELECT at::text FROM born')))
        assert.deepEqual(await ask(url, 'SELECT id FROM a'), [{ id: 1 }])
        await ask(url, 'INSERT INTO a VALUES (2)')
        const [journal] = await ask(url, 'SELECT count(*)::int FROM migration_journal')
        assert.deepEqual(journal, { count: 2 })
        return name
      },
      { scripts, server },
    )
  assert.equal(await one(), [...names][0])
  await Promise.all([one(), one(), one()])
  await one()

  assert.equal(names.size, 5)
  assert.equal(new Set(births.map((row) => JSON.stringify(row))).size, 1)
  await closeMigratedDatabases()
  assert.deepEqual(await databases(server), [])
  // another process finds the template too
  await one()
  assert.equal(new Set(births.map((row) => JSON.stringify(row))).size, 1)
  await closeMigratedDatabases()
})

test('another text is another template, and what work throws comes through', async () => {
  const server = await serverUrl()
  const changed = [scripts[0]!, { name: '2_b', sql: 'INSERT INTO a VALUES (7)' }]
  const rows = await withMigratedDatabase(({ url }) => ask(url, 'SELECT id FROM a'), {
    scripts: changed,
    server,
  })
  const thrown = withMigratedDatabase(() => Promise.reject(new Error('mine')), { scripts, server })

  assert.deepEqual(rows, [{ id: 7 }])
  await assert.rejects(thrown, /^Error: mine$/)
  const broken = [{ name: '1_a', sql: 'SELECT 1/0' }]
  const work = () => Promise.resolve()
  const refused = await failureOf(withMigratedDatabase(work, { scripts: broken, server }))
  assert.equal(refused.code, 'SCRIPT_FAILED')
  await closeMigratedDatabases()
  assert.deepEqual(await databases(server), [])
})

test('a process that has used it ends by itself and leaves nothing but the template', async () => {
  const server = await serverUrl()
  const library = JSON.stringify(join(__dirname, '../../src/testing/testing.js'))
  const program = `const { withMigratedDatabase } = require(${library})
const options = { scripts: ${JSON.stringify(scripts)}, server: process.argv[1] }
const one = () => withMigratedDatabase(async ({ name }) => console.log(name.split('_')[3]), options)
one().then(one).then(one)`
  const said = execFileSync(process.execPath, ['-e', program, server], { encoding: 'utf8' })

  const [pid = ''] = said.split('\n')
  assert.match(pid, /^\d+$/)
  assert.equal(said, `${pid}\n`.repeat(3))
  assert.deepEqual(await databases(server, pid), [])
})
