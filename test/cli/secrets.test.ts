import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commandTable } from '../../src/cli/commands'

type CommandName = keyof typeof commandTable
import type { MigrationError } from '../../src/errors'
import { readSettings } from '../../src/settings/read-settings'
import { migratorFor } from '../../src/setup'
import { migrate } from '../support/cli'
import { withDatabase } from '../support/database'
import { failureOf } from '../support/failure'
import { withFolder } from '../support/folder'

const password = 'p4ss;w#rd%"@/ö'
const encoded = encodeURIComponent(password)
const commands = Object.keys(commandTable) as CommandName[]
const argumentsOf: Partial<Record<CommandName, string[]>> = {
  to: ['1'],
  trace: ['1'],
  generate: ['something'],
  completion: ['bash'],
}

/** Every spelling in which a password could leak. */
const spellings = [password, encoded, JSON.stringify(password).slice(1, -1)]

function assertHidden(text: string, what: string): void {
  for (const spelling of spellings) assert.ok(!text.includes(spelling), `${what}: ${text}`)
}

const outputs: readonly string[][] = [[], ['--json'], ['--verbose'], ['--json', '--verbose']]

function accepted(command: CommandName, options: readonly string[]): boolean {
  const names: readonly string[] = commandTable[command].options
  return options.every((option) => names.includes(option.slice(2)))
}

for (const command of commands) {
  test(`${command} shows no password where the server cannot be reached`, async () => {
    const ini = `[migration]\ntypeorm.url = postgres://app:${encoded.replaceAll('%', '%%')}@127.0.0.1:1/app\n`
    await withFolder({ 'development.ini': ini, 'migration/1.sql': 'SELECT 1' }, async (cwd) => {
      for (const options of outputs.filter((some) => accepted(command, some))) {
        const argv = [command, ...(argumentsOf[command] ?? []), ...options]
        const { stdout, stderr } = await migrate(argv, { cwd })
        assertHidden(stdout + stderr, argv.join(' '))
      }
    })
  })
}

test('no command shows the password of a database that it works on', async () => {
  await withDatabase(async ({ connection }) => {
    const ini = `[migration]
typeorm.host = ${connection.host}
typeorm.port = ${connection.port}
typeorm.database = ${connection.database}
typeorm.username = ${connection.user}
typeorm.password = ${password.replaceAll('%', '%%')}
`
    const quoted = password.replaceAll("'", "''")
    const files = {
      'development.ini': ini,
      'migration/1_says_it.sql': `DO $do$ BEGIN RAISE WARNING '%', '${quoted}'; END $do$;\n`,
      'migration/2_fails_with_it.sql': `SELECT '${quoted}'::int;\n`,
    }
    await withFolder(files, async (cwd) => {
      const order: CommandName[] = ['upgrade', ...commands]
      for (const command of order) {
        for (const options of outputs.filter((some) => accepted(command, some))) {
          const argv = [command, ...(argumentsOf[command] ?? []), ...options]
          const { stdout, stderr } = await migrate(argv, { cwd })
          assertHidden(stdout + stderr, argv.join(' '))
        }
      }
    })
  })
})

test('a password in an argument is shown by no message', async () => {
  await withFolder({ 'migration/1.sql': 'SELECT 1' }, async (cwd) => {
    const url = `postgres://app:${encoded}@127.0.0.1:1/app`
    for (const argv of [[url, 'upgrade'], ['upgrade', url], [url, url], [`--to=${url}`]]) {
      const { status, stdout, stderr } = await migrate([...argv, '--verbose'], { cwd })
      // where the address is in its place, nobody answers there
      assert.equal(status, argv[0] === url && argv[1] !== url ? 75 : 2)
      assertHidden(stdout + stderr, argv.join(' '))
    }
  })
})

const malformed = [
  'postgres:sec:PASSWORD@host',
  'postgres:/sec:PASSWORD@host/db',
  'postgres//sec:PASSWORD@host',
  'postgres:PASSWORD@host',
  'postgres:sec:PASSWORD',
  'sec:PASSWORD@host',
  'host=h password=PASSWORD',
  "host=h password='PASSWORD'",
  'postgres://u@h/d?pasword=PASSWORD',
  'postgres://u@h:x/d?password=PASSWORD',
  'postgres://u:PASSWORD',
  'mysql://u:PASSWORD@h/d',
  'http://u:PASSWORD@h',
  'embedded:?password=PASSWORD',
  'embedded:postgres://u:PASSWORD@h/no/such/folder',
  ' postgres://u:PASSWORD@h',
]

test('a password in a malformed address is shown by no message, wherever the address is', async () => {
  await withFolder({ 'migration/1.sql': 'SELECT 1' }, async (cwd) => {
    for (const word of malformed) {
      for (const argv of [[word], [word, 'status'], ['upgrade', word], [`--to=${word}`]]) {
        for (const more of ['--verbose', '--json']) {
          const { status, stdout, stderr } = await migrate([...argv, more], { cwd })
          assert.equal(status, 2, argv.join(' '))
          assert.ok(
            !(stdout + stderr).includes('PASSWORD'),
            `${argv.join(' ')}: ${stdout}${stderr}`,
          )
        }
      }
    }
  })
})

test('nor where it stands in the settings or the environment', async () => {
  const keys = [
    'typeorm.url',
    'typeorm.direct_url',
    'scratch.url',
    'typeorm.ulr',
    'app',
    'lock_wait',
  ]
  for (const word of malformed) {
    for (const key of keys) {
      const ini = `[migration]\ntypeorm.host = 127.0.0.1\ntypeorm.port = 1\n${key} = ${word}\n`
      await withFolder({ 'development.ini': ini, 'migration/1.sql': 'SELECT 1' }, async (cwd) => {
        for (const argv of [['environ'], ['status', '--verbose'], ['status', '--json']]) {
          const { stdout, stderr } = await migrate(argv, { cwd })
          assert.ok(!(stdout + stderr).includes('PASSWORD'), `${ini} ${stdout}${stderr}`)
        }
      })
    }
    await withFolder({ 'migration/1.sql': 'SELECT 1' }, async (cwd) => {
      const { stdout, stderr } = await migrate(['environ'], { cwd, env: { DATABASE_URL: word } })
      assert.ok(!(stdout + stderr).includes('PASSWORD'), `DATABASE_URL ${word}: ${stdout}${stderr}`)
    })
  }
})

test('the library quotes no malformed address either', async () => {
  for (const word of malformed) {
    for (const work of [
      () => migratorFor('postgres://localhost/x', word),
      () => migratorFor(word, 'migration'),
      () => readSettings({ config: word, cwd: '/', env: {} }),
    ]) {
      const error = await work().then(
        async (migrator) => ('status' in migrator ? failureOf(migrator.status()) : undefined),
        (failure: unknown) => failure,
      )
      const { message = '', detail = '', hint = '' } = (error ?? {}) as Partial<MigrationError>
      assert.ok(
        ![message, detail, hint].join().includes('PASSWORD'),
        `${word}: ${message} ${detail}`,
      )
    }
  }
})
