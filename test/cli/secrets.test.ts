import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commandTable, type CommandName } from '../../src/cli/commands'
import { migrate } from '../support/cli'
import { withDatabase } from '../support/database'
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
      assert.equal(status, 2)
      assertHidden(stdout + stderr, argv.join(' '))
    }
  })
})
