import { adoptionCommands } from './adoption-commands'
import {
  asWords,
  helpTopic,
  plannedCommand,
  rebuiltScript,
  shellName,
  versionAndFolder,
  withConfigLast,
  withoutConfig,
} from './arguments/parse-arguments'
import {
  folder,
  adding,
  output,
  planning,
  reading,
  running,
  writing,
  type Command,
} from './command-options'
import type { Handler } from './context/command-context'
import { operatorCommands } from './operator-commands'

export type { Command } from './command-options'

function dryRun(): Handler {
  throw new Error('parsing makes it another command with --dry-run')
}

/** From the file that holds all of add_script. */
function loadAddScript(): Handler {
  const file = require.resolve('./command/add-script')
  const { requireAddScript } = require('../start/compiled') as typeof import('../start/compiled')
  return (requireAddScript(file) as typeof import('./command/add-script')).addScriptCommand
}

/**
 * Every command, in the order in which help lists them. A new one is an entry here and a file in
 * `command/`. Modules are loaded when a command needs them: `version` is quick, `help` needs no driver. By
 * `require`, since the first `import()` of a process costs some milliseconds of its own.
 */
export const commandTable = {
  upgrade: {
    summary: 'applies what is pending, up to and including version',
    arguments: ['[version]', '[folder]'],
    options: ['to', 'count', 'up', 'only', 'force', 'yes', ...running],
    detail:
      'A script that was merged late is pending like any other and is applied too. --only applies one script alone; where an older one is pending, it asks first, or needs --force.',
    alias: 'up',
    otherWords: ['migrate', 'apply', 'run', 'migration:run'],
    parse: versionAndFolder,
    writes: true,
    load: () => (require('./command/execute') as typeof import('./command/execute')).execute,
  },
  downgrade: {
    summary: 'reverts the newest application, or all above version (0: all)',
    arguments: ['[version]', '[folder]'],
    options: ['to', 'count', 'down', 'only', 'force', 'yes', ...running],
    detail:
      "The version itself stays applied. Scripts are reverted in reverse order of application. One whose file is gone is reverted by the journal's SQL, which is shown and confirmed on a terminal. --only reverts one script alone; where others were applied after it, it names what depends on it and asks first, or needs --force.",
    alias: 'down',
    otherWords: ['revert', 'rollback', 'undo', 'migration:revert'],
    parse: versionAndFolder,
    writes: true,
    load: () => (require('./command/execute') as typeof import('./command/execute')).execute,
  },
  to: {
    summary: 'goes up or down to version, whichever it needs',
    arguments: ['<version>', '[folder]'],
    options: ['to', 'yes', ...running],
    detail: 'Without the command: --to VERSION.',
    otherWords: ['goto', 'move'],
    parse: versionAndFolder,
    writes: true,
    load: () => (require('./command/execute') as typeof import('./command/execute')).execute,
  },
  setup: {
    summary: 'sets up an empty database from the canonical schema',
    arguments: ['[folder]'],
    options: ['runScripts', ...running.filter((option) => option !== 'strict')],
    detail:
      'Marks every script as applied, since the canonical schema holds what they do; where the settings name no schema, the scripts run. A database that was set up already is left as it is.',
    otherWords: ['initialize', 'install', 'create', 'bootstrap'],
    parse: versionAndFolder,
    writes: true,
    load: () => (require('./command/setup') as typeof import('./command/setup')).setup,
  },
  mark: {
    summary: 'records what is pending as applied, without running it',
    arguments: ['[version]', '[folder]'],
    options: ['to', 'count', 'only', 'yes', ...writing],
    detail:
      'Up to and including version, for a database that already has the changes. Asks first on a terminal.',
    otherWords: ['stamp', 'fake', 'baseline', 'resolve'],
    parse: versionAndFolder,
    writes: true,
    load: () => (require('./command/execute') as typeof import('./command/execute')).execute,
  },
  skip: {
    summary: 'marks the next pending script',
    arguments: ['[folder]'],
    options: ['yes', ...writing],
    detail: 'Asks first on a terminal.',
    parse: versionAndFolder,
    writes: true,
    load: () => (require('./command/execute') as typeof import('./command/execute')).execute,
  },
  rebuild: {
    summary: 'runs a script again that failed or was interrupted',
    arguments: ['[version]', '[folder]'],
    options: ['done', 'notDone', 'yes', ...running],
    detail:
      'Continues with the first statement that is not done. Where nothing shows whether the interrupted statement was done, give --done or --not-done. Without a version: the only script that failed or is unfinished. The uuid of its class may be given in place of the version.',
    otherWords: ['resume', 'retry', 'continue', 'rerun', 'run_partial'],
    parse: rebuiltScript,
    writes: true,
    load: () => (require('./command/execute') as typeof import('./command/execute')).execute,
  },
  ...adoptionCommands,
  status: {
    summary: 'shows where the database stands',
    arguments: ['[folder]'],
    options: ['check', 'current', 'quiet', ...reading],
    otherWords: ['state', 'info', 'show', 'current', 'check', 'migration:show'],
    parse: versionAndFolder,
    load: () => (require('./command/inspect') as typeof import('./command/inspect')).status,
  },
  plan: {
    summary: 'shows what a command, upgrade unless named, would do',
    arguments: ['[command]', '[version]', '[folder]'],
    options: ['to', 'count', 'only', 'force', 'runScripts', 'done', 'notDone', ...planning],
    detail:
      'The same as upgrade, downgrade, to, setup, mark, skip or rebuild with --dry-run. Nothing is executed, no script is imported.',
    otherWords: ['preview', 'dryrun'],
    parse: plannedCommand,
    dryRunOf: ([planned], { to }) => planned ?? (to === undefined ? 'upgrade' : 'to'),
    load: dryRun,
  },
  dry_upgrade: {
    summary: 'the older name of plan upgrade',
    arguments: ['[version]', '[folder]'],
    options: ['to', 'count', ...planning],
    parse: versionAndFolder,
    dryRunOf: () => 'upgrade',
    load: dryRun,
  },
  dry_downgrade: {
    summary: 'the older name of plan downgrade',
    arguments: ['[version]', '[folder]'],
    options: ['to', 'count', ...planning],
    parse: versionAndFolder,
    dryRunOf: () => 'downgrade',
    load: dryRun,
  },
  next_version: {
    summary: 'prints the next pending revision, or an empty line',
    arguments: ['[folder]'],
    options: reading,
    otherWords: ['next'],
    parse: versionAndFolder,
    load: () => (require('./command/inspect') as typeof import('./command/inspect')).next_version,
  },
  unlock: {
    summary: 'shows who holds the lock; --terminate ends it',
    arguments: [],
    options: ['terminate', 'yes', 'wait', ...output],
    detail:
      'The work of the holder is rolled back; a statement outside a transaction is cancelled. --terminate asks first; without a terminal it needs --yes.',
    otherWords: ['lock', 'locks', 'locked', 'release', 'force_unlock', 'releaselocks'],
    parse: versionAndFolder,
    load: () => (require('./command/unlock') as typeof import('./command/unlock')).unlock,
  },
  ...operatorCommands,
  add_script: {
    summary: 'writes and commits the next script from what differs',
    arguments: ['<title>'],
    options: adding,
    detail:
      'The scripts are replayed in a scratch database and compared with the canonical schema, the entities or the output of schema_diff_cmd. Decisions that only a person can make are asked for on a terminal; each question names the option that answers it. --check writes nothing and exits with 3 when something differs.',
    otherWords: ['diff', 'autogenerate', 'revision', 'makemigrations', 'migration:generate'],
    parse: withoutConfig,
    load: loadAddScript,
  },
  prove: {
    summary: 'proves an edited or hand-written script, and says so in its header',
    arguments: ['[script]'],
    options: ['from', 'dryRun', 'quiet', ...reading],
    detail:
      'Runs the newest script, or the one given by its revision or file, up, down and up again on a copy with rows. The newest script must lead to the canonical schema or the entities.',
    otherWords: ['verify', 'test', 'check_script'],
    parse: withoutConfig,
    load: () => (require('./command/prove') as typeof import('./command/prove')).proveCommand,
  },
  add_migration_script: {
    summary: 'add_script under its name in nous.migration',
    arguments: ['<title>'],
    options: adding,
    detail: 'The settings file may come last: add_migration_script TITLE development.ini.',
    parse: withConfigLast,
    load: loadAddScript,
  },
  dump_schema: {
    summary: 'writes the canonical schema from the scripts',
    arguments: ['[file]'],
    options: ['check', 'dryRun', 'yes', 'quiet', ...reading],
    detail:
      'The scripts are replayed in a scratch database. Their schema is written as SQL and loaded into another scratch database, where it must be the same. The file is the one that schema in the settings names, unless another is given; - is stdout, also the default where the settings name none. Rows are not written. A file that was written by hand, or that git shows as changed, is replaced only with --yes or after a question. --check writes nothing and exits with 3 when the file and the scripts build different schemas.',
    otherWords: ['dump', 'schema', 'schema_dump', 'structure', 'pg_dump', 'export', 'schema:log'],
    parse: withoutConfig,
    load: () =>
      (require('./command/dump-schema') as typeof import('./command/dump-schema'))
        .dumpSchemaCommand,
  },
  generate: {
    summary: 'writes an empty script with a new revision',
    arguments: ['[title | path]'],
    options: ['ts', 'directory', 'dryRun', ...output],
    detail:
      'Words become the title. A path is the file to write, or the folder to write into. No file is ever overwritten.',
    otherWords: ['new', 'make', 'add', 'migration:create', 'create_script'],
    parse: asWords,
    load: () => (require('./command/generate') as typeof import('./command/generate')).generate,
  },
  url: {
    summary: 'prints the postgres:// address for psql',
    arguments: [],
    options: output,
    detail: 'The password is left out: give it to psql in PGPASSWORD.',
    otherWords: ['dsn', 'uri'],
    parse: versionAndFolder,
    load: () => (require('./command/settings') as typeof import('./command/settings')).url,
  },
  environ: {
    summary: 'shows every setting and where it comes from',
    arguments: [],
    options: [
      ...folder,
      'transaction',
      'strict',
      'lockWait',
      'lockTimeout',
      'statementTimeout',
      'wait',
      ...output,
    ],
    otherWords: ['env', 'settings', 'config'],
    parse: versionAndFolder,
    load: () => (require('./command/settings') as typeof import('./command/settings')).environ,
  },
  completion: {
    summary: 'prints a completion script for bash, zsh or fish',
    arguments: ['<shell>'],
    options: ['help', 'version'],
    detail: 'In ~/.bashrc or ~/.zshrc: source <(migrate completion bash), or zsh.',
    parse: shellName,
    load: () => (require('./command/about') as typeof import('./command/about')).completion,
  },
  version: {
    summary: 'prints versions',
    arguments: [],
    options: ['json', 'color', 'help', 'version'],
    parse: versionAndFolder,
    load: () => (require('./command/about') as typeof import('./command/about')).version,
  },
  help: {
    summary: 'shows help on a command',
    arguments: ['[command]'],
    options: ['color', 'help', 'version'],
    otherWords: ['man', 'usage'],
    parse: helpTopic,
    load: () => (require('./command/about') as typeof import('./command/about')).help,
  },
} as const satisfies Record<string, Command>
