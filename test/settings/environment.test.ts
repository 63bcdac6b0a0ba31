import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressUrl } from '../../src/settings/address/address'
import { refusalOf, settingsOf, type Files } from './with-settings'

const ini = (lines: string) => ({ 'development.ini': `[migration]\n${lines}` })
const dotenv = (...lines: string[]) => ({ '.env': lines.join('\n') })

const rows: [rule: string, files: Files, env: Record<string, string>, url: string][] = [
  ['DB_URL', {}, { DB_URL: 'postgres://u:p@h/d' }, 'postgres://u:p@h:5432/d'],
  [
    'DB_URL before DATABASE_URL',
    {},
    { DATABASE_URL: 'postgres://x/y', DB_URL: 'postgres://u@h/d' },
    'postgres://u@h:5432/d',
  ],
  [
    'a web server’s PORT does not touch a URL',
    {},
    { DATABASE_URL: 'postgres://u@h/d', PORT: '3000', HOST: 'web', PASSWORD: 'x' },
    'postgres://u@h:5432/d',
  ],
  [
    'DB_PASSWORD fills what a URL leaves open',
    {},
    { DB_URL: 'postgres://u@h/d', DB_PASSWORD: 'p', DB_HOST: 'x' },
    'postgres://u:p@h:5432/d',
  ],
  [
    'bare names beside DB',
    {},
    { DB: 'd', HOST: 'h', PORT: '1', USERNAME: 'u', PASSWORD: 'p' },
    'postgres://u:p@h:1/d',
  ],
  [
    'bare names without DB mean something else',
    {},
    { DB_NAME: 'd', HOST: 'h', PORT: '1', USER: 'me', PASSWORD: 'p' },
    'postgres://me@localhost:5432/d',
  ],
  [
    'twins before bare names',
    {},
    {
      DB: 'x',
      DB_NAME: 'd',
      DB_HOST: 'h',
      HOST: 'x',
      DB_PORT: '2',
      PORT: '3',
      DB_USER: 'u',
      USERNAME: 'x',
    },
    'postgres://u@h:2/d',
  ],
  [
    'DB_USERNAME before DB_USER',
    {},
    { DB_NAME: 'd', DB_USER: 'x', DB_USERNAME: 'u' },
    'postgres://u@localhost:5432/d',
  ],
  [
    'a socket folder',
    {},
    { DB: 'd', UNIX_SOCKET: '/run/pg', HOST: 'x', USER: 'u' },
    'postgres://u@/d?host=/run/pg&port=5432',
  ],
  [
    'PG* alone',
    {},
    {
      PGHOST: 'h',
      PGPORT: '1',
      PGUSER: 'u',
      PGPASSWORD: 'p',
      PGDATABASE: 'd',
      PGSSLMODE: 'disable',
    },
    'postgres://u:p@h:1/d?sslmode=disable',
  ],
  [
    'PG* fills what is open',
    {},
    { DB_URL: 'postgres://h/d', PGHOST: 'x', PGUSER: 'u', PGPASSWORD: 'p' },
    'postgres://u:p@h:5432/d',
  ],
  [
    'an empty variable is none',
    {},
    { DB_URL: '', DATABASE_URL: 'postgres://u@h/d', PGPORT: '' },
    'postgres://u@h:5432/d',
  ],
  ['.env', dotenv('export DB_URL="postgres://u:p#;@h/d"'), {}, 'postgres://u:p%23%3B@h:5432/d'],
  [
    'the process before .env',
    dotenv('DB_URL=postgres://x/y'),
    { DATABASE_URL: 'postgres://u@h/d' },
    'postgres://u@h:5432/d',
  ],
  [
    'a part of the process before a URL of .env',
    dotenv('DB_URL=postgres://u:p@x/d'),
    { DB_HOST: 'h' },
    'postgres://u:p@h:5432/d',
  ],
  [
    'parts of both',
    dotenv('DB_NAME=d', 'DB_HOST=x', 'DB_USER=u'),
    { DB_HOST: 'h' },
    'postgres://u@h:5432/d',
  ],
  [
    'PGPASSWORD of .env',
    dotenv('PGPASSWORD=p'),
    { DB_URL: 'postgres://u@h/d' },
    'postgres://u:p@h:5432/d',
  ],
  [
    'the ini before the environment',
    ini('typeorm.url=postgres://u@h/d'),
    { DB_URL: 'postgres://x/y', DB_PASSWORD: 'x' },
    'postgres://u@h:5432/d',
  ],
  [
    'a host of the ini alone before a URL of the environment',
    ini('typeorm.host=h'),
    { DB_URL: 'postgres://x:y@z/w', USER: 'me' },
    'postgres://me@h:5432/me',
  ],
  [
    'an ini without an address leaves it to the environment',
    ini('package=x'),
    { DB_URL: 'postgres://u@h/d' },
    'postgres://u@h:5432/d',
  ],
  [
    'a user of the ini, the rest of the environment',
    ini('typeorm.username=u'),
    { DB_URL: 'postgres://x@h/d' },
    'postgres://u@h:5432/d',
  ],
  [
    '${NAME} in the ini knows .env',
    { ...ini('typeorm.url=postgres://u:${PW}@h/d'), ...dotenv('PW=%(x)s') },
    {},
    'postgres://u:%25%28x%29s@h:5432/d',
  ],
]

for (const [rule, files, env, url] of rows) {
  test(`the address comes from its place: ${rule}`, async () => {
    const { database } = await settingsOf(files, { env })
    assert.ok(database.kind === 'postgres')
    assert.equal(addressUrl(database.connection, { masked: false }), url)
  })
}

test('origins name the variable, or the line of .env', async () => {
  const env = { DB_NAME: 'd', PGPASSWORD: 'hunter2' }
  const { origins } = await settingsOf(dotenv('# x', 'DB_HOST=h'), { env })
  const fromEnvironment = origins.filter(({ key }) => key.startsWith('typeorm.'))
  assert.deepEqual(fromEnvironment, [
    { key: 'typeorm.host', shown: 'h', from: '.env:2' },
    { key: 'typeorm.database', shown: 'd', from: 'environment DB_NAME' },
    { key: 'typeorm.password', shown: '***', from: 'environment PGPASSWORD' },
  ])
})

test('HOST and its like without DB are named where no database is', async () => {
  const env = { HOST: 'shell', USERNAME: 'ann' }
  assert.deepEqual(await refusalOf({}, { env }), [
    'SETTINGS_NOT_FOUND: no development.ini in this folder, and no DATABASE_URL in the environment',
    'HOST, USERNAME in the environment count only beside DB, which is not set.',
    "hint: Set DB to the database's name too, or: Name an ini file or a postgres:// address: migrate CONFIG COMMAND.",
  ])
  const [, detail] = await refusalOf('[migration]\n', { env: { PORT: '80' } })
  assert.equal(
    detail?.split('. ')[0],
    'development.ini: no database is named; PORT in the environment count only beside DB',
  )
})

test('a HOST that a shell sets disturbs no database that is named', async () => {
  const { database } = await settingsOf({}, { env: { HOST: 'shell', DB_NAME: 'app' } })
  assert.equal(database.kind === 'postgres' && database.connection.host, 'localhost')
})
