import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectionOf, refusalOf, settingsOf } from './with-settings'

const example = `
[DEFAULT]
root = %(here)s/data

[app:example]
use = egg:example#main
format = %(asctime)s
typeorm.url = embedded:%(root)s/example
typeorm.entities = example-app/entity/*.ts

[migration]
app = app:example
package = example-app/migration
schema = example-app/schema.sql
vcs = git
schema_diff_cmd =
`

test('the example of the design is read', async () => {
  const { origins, application, ...settings } = await settingsOf(example)

  const database = { kind: 'embedded', path: 'HERE/data/example', database: 'app' }
  const typeorm = { entities: ['HERE/example-app/entity/*.ts'] }
  assert.deepEqual(settings, {
    file: 'HERE/development.ini',
    here: 'HERE',
    directory: 'HERE/example-app/migration',
    layout: 'typetrek',
    duplicateRevisions: 'refuse',
    ignore: [],
    schema: 'HERE/example-app/schema.sql',
    driftIgnore: [],
    vcs: 'git',
    scratch: { prefer: 'embedded', extensions: [], keep: 300_000 },
    journal: { schema: 'public', table: 'migration_journal' },
    journalText: 'full',
    transaction: 'each',
    lateScripts: 'run',
    otherTools: 'refuse',
    lockWait: 60000,
    lockTimeout: 5000,
    statementTimeout: 0,
    wait: 0,
    strict: false,
    safe: true,
    debug: false,
    database,
    typeorm,
    secrets: [],
  })
  assert.deepEqual(application, { database, typeorm })
  assert.deepEqual(
    origins.map(({ key, shown, from }) => `${key} = ${shown} (${from})`),
    [
      'app = app:example (development.ini:12)',
      'package = example-app/migration (development.ini:13)',
      'layout = typetrek (default)',
      'duplicate_revisions = refuse (default)',
      'schema = example-app/schema.sql (development.ini:14)',
      'vcs = git (development.ini:15)',
      'scratch.prefer = embedded (default)',
      'scratch.keep = 5min (default)',
      'journal_schema = public (default)',
      'journal_table = migration_journal (default)',
      'journal_text = full (default)',
      'transaction = each (default)',
      'late_scripts = run (default)',
      'other_tools = refuse (default)',
      'lock_wait = 1min (default)',
      'lock_timeout = 5s (default)',
      'statement_timeout = 0 (default)',
      'wait = 0 (default)',
      'strict = false (default)',
      'safe = true (default)',
      'debug = false (default)',
      'typeorm.url = embedded:HERE/data/example (development.ini:8)',
      'typeorm.entities = example-app/entity/*.ts (development.ini:9)',
    ],
  )
})

test('every key of [migration] is read, and a flag comes before it', async () => {
  const ini = `
[migration]
typeorm.url = postgres://u@h/d
directory = scripts
journal_schema = ops
journal_table = Journal
journal_text = downgrade
transaction = all
late_scripts = refuse
other_tools = ignore
lock_wait = 2min
lock_timeout = 0
statement_timeout = 1500
wait = 30s
strict = yes
vcs = none
schema_diff_cmd = diff -u a b`
  const plain = await settingsOf(ini)
  const flags = { directory: 'up', lock_wait: '1s', strict: false, transaction: 'NONE' }
  const flagged = await settingsOf({ 'conf/x.ini': ini }, { config: 'conf/x.ini', flags })

  const { directory, journal, journalText, transaction, lateScripts, lockWait } = plain
  assert.deepEqual(
    { directory, journal, journalText, transaction, lateScripts, lockWait },
    {
      directory: 'HERE/scripts',
      journal: { schema: 'ops', table: 'Journal' },
      journalText: 'downgrade',
      transaction: 'all',
      lateScripts: 'refuse',
      lockWait: 120000,
    },
  )
  assert.equal(plain.otherTools, 'ignore')
  const { lockTimeout, statementTimeout, wait, strict, vcs, schemaDiffCmd } = plain
  assert.deepEqual(
    [lockTimeout, statementTimeout, wait, strict, vcs, schemaDiffCmd],
    [0, 1500, 30000, true, 'none', 'diff -u a b'],
  )
  assert.deepEqual(
    [flagged.here, flagged.directory, flagged.lockWait, flagged.strict, flagged.transaction],
    ['HERE/conf', 'HERE/up', 1000, false, 'none'],
  )
  const origins = flagged.origins.filter(({ from }) => from.startsWith('flag'))
  assert.deepEqual(origins, [
    { key: 'directory', shown: 'up', from: 'flag --directory' },
    { key: 'transaction', shown: 'NONE', from: 'flag --transaction' },
    { key: 'lock_wait', shown: '1s', from: 'flag --lock-wait' },
    { key: 'strict', shown: 'false', from: 'flag --strict' },
  ])
})

test('the keys of TypeORM get their types', async () => {
  const { database, typeorm } = await settingsOf(
    `
[migration]
typeorm.type = postgres
typeorm.host = h
typeorm.port = 5433
typeorm.username = 007
typeorm.password = 007
typeorm.database = true
typeorm.schema = 1e3
typeorm.applicationName = 12
typeorm.ssl = true
typeorm.ssl.ca = ca.pem
typeorm.ssl.rejectUnauthorized = false
typeorm.synchronize = true
typeorm.installExtensions = off
typeorm.logging = query, error
typeorm.poolSize = 5
typeorm.connectTimeoutMS = 2000
typeorm.maxQueryExecutionTime = 1.5
typeorm.extra.max = 3
typeorm.extra.keepAlive = true
typeorm.extra.options = -c x=1
typeorm.extra.statement_timeout = 9
typeorm.cache = true
typeorm.cache.duration = 1000
typeorm.extensions = ltree citext
typeorm.somethingElse = 1
typeorm.entities = a/*.ts, b/{c,d}.ts
  /abs/e.ts !a/f.ts
typeorm.migrations =
`.replace('ca.pem', '-----BEGIN CERTIFICATE-----'),
  )
  const ssl = { ca: '-----BEGIN CERTIFICATE-----', rejectUnauthorized: false }
  assert.deepEqual(database, {
    kind: 'postgres',
    connection: {
      host: 'h',
      port: 5433,
      user: '007',
      database: 'true',
      password: '007',
      application_name: '12',
      connectionTimeoutMillis: 2000,
      keepAlive: true,
      options: '-c x=1',
      ssl,
    },
  })
  assert.deepEqual(typeorm, {
    schema: '1e3',
    synchronize: true,
    installExtensions: false,
    logging: ['query', 'error'],
    poolSize: 5,
    connectTimeoutMS: 2000,
    maxQueryExecutionTime: 1.5,
    somethingElse: '1',
    extensions: ['ltree', 'citext'],
    cache: { duration: 1000 },
    entities: ['HERE/a/*.ts', 'HERE/b/{c,d}.ts', '/abs/e.ts', '!HERE/a/f.ts'],
    extra: {
      max: 3,
      keepAlive: true,
      options: '-c x=1',
      statement_timeout: 9,
    },
  })
})

test('a certificate is read from its file', async () => {
  const files = {
    'ca.pem': 'PEM of the authority',
    'key.pem': 'PEM of the key',
    'development.ini':
      '[migration]\ntypeorm.url = postgres://u@h/d?sslrootcert=ca.pem\ntypeorm.ssl.key = key.pem',
  }
  const { database, secrets } = await settingsOf(files)
  assert.ok(database.kind === 'postgres')
  assert.deepEqual(database.connection.ssl, { key: 'PEM of the key', ca: 'PEM of the authority' })
  assert.ok(secrets.includes('PEM of the key'))
})

const passwords = ['p#w', 'p;w', 'p:w', 'p@w', 'p/w', "'p w'", '"p"', 'true', '[x]', 'p=w', 'p${']

for (const password of passwords) {
  test(`the password ${password} survives the ini, in a key and in a URL`, async () => {
    const written = password.replace('${', () => '$${')
    const alone = await connectionOf(`typeorm.username = u\ntypeorm.password = ${written}`)
    const url = await connectionOf(`typeorm.url = postgres://u:${written.trim()}@h:1/d`)
    assert.equal(alone.password, password)
    assert.equal(url.password, password)
    assert.equal(url.host, 'h')
  })
}

test('the values of [migration] correct those of the application for migrations alone', async () => {
  const { database, application, typeorm } = await settingsOf(`
[DEFAULT]
typeorm.poolSize = 2
[app:x]
typeorm.url = postgres://app:pw@h:1/d
typeorm.synchronize = true
[migration]
app = app:x
typeorm.username = owner
typeorm.password = other
typeorm.logging = true
typeorm.direct_url = postgres://direct:6000`)
  const owner = { host: 'h', port: 1, user: 'owner', database: 'd', password: 'other' }
  assert.deepEqual(database, {
    kind: 'postgres',
    connection: owner,
    direct: { ...owner, host: 'direct', port: 6000 },
  })
  assert.deepEqual(typeorm, { poolSize: 2, synchronize: true, logging: true })
  assert.deepEqual(application, {
    database: {
      kind: 'postgres',
      connection: { host: 'h', port: 1, user: 'app', database: 'd', password: 'pw' },
    },
    typeorm: { poolSize: 2, synchronize: true },
  })
})

test('a host of its own in [migration] takes nothing from the application’s address', async () => {
  const ini = '[a]\ntypeorm.url=postgres://u:pw@h/d\n[migration]\napp=a\ntypeorm.host=other'
  const { database } = await settingsOf(ini, { env: { USER: 'me' } })
  const connection = { host: 'other', port: 5432, user: 'me', database: 'me' }
  assert.deepEqual(database, { kind: 'postgres', connection })
})

test('typeorm.data_source names a module', async () => {
  const { database } = await settingsOf('[migration]\ntypeorm.data_source = src/data-source.ts')
  assert.deepEqual(database, { kind: 'data_source', file: 'HERE/src/data-source.ts' })
})

async function developmentSettings(files: Record<string, string>) {
  const { vcs, schemaDiffCmd, origins } = await settingsOf({
    'package.json': '{"name": "x", "migration": {"vcs": "none", "schema_diff_cmd": "three"}}',
    ...files,
  })
  return [vcs, schemaDiffCmd, origins.find(({ key }) => key === 'vcs')?.from]
}

test('setup.cfg and package.json give the keys of development, and the ini comes before them', async () => {
  const ini = '[migration]\ntypeorm.url = postgres://h/d'
  const cfg = '[flake8]\nbad line\n[migration]\nschema_diff_cmd = two %(here)s'
  assert.deepEqual(await developmentSettings({ 'development.ini': ini }), [
    'none',
    'three',
    'package.json',
  ])
  assert.deepEqual(await developmentSettings({ 'development.ini': ini, 'setup.cfg': cfg }), [
    'none',
    'two HERE',
    'package.json',
  ])
  assert.deepEqual(
    await developmentSettings({
      'development.ini': `${ini}\nvcs=git\nschema_diff_cmd=one`,
      'setup.cfg': cfg,
    }),
    ['git', 'one', 'development.ini:3'],
  )
})

test('a database URL in the place of the file is the address', async () => {
  const settings = await settingsOf('[broken', { config: 'postgres://u:hunter2@h/d' })
  assert.equal(settings.file, undefined)
  assert.equal(settings.directory, 'HERE/migration')
  assert.deepEqual(settings.secrets, ['hunter2'])
  assert.deepEqual(settings.origins.at(-1), {
    key: 'typeorm.url',
    shown: 'postgres://u:***@h:5432/d',
    from: 'argument CONFIG',
  })
  const embedded = await settingsOf({}, { config: 'embedded:db?major=17' })
  const database = { kind: 'embedded', path: 'HERE/db', database: 'app', major: 17 }
  assert.deepEqual(embedded.database, database)
})

test('what must never be shown is masked in origins and listed in secrets', async () => {
  const { origins, secrets } = await settingsOf(
    `
[migration]
typeorm.url = postgres://u:\${PW}@h/d
typeorm.password = second!
typeorm.direct_url = postgres://u:third%%21@h/d
typeorm.ssl.passphrase = fourth!
typeorm.extra.apiToken = fifth!
schema_diff_cmd = diff postgres://u:sixth!@h/x`,
    { env: { PW: 'fi@rst' } },
  )
  const shown = JSON.stringify(origins)
  for (const secret of ['fi@rst', 'second!', 'third!', 'third%21', 'fourth!', 'fifth!', 'sixth!']) {
    assert.ok(!shown.includes(secret), secret)
    assert.ok(secrets.includes(secret), secret)
  }
})

test('a password that is also the name of the user or the database is no secret to look for', async () => {
  const url = 'postgres://postgres:postgres@h/d'
  const { secrets, origins } = await settingsOf({}, { config: url })
  assert.deepEqual(secrets, [])
  assert.equal(origins.at(-1)?.shown, 'postgres://postgres:***@h:5432/d')
})

test('scratch databases have an address, extensions and a source for add_script', async () => {
  const { scratch, addScriptFrom, secrets, origins } = await settingsOf({
    'development.ini': `${own}add_script_from = Entities
scratch.url = postgres://owner:h%%21dden@db.example.org/scratch?sslmode=disable
scratch.prefer = url
scratch.extensions = postgis, uuid-ossp
scratch.keep = 1min`,
  })

  assert.deepEqual(scratch, {
    address: {
      kind: 'postgres',
      connection: {
        host: 'db.example.org',
        port: 5432,
        user: 'owner',
        password: 'h!dden',
        database: 'scratch',
        ssl: false,
      },
    },
    prefer: 'url',
    extensions: ['postgis', 'uuid-ossp'],
    keep: 60_000,
  })
  assert.equal(addScriptFrom, 'entities')
  assert.ok(secrets.includes('h!dden'))
  const shown = origins.find(({ key }) => key === 'scratch.url')?.shown
  assert.match(shown ?? '', /^postgres:\/\/owner:\*\*\*@db/)
})

test('an embedded scratch server stands beside the ini, and setup.cfg may name one', async () => {
  const embedded = await settingsOf(`${own}scratch.url = embedded:.scratch?major=17`)
  const fromConfig = await settingsOf({
    'development.ini': own,
    'setup.cfg': '[migration]\nscratch.url = embedded:.cfg\nadd_script_from = none',
  })

  assert.deepEqual(embedded.scratch.address, {
    kind: 'embedded',
    path: 'HERE/.scratch',
    database: 'app',
    major: 17,
  })
  assert.equal(fromConfig.addScriptFrom, 'none')
  assert.equal(fromConfig.scratch.address?.kind, 'embedded')
})

const own = '[migration]\ntypeorm.url = postgres://u@h/d\n'

test('scratch.prefer = url needs the url', async () => {
  const lines = await refusalOf(`${own}scratch.prefer = url`)

  assert.match(lines.join('\n'), /scratch\.prefer is url, and scratch\.url is not set/)
  assert.match(lines.join('\n'), /Write scratch\.url too\./)
})
