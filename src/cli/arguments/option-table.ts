/** An option as `help` shows it and as commander reads it. */
export interface OptionRow {
  /** Short and long form with the value's name, as commander takes them. */
  flags: string
  summary: string
}

/** Every option of every command; which command takes which is in the command table. */
export const optionTable = {
  to: { flags: '-t, --to <version>', summary: 'the version to go to, up or down' },
  count: {
    flags: '-c, --count <number>',
    summary: 'at most so many scripts; a path is a configuration module that keeps the version',
  },
  up: { flags: '-u, --up', summary: 'the same as upgrade' },
  down: {
    flags: '--down',
    summary: 'the same as downgrade; asks on a terminal whether to go on to the first',
  },
  current: { flags: '--current', summary: 'print the newest applied version alone' },
  only: { flags: '--only <version>', summary: 'this one script alone' },
  runScripts: {
    flags: '--run-scripts',
    summary: 'run the scripts instead of the canonical schema',
  },
  done: { flags: '--done', summary: 'what was cut off was done: go on after it' },
  notDone: { flags: '--not-done', summary: 'what was cut off was not done: run it again' },
  directory: { flags: '-d, --directory <folder>', summary: "the scripts' folder" },
  runner: {
    flags: '-r, --runner <module>',
    summary: 'postgres, or a runner of your own: ./my-runner.ts:MyRunner',
  },
  layout: {
    flags: '--layout <name>',
    summary: "typetrek, graph or another tool's: flyway, golang-migrate …",
  },
  transaction: {
    flags: '--transaction <mode>',
    summary: 'each (one a script), all (one for the run) or none',
  },
  strict: { flags: '--strict', summary: 'refuse when an applied script is changed or missing' },
  otherTools: {
    flags: '--other-tools <answer>',
    summary: 'refuse or ignore a database that another tool has migrated',
  },
  lockWait: { flags: '--lock-wait <duration>', summary: 'how long to wait for another migrator' },
  lockTimeout: { flags: '--lock-timeout <duration>', summary: "PostgreSQL's, for scripts" },
  statementTimeout: {
    flags: '--statement-timeout <duration>',
    summary: "PostgreSQL's, for scripts",
  },
  wait: { flags: '--wait <duration>', summary: 'how long to wait for a server that is not up yet' },
  dryRun: { flags: '--dry-run', summary: 'print what would be done, do nothing' },
  exec: { flags: '--no-exec', summary: 'the same as --dry-run' },
  check: {
    flags: '--check',
    summary: 'only look: exit with 3 unless all is as it should be',
  },
  terminate: { flags: '--terminate', summary: 'end who holds the lock' },
  from: {
    flags: '--from <source>',
    summary: 'compare with: schema, entities, command or none',
  },
  rename: {
    flags: '--rename <old:new>',
    summary: 'a new name: users.first:first_name',
  },
  renameStyle: {
    flags: '--rename-style',
    summary: 'rename what differs by case and underscores alone',
  },
  using: {
    flags: '--using <column=expression>',
    summary: 'how values change: users.age=age::int',
  },
  map: {
    flags: '--map <value=new>',
    summary: 'instead of an enum value: status.old=new',
  },
  backfill: {
    flags: '--backfill <column=expression>',
    summary: 'for what becomes required',
  },
  ts: { flags: '--ts', summary: 'TypeScript instead of SQL' },
  pair: { flags: '--pair', summary: 'TypeScript that runs two SQL files beside it' },
  online: {
    flags: '--online[=rewrite]',
    summary: 'forms that do not block, in several scripts; =rewrite: new types by second columns',
  },
  onlineRows: {
    flags: '--online-rows <number>',
    summary: 'rows to measure the locks of --online with (default 100000)',
  },
  dropExtra: {
    flags: '--drop-extra',
    summary: 'drop what the entities do not have',
  },
  verify: { flags: '--no-verify', summary: 'do not prove the script; its head says so' },
  commit: { flags: '--no-commit', summary: 'add the files to git, but do not commit them' },
  message: { flags: '--message <text>', summary: "the commit's message" },
  withSchema: { flags: '--with-schema', summary: 'commit the changed canonical schema too' },
  ignore: { flags: '--ignore <pattern>', summary: 'leave out these objects: public.tmp_*' },
  export: { flags: '--export', summary: "tell TypeORM's own table what is applied" },
  withSource: {
    flags: '--with-source',
    summary: 'commit the changed entity files, or schema file, too',
  },
  yes: { flags: '-y, --yes', summary: 'do not ask' },
  limit: { flags: '--limit <number>', summary: 'only so many entries, the newest' },
  since: {
    flags: '--since <time>',
    summary: 'only entries since then: 2026-01-31, 2026-01-31T12:00Z, or 2h or 7d ago',
  },
  revision: { flags: '--revision <version>', summary: 'only entries of this script' },
  all: { flags: '--all', summary: 'every operation, with its outcome' },
  reverse: { flags: '--reverse', summary: 'the newest first' },
  force: {
    flags: '--force',
    summary: '--only: past its neighbours; touch: also where applied; squash: without a downgrade',
  },
  fromSchema: {
    flags: '--from-schema',
    summary: 'the schema that the scripts result in, instead of their statements',
  },
  remove: { flags: '--remove', summary: 'remove the originals, by git rm or as vcs says' },
  edit: {
    flags: '--edit',
    summary: 'open the script in $VISUAL or $EDITOR before the commit, and prove what is saved',
  },
  json: { flags: '--json', summary: 'one JSON document on stdout' },
  log: {
    flags: '--log <format>',
    summary: 'stderr as text, or as json: one event a line (environment MIGRATE_LOG)',
  },
  quiet: { flags: '-q, --quiet', summary: 'print nothing but errors' },
  verbose: {
    flags: '-v, --verbose',
    summary: "settings, the scripts' SQL notices, causes of errors",
  },
  color: { flags: '--no-color', summary: 'no colour, also on a terminal' },
  help: { flags: '-h, --help', summary: 'help on a command' },
  version: { flags: '--version', summary: 'the same as version' },
} as const satisfies Record<string, OptionRow>

export type OptionName = keyof typeof optionTable

type ValueOption =
  | 'to'
  | 'count'
  | 'only'
  | 'directory'
  | 'runner'
  | 'layout'
  | 'transaction'
  | 'otherTools'
  | 'lockWait'
  | 'lockTimeout'
  | 'statementTimeout'
  | 'wait'
  | 'from'
  | 'message'
  | 'limit'
  | 'online'
  | 'onlineRows'
  | 'since'
  | 'revision'
  | 'log'

/** Options that may be given several times. */
export const repeatable = ['rename', 'using', 'map', 'backfill', 'ignore'] as const

type RepeatableOption = (typeof repeatable)[number]

/** The options that a call names: values as written (empty where one may be left out and is), switches as true (`--no-…` as false). */
export type GivenOptions = { [name in ValueOption]?: string } & {
  [name in RepeatableOption]?: readonly string[]
} & { [name in Exclude<OptionName, ValueOption | RepeatableOption>]?: boolean }

/** The long form without its value: `--lock-wait`. */
export function longFlag(name: OptionName): string {
  return /--[a-z-]+/.exec(optionTable[name].flags)?.[0] ?? name
}

/** The short form, where there is one: `-t`. */
export function shortFlag(name: OptionName): string | undefined {
  return /^-[a-z]\b/.exec(optionTable[name].flags)?.[0]
}

/** True for an option that may have a value, after `=` alone: what follows it is a word of its own. */
export function mayHaveValue(name: OptionName): boolean {
  return optionTable[name].flags.endsWith(']')
}

/** True for an option that is followed by a value. */
export function takesValue(name: OptionName): boolean {
  return optionTable[name].flags.endsWith('>')
}
