import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withFolder } from '../support/folder'
import { migrate } from '../support/cli'

const helpHint = 'Run migrate help for the list of commands.'

const refused: readonly [argv: string, message: string, hint: string | undefined][] = [
  ['upgrad', 'unknown command "upgrad"', 'Did you mean upgrade?'],
  ['-m x', 'unknown option "-m"', 'Write a new script with generate TITLE.'],
  ['--to-version 5', 'unknown option "--to-version"', 'Write --to VERSION.'],
  ['rollback', 'unknown command "rollback"', 'Did you mean downgrade?'],
  ['next-version', 'unknown command "next-version"', 'Did you mean next_version?'],
  ['xyzzy', 'unknown command "xyzzy"', helpHint],
  ['development.ini xyzzy', 'unknown command "xyzzy"', helpHint],
  [
    'development.ini 2026',
    '"2026" is a version, but no command stands before it',
    'To go to that version, write migrate development.ini to 2026.',
  ],
  [
    'scripts',
    '"scripts" is a folder, but no command stands before it',
    'To take the scripts from it, write migrate upgrade scripts.',
  ],
  [
    'absent.conf',
    '"absent.conf" is neither a command nor an existing file',
    'Name an ini file or a postgres:// URL first, then a command.',
  ],
  [
    'upgrade absent',
    '"absent" is neither a version nor an existing folder',
    'Run migrate help upgrade.',
  ],
  ['upgrade latst', '"latst" is neither a version nor an existing folder', 'Did you mean latest?'],
  [
    'upgrade 5_add_orders.sql',
    '"5_add_orders.sql" is neither a version nor an existing folder',
    'A script is named by its digits alone: 5.',
  ],
  [
    'upgrade development.ini',
    'settings file "development.ini" stands behind the command',
    'It goes first: migrate development.ini upgrade.',
  ],
  ['upgrade 5 6', 'upgrade takes one version, found 5 and 6', undefined],
  ['upgrade scripts .', 'upgrade takes one folder, found "scripts" and "."', undefined],
  ['status 5', 'status takes no version, found "5"', 'Run migrate help status.'],
  ['status absent', 'no folder "absent"', "status takes the scripts' folder, if anything."],
  ['list 5', 'list takes no argument, found "5"', 'Run migrate help list.'],
  ['to', 'to needs a version', 'Write to VERSION: digits, latest or 0.'],
  [
    'to --to x',
    '--to takes a version, found "x"',
    'A version is digits, latest, next, previous or 0.',
  ],
  ['upgrade 5 --to 6', 'version "5" and --to 6 contradict each other', 'Give one of them.'],
  [
    'upgrade scripts -d .',
    'folder "scripts" and --directory . contradict each other',
    'Give one of them.',
  ],
  ['--up --down', '--up and --down contradict each other', 'Give one of them.'],
  ['--down --to 5', '--down and --to contradict each other', 'Give one of them.'],
  [
    'upgrade --down',
    '--down cannot be combined with the command upgrade',
    '--down means a command itself: leave one of them out.',
  ],
  ['mark 5 --only 6', '--only and the version 5 contradict each other', 'Give one of them.'],
  ['mark --only 6 -c 1', '--only and --count contradict each other', 'Give one of them.'],
  ['status -qv', '--quiet and --verbose contradict each other', 'Give one of them.'],
  ['upgrade --chek', 'unknown option "--chek"', 'Did you mean --check?'],
  ['upgrade --dry-rnu', 'unknown option "--dry-rnu"', 'Did you mean --dry-run?'],
  [
    'upgrade --check',
    'upgrade has no option --check',
    'It belongs to status, add_script, add_migration_script, dump_schema.',
  ],
  ['mark --transaction all', 'mark has no option --transaction', undefined],
  ['upgrade --json=yes', 'option --json takes no value', 'Write --json alone.'],
  ['upgrade --lock-wait', 'option --lock-wait needs <duration>', 'Write --lock-wait <duration>.'],
  [
    'upgrade -c conf.py',
    '--count takes a number, found "conf.py"',
    'A configuration module is a .ts or .js file that exists, or a folder with conf.ts or config.ts.',
  ],
  [
    'upgrade -c -2',
    '--count takes a number, found "-2"',
    'Give the greatest number of scripts, 1 for instance.',
  ],
  ['trace', 'trace needs the id of an entry', 'The first column of list and errors is the id.'],
  ['trace x', '"x" is no id of an entry', 'The first column of list and errors is the id.'],
  ['plan status', '"status" is no command that can be planned', undefined],
  ['help upgrad', 'unknown command "upgrad"', 'Did you mean help upgrade?'],
  [
    'completion tcsh',
    'no completion for "tcsh"',
    'Write completion bash, completion zsh or completion fish.',
  ],
]

for (const [argv, message, hint] of refused) {
  test(`"migrate ${argv}" is refused: ${message}`, async () => {
    await withFolder({ 'development.ini': '', 'scripts/1.sql': '' }, async (cwd) => {
      const { status, stdout, stderr } = await migrate(argv.split(' '), { cwd })

      const lines = stderr.split('\n')
      assert.equal(lines[0], `error: ${message}`)
      if (hint !== undefined) assert.ok(lines.includes(`hint: ${hint}`), stderr)
      assert.equal(stdout, '')
      assert.equal(status, 2)
    })
  })
}

test('with --json a wrong call is one document on stdout', async () => {
  const { status, stdout } = await migrate(['upgrad', '--json'], { cwd: '/' })

  assert.equal(status, 2)
  const { outcome, exitStatus, database, error } = JSON.parse(stdout) as Record<string, unknown>
  assert.deepEqual([outcome, exitStatus, database], ['error', 2, null])
  assert.deepEqual(error, {
    code: 'USAGE',
    message: 'unknown command "upgrad"',
    detail: null,
    hint: 'Did you mean upgrade?',
    file: null,
    line: null,
    column: null,
    sqlstate: null,
    retryable: false,
  })
})

test('a password in a misplaced URL is not quoted', async () => {
  const argv = ['upgrade', 'postgres://app:hunter22@db/app', '--json']

  const { stdout, stderr } = await migrate(argv, { cwd: '/' })

  assert.match(stderr, /"postgres:\/\/app:\*\*\*@db\/app" is neither a version nor/)
  assert.doesNotMatch(stdout + stderr, /hunter22/)
})
