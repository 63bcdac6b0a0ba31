import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { OpenBackend } from '../../src/backend-kit'
import {
  execute,
  migrateTo,
  plan,
  setUpMigration,
  type MigrationEvent,
  type StoredPlan,
} from '../../src/index'
import { migrationHandlers } from '../../src/integration/http-handlers'
import { MemoryBackend, MemoryStore } from '../backends/memory-backend'
import { failureOf } from '../support/failure'
import { withFolder } from '../support/folder'

const scripts = [
  { name: '1_a', sql: 'CREATE TABLE a (id int);', downgradeSql: 'DROP TABLE a;' },
  { name: '2_b', sql: 'CREATE TABLE b (id int);', downgradeSql: 'DROP TABLE b;' },
]

function memory() {
  const store = new MemoryStore()
  const on: OpenBackend = (context) => new MemoryBackend(store, context)
  return { on, tables: () => [...store.tables].toSorted() }
}

test('plans are stored, executed and refused on a backend of one’s own', async () => {
  const { on, tables } = memory()
  const planned = await plan(on, scripts, { target: '1' })
  assert.deepEqual(tables(), [])
  assert.equal(planned.database, 'a backend of your own')

  const events: string[] = []
  const stored = JSON.parse(JSON.stringify(planned)) as StoredPlan
  await execute(on, stored, { scripts, onEvent: ({ type }) => void events.push(type) })
  assert.deepEqual(tables(), ['a'])
  assert.deepEqual(events, ['planned', 'started', 'finished'])
  assert.equal((await failureOf(execute(on, planned))).code, 'STALE_PLAN')

  const rest = await plan(on, scripts)
  const [first, second] = scripts as [(typeof scripts)[0], (typeof scripts)[0]]
  const edited = [first, { ...second, sql: 'CREATE TABLE c (id int);' }]
  const changed = await failureOf(execute(on, rest, { scripts: edited }))
  assert.equal(changed.code, 'SCRIPT_CHANGED')
  await migrateTo(on, scripts)
  assert.deepEqual(tables(), ['a', 'b'])
  await migrateTo(on, scripts, '0')
  assert.deepEqual(tables(), [])
})

test('setUpMigration runs the scripts of a backend of one’s own once, and then what is new', async () => {
  const { on, tables } = memory()
  assert.equal(await setUpMigration(on, scripts.slice(0, 1)), true)
  assert.equal(await setUpMigration(on, scripts, { whenSetUp: 'upgrade' }), false)
  assert.deepEqual(tables(), ['a', 'b'])
})

test('the handlers of an application work on a backend of one’s own', async () => {
  const { on, tables } = memory()
  const handlers = migrationHandlers(on, scripts, { enabled: true, authorize: () => true })
  const server = createServer((request, response) => {
    void (request.method === 'GET' ? handlers.status : handlers.migrate)(request, response)
  })
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle))
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    const migrated = await fetch(`${at}/?target=latest`, { method: 'POST' })
    assert.equal(migrated.status, 200)
    assert.deepEqual(tables(), ['a', 'b'])
    const state = (await (await fetch(at)).json()) as Record<string, unknown>
    assert.deepEqual([state['current'], state['revision']], [true, '2'])
  } finally {
    await handlers.close()
    await new Promise((settle) => server.close(settle))
  }
})

test('a function that makes no backend is refused, and so is what is no database', async () => {
  const none = (() => ({ read: () => undefined })) as never
  const { code, message } = await failureOf(plan(none, scripts))
  assert.deepEqual([code, message], ['USAGE', 'the backend has no method entries'])
  const given = await failureOf(plan(MemoryBackend as never, scripts))
  assert.equal(given.hint, 'Give a function: (context) => new MemoryBackend(context).')
  for (const on of [undefined, 7, {}])
    assert.equal((await failureOf(plan(on as never, scripts))).code, 'USAGE')
})

test('a plan of a runner, or of a version that is kept anywhere, is made and executed by its ini', async () => {
  const runner = `exports.names = []
exports.MyRunner = class {
  version() { return exports.names.at(-1) }
  *up(name, { up }) { yield up; exports.names.push(name) }
  *down() { exports.names.pop() }
}`
  const files = {
    'runner.js': runner,
    'runner.ini': '[migration]\nrunner = ./runner.js:MyRunner\npackage = steps\n',
    'steps/1.txt': '# MIGRATE UP\nfirst\n# MIGRATE DOWN\n',
    'steps/2.txt': '# MIGRATE UP\nsecond\n# MIGRATE DOWN\n',
  }
  await withFolder(files, async (folder) => {
    const ini = `${folder}/runner.ini`
    const planned = JSON.parse(JSON.stringify(await plan(ini, ini))) as StoredPlan
    const said: string[] = []
    const onEvent = (event: MigrationEvent) => {
      if (event.type === 'message') said.push(event.text)
    }
    await execute(ini, planned, { onEvent })
    assert.deepEqual(said, ['first', 'second'])
    assert.equal((await failureOf(execute(ini, planned))).code, 'STALE_PLAN')
    const back = await plan(ini, ini, { target: '1.txt' })
    assert.deepEqual([back.direction, back.steps.length], ['down', 1])
  })
})

test('a plan of a graph goes to a revision by its name', async () => {
  const files = {
    'development.ini': '[migration]\ntypeorm.url = postgres://nowhere/none\nlayout = graph\n',
    'migration/20260101_initial_up_first.sql': 'CREATE TABLE a (id int);\n',
    'migration/20260101_first_down_initial.sql': 'DROP TABLE a;\n',
  }
  await withFolder(files, async (folder) => {
    const { on, tables } = memory()
    const source = `${folder}/development.ini`
    await execute(on, await plan(on, source, { target: 'first' }))
    assert.deepEqual(tables(), ['a'])
    const back = await plan(on, source, { target: 'initial', direction: 'down' })
    await execute(on, JSON.parse(JSON.stringify(back)) as StoredPlan)
    assert.deepEqual(tables(), [])
  })
})
