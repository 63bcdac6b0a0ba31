import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusalOf, type Files } from './with-settings'

test('all problems are reported at once, each with its line', async () => {
  const ini = `[DEFAULT]
typeorm.poolSize = many
[app:example]
typeorm.url = postgres://u:hunter%2@h/d
typeorm.port = 99999
typeorm.synchronise = true
typeorm.ssl = maybe
typeorm.ssl.ca = no.pem
typeorm.logging = query, eror
typeorm.namingStrategy = Snake
[migration]
app = app:example
pakage = x
lock_wait = 5m
transaction = al
strict = perhaps
strict = yes
schema = \${NONE}/x
journal_table = ${'x'.repeat(64)}
xyz = 1
`
  assert.deepEqual(await refusalOf({ 'development.ini': ini, '.env': 'hunter2' }), [
    'SETTINGS_INVALID: development.ini has 17 problems',
    'development.ini:2: typeorm.poolSize is no number: "many"',
    'development.ini:4: typeorm.url: value has a lone "%". Write %% for each % that is meant as such, also in the %XX of a URL-encoded password.',
    'development.ini:5: port is no number from 1 to 65535',
    'development.ini:6: unknown key "typeorm.synchronise". Did you mean typeorm.synchronize?',
    'development.ini:7: typeorm.ssl is neither true nor false: "maybe"',
    'development.ini:8: typeorm.ssl.ca names a file that cannot be read: it does not exist. Write the PEM text or the path of a file that holds it.',
    'development.ini:9: typeorm.logging has none of true, false, all, query, schema, error, warn, info, log, migration: "eror". Did you mean error?',
    'development.ini:10: typeorm.namingStrategy cannot be said in an ini. Name a module that exports a DataSource with typeorm.data_source.',
    'development.ini:13: unknown key "pakage" in [migration]. Did you mean package?',
    'development.ini:14: lock_wait is no duration: "5m". Write 500ms, 5s, 2min, 1h, or a number of milliseconds; 0 is none.',
    'development.ini:15: transaction is none of each, all, none: "al". Did you mean all?',
    'development.ini:16: strict is neither true nor false: "perhaps"',
    'development.ini:17: key "strict" stands twice in [migration], first on line 16',
    'development.ini:18: schema: environment variable NONE is not set. Set NONE, or write ${NONE:-default}.',
    'development.ini:19: journal_table is no name that PostgreSQL can hold (63 bytes, one line)',
    'development.ini:20: unknown key "xyz" in [migration]. Known keys: app, package, directory, layout, duplicate_revisions, ignore, runner, schema, schema_extra, drift_ignore, vcs, schema_diff_cmd, add_script_from, owners, scratch.url, scratch.prefer, scratch.extensions, scratch.keep, journal_schema, journal_table, journal_text, transaction, isolation, late_scripts, other_tools, lock_wait, lock_timeout, statement_timeout, wait, strict, role, safe, debug, password_command, password_file, typeorm.*.',
    '.env:1: line is not of the form NAME=VALUE',
    'hint: none',
  ])
})

const url = 'typeorm.url = postgres://u@h/d'

const rows: [rule: string, files: Files, problem: string][] = [
  [
    'a missing section',
    '[a]\nx=1',
    'development.ini: there is no section [migration]. Sections: [a].',
  ],
  ['no section at all', '', 'development.ini: there is no section [migration]. Add [migration].'],
  [
    'a misspelt section',
    `[migratoin]\n${url}`,
    'development.ini: there is no section [migration]. Did you mean [migratoin]?',
  ],
  [
    'app without its prefix',
    `[app:x]\n${url}\n[migration]\napp = x`,
    'development.ini:4: there is no section [x]. Did you mean [app:x]?',
  ],
  [
    'app misspelt',
    `[app:main]\n${url}\n[migration]\napp = app:mian`,
    'development.ini:4: there is no section [app:mian]. Did you mean [app:main]?',
  ],
  [
    'no database',
    '[migration]\npackage = x',
    'development.ini: no database is named. Write typeorm.url in the section that app names, or set DATABASE_URL.',
  ],
  [
    'another database',
    `[migration]\n${url}\ntypeorm.type = oracle`,
    'development.ini:3: typeorm.type is "oracle", which is not supported. Known are postgres, mysql, mariadb and better-sqlite3.',
  ],
  [
    'a type that is not that of the address',
    `[migration]\n${url}\ntypeorm.type = mysql`,
    'development.ini:3: typeorm.type is "mysql", and typeorm.url is an address of PostgreSQL. Remove one of them.',
  ],
  [
    'another scheme',
    '[migration]\ntypeorm.url = oracle://u:hunter2@h/d',
    'development.ini:2: "oracle" is no database that is supported here. Write postgres://user@host:5432/database, or embedded:PATH.',
  ],
  [
    'two addresses',
    `[migration]\n${url}\ntypeorm.data_source = x.ts`,
    'development.ini:3: typeorm.data_source and typeorm.url both name a database',
  ],
  [
    'two folders',
    `[migration]\n${url}\npackage = a\ndirectory = b`,
    'development.ini:4: directory and package name two folders. Keep one of them.',
  ],
  [
    'ssl off, and its certificate',
    `[migration]\n${url}\ntypeorm.ssl = false\ntypeorm.ssl.servername = s`,
    'development.ini:4: typeorm.ssl.servername has no meaning while ssl is false. Set typeorm.ssl to true, or leave it out.',
  ],
  [
    'a nested key misspelt',
    `[migration]\n${url}\ntypeorm.ssl.rejectUnauthorised = no`,
    'development.ini:3: unknown key "typeorm.ssl.rejectUnauthorised". Did you mean typeorm.ssl.rejectUnauthorized?',
  ],
  [
    'a group misspelt',
    `[migration]\n${url}\ntypeorm.exra.max = 1`,
    'development.ini:3: unknown key "typeorm.exra.max". Did you mean typeorm.extra.max?',
  ],
  [
    'an evil key',
    `[migration]\n${url}\ntypeorm.__proto__.x = 1`,
    'development.ini:3: typeorm.__proto__.x is no name of an option',
  ],
  [
    'a direct address elsewhere',
    `[migration]\n${url}\ntypeorm.direct_url = embedded:x`,
    'development.ini:3: typeorm.direct_url is no postgres:// address',
  ],
  [
    'a number with a password’s name',
    '[migration]\ntypeorm.host = h\ntypeorm.poolSize = 1s',
    'development.ini:3: typeorm.poolSize is no number: "1s"',
  ],
  [
    'no UTF-8',
    { 'development.ini': new Uint8Array([0x5b, 0xff]) },
    'development.ini: the file is not UTF-8 text. Save the file as UTF-8.',
  ],
  [
    'setup.cfg misspelt',
    { 'development.ini': `[migration]\n${url}`, 'setup.cfg': '[migration]\nvsc = git' },
    'setup.cfg:2: unknown key "vsc" in [migration]. Did you mean vcs?',
  ],
  [
    'package.json misspelt',
    { 'development.ini': `[migration]\n${url}`, 'package.json': '{"migration":{"vsc":"git"}}' },
    'package.json: unknown key "vsc" in "migration". Did you mean vcs?',
  ],
  [
    'package.json of another type',
    { 'development.ini': `[migration]\n${url}`, 'package.json': '{"migration":{"vcs":1}}' },
    'package.json: "migration": vcs is no string',
  ],
]

for (const [rule, files, problem] of rows) {
  test(`it is refused and said where: ${rule}`, async () => {
    const [, ...detail] = await refusalOf(files)
    assert.ok(detail.includes(problem), detail.join('\n'))
    assert.doesNotMatch(detail.join('\n'), /hunter2/)
  })
}

test('a problem of a flag or of the environment is named after it', async () => {
  const env = { DB: 'd', DB_PORT: 'x', PGSSLMODE: 'on' }
  assert.deepEqual(await refusalOf({}, { env, flags: { lock_wait: 'long', strict: 'no!' } }), [
    'SETTINGS_INVALID: the call or the environment has 4 problems',
    'flag --lock-wait: lock_wait is no duration: "long". Write 500ms, 5s, 2min, 1h, or a number of milliseconds; 0 is none.',
    'flag --strict: strict is neither true nor false: "no!"',
    'environment PGSSLMODE: sslmode is none of disable, allow, prefer, require, verify-ca, verify-full, no-verify',
    'environment DB_PORT: port is no number from 1 to 65535',
    'hint: none',
  ])
})

test('a settings file that does not exist is not found, with the nearest name', async () => {
  assert.deepEqual(await refusalOf('[a]', { config: 'developement.ini' }), [
    'SETTINGS_NOT_FOUND: settings file "developement.ini" does not exist',
    'hint: Did you mean development.ini?',
  ])
  assert.deepEqual(await refusalOf({}, { config: 'x/y.ini' }), [
    'SETTINGS_NOT_FOUND: settings file "x/y.ini" does not exist',
    'hint: Name an ini file, or a postgres:// or embedded: address.',
  ])
})

test('a folder in the place of the settings file is refused', async () => {
  assert.deepEqual(
    await refusalOf({ 'a/b': '' }, { config: 'a', env: { DB_URL: 'postgres://h/d' } }),
    ['SETTINGS_INVALID', 'a: the file is a folder'],
  )
})

test('without an ini and without a database in the environment nothing is found', async () => {
  const env = {
    HOST: 'zsh',
    USER: 'me',
    USERNAME: 'me',
    PORT: '3000',
    PGPASSWORD: 'y',
  }
  assert.deepEqual(await refusalOf({}, { env }), [
    'SETTINGS_NOT_FOUND: no development.ini in this folder, and no DATABASE_URL in the environment',
    'HOST, PORT, USERNAME in the environment count only beside DB, which is not set.',
    "hint: Set DB to the database's name too, or: Name an ini file or a postgres:// address: migrate CONFIG COMMAND.",
  ])
})
