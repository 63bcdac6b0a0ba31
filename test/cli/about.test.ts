import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { copyFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify, stripVTControlCharacters } from 'node:util'
import { commandTable } from '../../src/cli/commands'
import { longFlag, optionTable, type OptionName } from '../../src/cli/arguments/option-table'
import { toolVersion } from '../../src/version'
import { migrate } from '../support/cli'
import { withDatabase } from '../support/database'
import { withFolder } from '../support/folder'

const run = promisify(execFile)
const cwd = '/'
const program = join(__dirname, '..', '..', '..', 'bin', 'migrate')

test('help names every command and every option, in 90 columns', async () => {
  const { status, stdout, stderr } = await migrate(['help'], { cwd })

  const lines = stdout.split('\n')
  for (const name of Object.keys(commandTable)) {
    assert.ok(
      lines.some((line) => new RegExp(`^  ${name}\\b.* {2}\\S`).test(line)),
      name,
    )
  }
  for (const name of Object.keys(optionTable) as OptionName[]) {
    assert.ok(
      lines.some((line) => line.includes(`${longFlag(name)} `)),
      name,
    )
  }
  assert.deepEqual(
    lines.filter((line) => line.length > 90),
    [],
  )
  assert.deepEqual([status, stderr], [0, ''])
})

test('help on a command shows its usage and its options alone', async () => {
  const { stdout } = await migrate(['help', 'skip'], { cwd })

  assert.equal(
    stdout,
    `Usage: migrate [CONFIG] skip [folder] [OPTIONS]

Marks the next pending script.
Asks first on a terminal.

Options:
  -d, --directory <folder>    the scripts' folder
  -r, --runner <module>       postgres, or a runner of your own:
                              ./my-runner.ts:MyRunner
      --layout <name>         typetrek, graph or another tool's: flyway,
                              golang-migrate …
      --strict                refuse when an applied script is changed or
                              missing
      --lock-wait <duration>  how long to wait for another migrator
      --wait <duration>       how long to wait for a server that is not up yet
      --dry-run               print what would be done, do nothing
      --no-exec               the same as --dry-run
  -y, --yes                   do not ask
      --json                  one JSON document on stdout
      --log <format>          stderr as text, or as json: one event a line
                              (environment MIGRATE_LOG)
  -q, --quiet                 print nothing but errors
  -v, --verbose               settings, the scripts' SQL notices, causes of
                              errors
      --no-color              no colour, also on a terminal
  -h, --help                  help on a command
      --version               the same as version
`,
  )
})

test('help is painted on a terminal, and not with NO_COLOR, TERM=dumb or --no-color', async () => {
  const terminal = { stdout: true }
  const painted = await migrate(['help'], { cwd, terminal })
  const plain = await Promise.all([
    migrate(['help'], { cwd }),
    migrate(['help', '--no-color'], { cwd, terminal }),
    migrate(['help'], { cwd, terminal, env: { NO_COLOR: '1' } }),
    migrate(['help'], { cwd, terminal, env: { TERM: 'dumb' } }),
  ])

  assert.ok(painted.stdout.includes('\u001b[1mUsage:'))
  for (const { stdout } of plain) assert.ok(!stdout.includes('\u001b'))
})

test('version prints what is installed, as text and as JSON', async () => {
  const installed = async (name: string) => {
    const file = join(__dirname, '..', '..', '..', 'node_modules', name, 'package.json')
    return (JSON.parse(await readFile(file, 'utf8')) as { version: string }).version
  }
  const [pg, typeorm] = [await installed('pg'), await installed('typeorm')]
  const { node } = process.versions

  const text = await migrate(['version'], { cwd })
  const json = await migrate(['--version', '--json'], { cwd })

  assert.equal(
    text.stdout,
    `typetrek ${toolVersion}\nnode     ${node}\npg       ${pg}\ntypeorm  ${typeorm}\n`,
  )
  const { versions } = JSON.parse(json.stdout) as { versions: object }
  assert.deepEqual(versions, { typetrek: toolVersion, node, pg, typeorm })
})

test('version and help load no driver, no TypeORM and no settings', async () => {
  const script = `
    const { main } = require(${JSON.stringify(join(__dirname, '../../src/cli/main.js'))})
    const io = { stdout() {}, stderr() {}, env: {}, cwd: '/', terminal: {}, onSignal: () => () => {}, exit() {} }
    Promise.all([main(['version'], io), main(['help', 'upgrade'], io)]).then(() =>
      console.log(JSON.stringify(Object.keys(require.cache))))`

  const { stdout } = await run(process.execPath, ['-e', script])

  const loaded = (JSON.parse(stdout) as string[]).map((file) => file.replaceAll('\\', '/'))
  assert.ok(loaded.some((file) => file.endsWith('/cli/arguments/help.js')))
  const heavy = /node_modules\/(pg|typeorm|libpg-query)\/|settings\/read-settings\.js|migrator\//
  assert.deepEqual(
    loaded.filter((file) => heavy.test(file)),
    [],
  )
})

test('the completion for bash offers commands, files and the options of the command', async () => {
  const { stdout: script } = await migrate(['completion', 'bash'], { cwd })
  const complete = async (line: string) => {
    const words = line.split(' ')
    const { stdout } = await run('bash', [
      '-c',
      `${script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _migrate; printf '%s\\n' "\${COMPREPLY[@]}"`,
      'bash',
      ...words,
    ])
    return stdout.trim().split('\n')
  }

  await withFolder({}, async () => {
    assert.deepEqual(await complete('migrate upg'), ['upgrade'])
    assert.deepEqual(await complete('migrate development.ini dry_'), [
      'dry_upgrade',
      'dry_downgrade',
    ])
    assert.deepEqual(await complete('migrate status --c'), ['--check', '--current'])
    assert.deepEqual(await complete('migrate upgrade --c'), ['--count'])
    assert.deepEqual(await complete('migrate --only'), ['--only'])
  })
})

for (const shell of ['zsh', 'fish']) {
  test(`the completion for ${shell} names every command and every option`, async () => {
    const { stdout } = await migrate(['completion', shell], { cwd })

    for (const name of Object.keys(commandTable)) assert.match(stdout, new RegExp(`\\b${name}\\b`))
    for (const name of Object.keys(optionTable) as OptionName[]) {
      assert.ok(stdout.includes(longFlag(name).slice(2)), name)
    }
  })
}

test('bin/migrate runs the command line and gives its exit status', async () => {
  const { stdout } = await run(program, ['version'])
  assert.match(stdout, new RegExp(`^typetrek ${toolVersion}\n`))

  await assert.rejects(run(program, ['upgrad']), {
    code: 2,
    stdout: '',
    stderr: 'error: unknown command "upgrad"\nhint: Did you mean upgrade?\n',
  })
})

test('what a script and TypeORM print goes to stderr, so that stdout has the result alone', async () => {
  await withDatabase(async ({ url }) => {
    const files = {
      'development.ini': `[migration]\ntypeorm.url = ${url.replaceAll('%', '%%')}\ntypeorm.logging = true\npackage = migration\n`,
      'migration/1_a.js': `exports.upgrade = async (queryRunner) => {
        for (const name of ['log', 'info', 'debug', 'dir', 'table']) console[name](['printed'])
        await queryRunner.query('CREATE TABLE t ()')
      }`,
    }
    await withFolder(files, async (cwd) => {
      const { stdout, stderr } = await run(program, ['upgrade', '--json'], { cwd })

      assert.equal((JSON.parse(stdout) as { outcome: string }).outcome, 'success')
      assert.equal(stderr.match(/printed/g)?.length, 5)
      assert.match(stripVTControlCharacters(stderr), /query: CREATE TABLE t/)
    })
  })
})

test('bin/migrate in a tree that was not built says what to run', async () => {
  await withFolder({ 'bin/.keep': '' }, async (folder) => {
    const copy = join(folder, 'bin', 'migrate')
    await copyFile(program, copy)

    await assert.rejects(run(copy, ['version']), {
      code: 2,
      stderr:
        'error: typetrek is not built yet\nhint: Run npm ci (or npm run build) in its folder first.\n',
    })
  })
})

test('a reader that closes the pipe early is no failure', async () => {
  const command = `set -o pipefail; '${process.execPath}' '${program}' help | head -n 1`

  const { stdout, stderr } = await run('bash', ['-c', command])

  assert.equal(stdout, 'Usage: migrate [CONFIG] [COMMAND] [ARGUMENTS] [OPTIONS]\n')
  assert.equal(stderr, '')
})
