import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { readSettings } from '../../src/settings/read-settings'
import { dataSourceOptions } from '../../src/settings/typeorm/data-source-options'
import { withFolder } from '../support/folder'

const understood = {
  'mysql://app:se%40cret@db.example:3307/shop': {
    engine: 'mysql',
    connection: {
      user: 'app',
      password: 'se@cret',
      host: 'db.example',
      port: 3307,
      database: 'shop',
    },
  },
  'mysql://app@[::1]:3307/shop': {
    engine: 'mysql',
    connection: { user: 'app', host: '::1', port: 3307, database: 'shop' },
  },
  'mariadb://localhost/shop': {
    engine: 'mariadb',
    connection: { host: 'localhost', database: 'shop' },
  },
  'sqlite:data/app.db': { engine: 'better-sqlite3', connection: { database: 'HERE/data/app.db' } },
  'sqlite:///var/app.db': { engine: 'better-sqlite3', connection: { database: '/var/app.db' } },
  'sqlite::memory:': { engine: 'better-sqlite3', connection: { database: ':memory:' } },
} as const

for (const [url, expected] of Object.entries(understood)) {
  test(`${url} names a database of TypeORM`, async () => {
    await withFolder({}, async (cwd) => {
      const { database, secrets } = await readSettings({ config: url, cwd, env: {} })
      const text = JSON.stringify(database).replaceAll(cwd, 'HERE')
      assert.deepEqual(JSON.parse(text), { kind: 'engine', ...expected })
      if (url.includes('cret')) assert.ok(secrets.includes('se@cret'))
    })
  })
}

test('keys name it too, and what TypeORM alone knows goes with them', async () => {
  const ini = `[migration]
typeorm.type = mysql
typeorm.host = h
typeorm.username = app
typeorm.database = shop
typeorm.charset = utf8mb4
`
  await withFolder({ 'development.ini': ini }, async (cwd) => {
    const settings = await readSettings({ cwd, env: { PGHOST: 'elsewhere' } })
    assert.deepEqual(dataSourceOptions(settings), {
      type: 'mysql',
      host: 'h',
      username: 'app',
      database: 'shop',
      charset: 'utf8mb4',
      synchronize: false,
      dropSchema: false,
      migrationsRun: false,
    })
  })
})

test('a runner and a configuration module need no database', async () => {
  const files = {
    'r.ts': '',
    'conf/config.ts': '',
    'development.ini': '[migration]\nrunner = ./r.ts:Mine a b\n',
  }
  await withFolder(files, async (cwd) => {
    const { database } = await readSettings({ cwd, env: {}, runnerArguments: ['c'] })
    assert.deepEqual(database, {
      kind: 'runner',
      file: join(cwd, 'r.ts'),
      name: 'Mine',
      args: ['a', 'b', 'c'],
    })
    const versions = await readSettings({ config: 'conf', cwd, env: {} })
    assert.deepEqual(versions.database, { kind: 'versions', file: join(cwd, 'conf/config.ts') })
  })
})

test('the folder may have the plural for its name, where nothing names it', async () => {
  await withFolder({ 'migrations/1_a.sql': '' }, async (cwd) => {
    const { directory } = await readSettings({ config: 'postgres://h/d', cwd, env: {} })
    assert.equal(directory, join(cwd, 'migrations'))
  })
  await withFolder({ 'migrations/1_a.sql': '', 'migration/1_a.sql': '' }, async (cwd) => {
    const { directory } = await readSettings({ config: 'postgres://h/d', cwd, env: {} })
    assert.equal(directory, join(cwd, 'migration'))
  })
})
