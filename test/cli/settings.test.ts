import assert from 'node:assert/strict'
import { test } from 'node:test'
import { migrate } from '../support/cli'
import { withFolder } from '../support/folder'

const ini = `[app:main]
typeorm.url = postgres://app:hunter22@db.example/app
typeorm.entities = entity/*.js

[migration]
app = app:main
lock_wait = 10s
`

test('environ shows each setting and where it comes from, secrets masked', async () => {
  await withFolder({ 'development.ini': ini }, async (cwd) => {
    const { status, stdout, stderr } = await migrate(['environ', '--lock-timeout', '2s'], { cwd })

    assert.equal(
      stdout,
      `app                  app:main                                (development.ini:6)
package              migration                               (default)
layout               typetrek                                (default)
duplicate_revisions  refuse                                  (default)
vcs                  git                                     (default)
scratch.prefer       embedded                                (default)
scratch.keep         5min                                    (default)
journal_schema       public                                  (default)
journal_table        migration_journal                       (default)
journal_text         full                                    (default)
transaction          each                                    (default)
late_scripts         run                                     (default)
other_tools          refuse                                  (default)
lock_wait            10s                                     (development.ini:7)
lock_timeout         2s                                      (flag --lock-timeout)
statement_timeout    0                                       (default)
wait                 0                                       (default)
strict               false                                   (default)
safe                 true                                    (default)
debug                false                                   (default)
typeorm.url          postgres://app:***@db.example:5432/app  (development.ini:2)
typeorm.entities     entity/*.js                             (development.ini:3)
`,
    )
    assert.deepEqual([status, stderr], [0, ''])
  })
})

test('environ --json lists the settings as data', async () => {
  await withFolder({ 'development.ini': ini }, async (cwd) => {
    const { stdout } = await migrate(['environ', '--json'], { cwd })

    const { settings } = JSON.parse(stdout) as { settings: { key: string }[] }
    assert.deepEqual(
      settings.find(({ key }) => key === 'lock_wait'),
      { key: 'lock_wait', value: '10s', from: 'development.ini:7' },
    )
  })
})

test('url prints an address without its password', async () => {
  await withFolder({ 'development.ini': ini }, async (cwd) => {
    const { status, stdout, stderr } = await migrate(['url'], { cwd })

    assert.equal(stdout, 'postgres://app@db.example:5432/app\n')
    assert.equal(stderr, 'The password is left out: give it to psql in PGPASSWORD.\n')
    assert.equal(status, 0)
  })
})

test('url of an embedded database that was not made yet starts nothing', async () => {
  await withFolder({}, async (cwd) => {
    const { status, stdout, stderr } = await migrate(['embedded:data', 'url'], { cwd })

    assert.deepEqual([status, stdout], [2, ''])
    assert.equal(
      stderr,
      'error: the embedded database does not exist yet\n  at data\nhint: Run upgrade or setup first.\n',
    )
  })
})

test('wrong settings are told all at once, with exit status 2', async () => {
  const wrong = '[migration]\ntypeorm.url = postgres://h/d\nlock_wait = soon\nwait = later\n'
  await withFolder({ 'development.ini': wrong }, async (cwd) => {
    const { status, stdout, stderr } = await migrate(['environ', '--json'], { cwd })

    const { error } = JSON.parse(stdout) as { error: Record<string, unknown> }
    assert.equal(error['code'], 'SETTINGS_INVALID')
    assert.equal(error['line'], null)
    assert.match(stderr, /^error: development\.ini has 2 problems\n {2}development\.ini:3: /)
    assert.match(stderr, /development\.ini:4: /)
    assert.equal(status, 2)
  })
})
