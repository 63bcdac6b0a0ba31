import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dataSourceOptions } from '../../src/settings/typeorm/data-source-options'
import { settingsOf } from './with-settings'

const ini = `
[app]
typeorm.url = postgres://app:pw@h:1/d?application_name=x&statement_timeout=9
typeorm.ssl.rejectUnauthorized = false
typeorm.entities = e.ts
typeorm.synchronize = true
typeorm.extra.max = 3
typeorm.extra.query_timeout = 5
[migration]
app = app
typeorm.username = owner
`

test('for a migration TypeORM changes nothing by itself and sends no timeout', async () => {
  assert.deepEqual(dataSourceOptions(await settingsOf(ini)), {
    type: 'postgres',
    host: 'h',
    port: 1,
    username: 'owner',
    password: 'pw',
    database: 'd',
    ssl: { rejectUnauthorized: false },
    applicationName: 'x',
    entities: ['HERE/e.ts'],
    extra: { max: 3 },
    synchronize: false,
    dropSchema: false,
    migrationsRun: false,
  })
})

test('for the application its own values hold, unchanged', async () => {
  assert.deepEqual(dataSourceOptions(await settingsOf(ini), { use: 'application' }), {
    type: 'postgres',
    host: 'h',
    port: 1,
    username: 'app',
    password: 'pw',
    database: 'd',
    ssl: { rejectUnauthorized: false },
    applicationName: 'x',
    entities: ['HERE/e.ts'],
    synchronize: true,
    extra: { statement_timeout: '9', max: 3, query_timeout: 5 },
  })
})

test('an embedded database takes the connection of its server', async () => {
  const settings = await settingsOf({}, { config: 'embedded:db' })
  const connection = { host: '/tmp/s', port: 5432, user: 'postgres', database: 'app' }
  assert.throws(() => dataSourceOptions(settings), /of kind embedded need a connection/)
  assert.deepEqual(dataSourceOptions(settings, { use: 'application', connection }), {
    type: 'postgres',
    host: '/tmp/s',
    port: 5432,
    username: 'postgres',
    database: 'app',
  })
})
