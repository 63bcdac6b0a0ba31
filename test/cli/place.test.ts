import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectionOfDataSource } from '../../src/database/application/data-source-connection'
import { migrate } from '../support/cli'
import { withDatabase } from '../support/database'
import { withFolder } from '../support/folder'

const options = (text: string) =>
  `const { DataSource } = require(${JSON.stringify(require.resolve('typeorm'))})
exports.dataSource = new DataSource({ type: 'postgres', ${text} })\n`

test('with typeorm.data_source url prints its address without the password', async () => {
  const files = {
    'development.ini': '[migration]\ntypeorm.data_source = source.cjs\n',
    'source.cjs': options(
      "host: 'db.example', port: 5433, username: 'app', password: 'hunter22', database: 'shop'",
    ),
  }
  await withFolder(files, async (cwd) => {
    const { status, stdout, stderr } = await migrate(['url'], { cwd })
    const json = await migrate(['url', '--json'], { cwd })

    assert.deepEqual([status, stdout], [0, 'postgres://app@db.example:5433/shop\n'], stderr)
    const { database } = JSON.parse(json.stdout) as { database: Record<string, unknown> }
    assert.deepEqual(
      [database['host'], database['name'], database['user']],
      ['db.example', 'shop', 'app'],
    )
    assert.doesNotMatch(json.stdout + json.stderr + stderr, /hunter22/)
  })
})

test('with typeorm.data_source the output names host and database', async () => {
  await withDatabase(async ({ name, url }) => {
    const files = {
      'development.ini': '[migration]\ntypeorm.data_source = source.cjs\n',
      'source.cjs': options(`url: ${JSON.stringify(url)}`),
      'migration/1_a.sql': 'SELECT 1',
    }
    await withFolder(files, async (cwd) => {
      const run = (line: string) => migrate(line.split(' '), { cwd })
      const { stderr, status } = await run('upgrade')
      const shown = await run('status')

      assert.equal(status, 0, stderr)
      const label = new RegExp(`^database "${name}" at .+, port \\d+\\n`)
      assert.match(stderr, label)
      assert.match(shown.stdout, label)
    })
  })
})

test('a DataSource that cannot connect is named by host and database', async () => {
  const files = {
    'development.ini': '[migration]\ntypeorm.data_source = source.cjs\n',
    'source.cjs': options("host: '127.0.0.1', port: 1, username: 'app', database: 'shop'"),
    'migration/1_a.sql': 'SELECT 1',
  }
  await withFolder(files, async (cwd) => {
    const { stderr } = await migrate(['status'], { cwd })
    assert.match(stderr, /^error: cannot connect to database "shop" at 127\.0\.0\.1:1\n/)
  })
})

test('of a replicated DataSource the master is named, and a url comes before single options', () => {
  const named = (own: object) => {
    const { host, database } = connectionOfDataSource({ options: own } as never)
    return `${host}/${database}`
  }
  assert.equal(named({ url: 'postgres://u@h:1/d', host: 'x', database: 'y' }), 'h/d')
  assert.equal(named({ replication: { master: { host: 'm', database: 'd' }, slaves: [] } }), 'm/d')
})

test('a single problem of the settings has its place and its hint once', async () => {
  await withFolder(
    { 'development.ini': '[migration]\ntypeorm.url = postgres://h/d\npakage = x\n' },
    async (cwd) => {
      const { stderr } = await migrate(['status'], { cwd })

      assert.equal(
        stderr,
        'error: unknown key "pakage" in [migration]\n  at development.ini:3\nhint: Did you mean package?\n',
      )
    },
  )
})

test('several problems of the settings have each its own place and hint', async () => {
  const ini = '[migration]\ntypeorm.url = postgres://h/d\npakage = x\nlock_wait = soon\n'
  await withFolder({ 'development.ini': ini }, async (cwd) => {
    const { stderr } = await migrate(['status'], { cwd })

    const lines = stderr.split('\n')
    assert.equal(lines[0], 'error: development.ini has 2 problems')
    assert.match(lines[1] ?? '', /^ {2}development\.ini:3: .* Did you mean package\?$/)
    assert.match(lines[2] ?? '', /^ {2}development\.ini:4: lock_wait .* Write 500ms/)
    assert.match(lines[3] ?? '', /^hint: Correct the settings/)
  })
})

test('generate --dry-run prints path and text, and writes nothing', async () => {
  await withFolder({}, async (cwd) => {
    const { readdir } = await import('node:fs/promises')
    const { status, stdout } = await migrate(['generate', 'add orders', '--dry-run', '-d', 'new'], {
      cwd,
    })

    assert.equal(status, 0)
    assert.match(stdout, /^new\/\d{14}_add_orders\.sql\n {2}-- add orders\n/)
    assert.match(stdout, /-- MIGRATE UP/)
    assert.deepEqual(await readdir(cwd), [])
  })
})
