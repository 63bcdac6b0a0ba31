import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectionOf, refusalOf, settingsOf } from './with-settings'

const url = 'typeorm.url = postgres://u@h/d'

test('[nous.migration] is the section where there is no [migration], with a dotted package', async () => {
  const ini = `[app:busy]\n${url}\n[nous.migration]\napp = app:busy\npackage = busy.migration\nvcs = hg\n`
  const settings = await settingsOf({ 'development.ini': ini, 'busy/migration/1_a.sql': '' })

  assert.equal(settings.directory, 'HERE/busy/migration')
  assert.equal(settings.vcs, 'hg')
  const both = await settingsOf(`[nous.migration]\nx = 1\n[migration]\n${url}`)
  assert.equal(both.vcs, 'git')
})

test('a dotted package is a folder of that very name, one below it, or one below src', async () => {
  const ini = `[migration]\n${url}\npackage = a.b\n`
  const folder = async (...names: string[]) => {
    const files = Object.fromEntries(names.map((name) => [`${name}/1.sql`, '']))
    return (await settingsOf({ 'development.ini': ini, ...files })).directory
  }

  assert.equal(await folder('a.b', 'a/b'), 'HERE/a.b')
  assert.equal(await folder('a/b', 'src/a/b'), 'HERE/a/b')
  assert.equal(await folder('src/a/b'), 'HERE/src/a/b')
  assert.equal(await folder(), 'HERE/a/b')
})

test('a folder that is there is the one folder, whatever its name; else package is a list', async () => {
  const placesOf = async (named: string) => {
    const files = { [`${named}/1.sql`]: '', 'a/1.sql': '' }
    const ini = (value: string) => `[migration]\n${url}\npackage = ${value}\n`
    const one = await settingsOf({ 'development.ini': ini(named), ...files })
    const list = await settingsOf({ 'development.ini': ini('a, c*'), ...files })
    return [one.directory, one.packages, list.packages]
  }

  for (const named of [',a', 'a,b', 'x*', '{a,b}'])
    assert.deepEqual(await placesOf(named), [`HERE/${named}`, undefined, ['HERE/a', 'HERE/c*']])
})

test('sqlalchemy.url is named with what it becomes, its password masked', async () => {
  const ini = `[app:x]\nsqlalchemy.url = postgresql+psycopg2://ann:secret@db/app?sslmode=require\n[migration]\napp = app:x\n`
  const refusal = await refusalOf(ini, { env: { PGHOST: 'elsewhere', PGUSER: 'u' } })

  assert.deepEqual(refusal, [
    'SETTINGS_INVALID',
    "development.ini:2: sqlalchemy.url in [app:x] is SQLAlchemy's, and is not read. Write typeorm.url = postgresql://***@db/app?sslmode=require, without +psycopg2.",
  ])
  assert.match(
    (await refusalOf(ini.replace('postgresql+psycopg2', 'mysql'))).join(),
    /works on PostgreSQL/,
  )
})

test('sqlalchemy.url beside typeorm.url, or beside DATABASE_URL, is the other program’s business', async () => {
  const ini = '[app:x]\nsqlalchemy.url = postgresql://a@b/c\n[migration]\napp = app:x\n'
  const beside = await settingsOf(ini.replace('\n[mig', `\n${url}\n[mig`))
  const environment = await settingsOf(ini, { env: { DATABASE_URL: 'postgres://u@h/e' } })

  assert.equal(beside.database.kind === 'postgres' && beside.database.connection.database, 'd')
  const { database } = environment
  assert.equal(database.kind === 'postgres' && database.connection.database, 'e')
})

test('FS is the folder that paths start from where there is no ini', async () => {
  const env = { FS: 'base', DB_URL: 'postgres://u@h/d' }
  const { here, directory, origins } = await settingsOf({ 'base/x': '' }, { env })

  assert.deepEqual([here, directory], ['HERE/base', 'HERE/base/migration'])
  assert.equal(origins[0]?.shown, 'HERE/base')
  assert.deepEqual(await refusalOf({}, { env }), [
    'SETTINGS_INVALID',
    'environment FS: FS names no folder: "base". Make the folder, or leave FS out.',
  ])
  assert.equal((await settingsOf(`[migration]\n${url}`, { env })).here, 'HERE')
})

test('SAFE and DEBUG of the environment stand below the ini; DEBUG of other programs means nothing', async () => {
  const read = async (env: Record<string, string>, ini = '') => {
    const { safe, debug } = await settingsOf(`[migration]\n${url}\n${ini}`, { env })
    return [safe, debug]
  }

  assert.deepEqual(await read({}), [true, false])
  assert.deepEqual(await read({ SAFE: '0', DEBUG: '1' }), [false, true])
  assert.deepEqual(await read({ SAFE: '0', DEBUG: '1' }, 'safe = true\ndebug = no'), [true, false])
  assert.deepEqual(await read({ DEBUG: 'express:*' }), [true, false])
})

test('a host, a user and a password count without DB, which is then the user’s own', async () => {
  const { database } = await settingsOf({}, { env: { HOST: 'h', USERNAME: 'u', PASSWORD: 'p' } })

  assert.deepEqual(database, {
    kind: 'postgres',
    connection: { host: 'h', port: 5432, user: 'u', password: 'p', database: 'u' },
  })
})

test('a password is fetched by a command or from a file, where no nearer place has one', async () => {
  const file = { kind: 'file', value: 'HERE/token', here: 'HERE' }
  const connection = await connectionOf(`${url}\npassword_file = token`)
  assert.deepEqual([connection.passwordFrom, connection.password], [file, undefined])

  const app = `[app:x]\ntypeorm.url = postgres://u:p@h/d\n[migration]\napp = app:x\npassword_command = aws token --password hunter22 \n`
  const settings = await settingsOf(app)
  const command = { kind: 'command', value: 'aws token --password hunter22', here: 'HERE' }
  const { database, application } = settings
  assert.deepEqual(database.kind === 'postgres' && database.connection.passwordFrom, command)
  const own = application?.database
  assert.deepEqual(own?.kind === 'postgres' && own.connection.password, 'p')
  const shown = settings.origins.find(({ key }) => key === 'typeorm.password_command')
  assert.equal(shown?.shown, 'aws token --password ***')
  assert.ok(settings.secrets.includes('hunter22'))
})

test('two places of a password, and a command or a role where they count for nothing, are refused', async () => {
  const refused = async (lines: string) => (await refusalOf(`[migration]\n${lines}`)).join()

  assert.match(
    await refused(`${url}\npassword_file = a\npassword_command = b`),
    /contradict each other/,
  )
  assert.match(await refused('typeorm.url = embedded:x\npassword_file = a'), /only for a postgres:/)
  assert.match(await refused(`runner = ${__filename}\nrole = r`), /role counts only on PostgreSQL/)
})

test('vcs is git, none or the name of a program', async () => {
  const vcs = async (name: string) => (await settingsOf(`[migration]\n${url}\nvcs = ${name}`)).vcs

  assert.deepEqual(
    [await vcs('none'), await vcs('svn'), await vcs('Fossil')],
    ['none', 'svn', 'fossil'],
  )
  await assert.rejects(vcs('/bin/sh -c'), /vcs is no name of a program/)
})
