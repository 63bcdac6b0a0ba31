import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { Client } from 'pg'
import { closeMigratedDatabases, withMigratedDatabase } from '../../src/testing/testing'
import { failureOf } from '../support/failure'
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

const databases = (server: string) =>
  ask(server, "SELECT datname FROM pg_database WHERE datname ~ '^typetrek_scratch_'")

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
const one = () => withMigratedDatabase(async ({ name }) => console.log(name.slice(0, 16)), options)
one().then(one).then(one)`
  const said = execFileSync(process.execPath, ['-e', program, server], { encoding: 'utf8' })

  assert.equal(said, 'typetrek_scratch\n'.repeat(3))
  assert.deepEqual(await databases(server), [])
})
