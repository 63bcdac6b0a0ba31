import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { looksLikeAddress } from '../../settings/address/address'
import { configModule } from '../../settings/elsewhere/version-module'
import { commandNamed, isFolder, rowOf, type Commands } from './command-row'
import { parseOptions, refuseForeignOptions } from './parse-options'
import { longFlag, type GivenOptions } from './option-table'
import { unknownCommand } from './unknown-command'
import { usageError } from './usage-error'
import { readLimit, readSince } from './journal-options'
import { checkRevision, checkVersionOption, isVersion, readCount } from './version-argument'

/** A command line that has been understood; nothing of it is checked against files or a database. */
export interface Call {
  /** The ini file or the database's URL as written; absent: the default. */
  config?: string
  command: string
  /** Digits or a word. */
  version?: string
  /** The scripts' folder as written, from the version's place or --directory. */
  folder?: string
  /** How many scripts at most. */
  count?: number
  /** How many entries at most, the newest. */
  limit?: number
  /** Only entries that are not older. */
  since?: Date
  /** What a runner of the user's own is constructed with. */
  runnerArguments?: readonly string[]
  /** What follows the commands that take neither version nor folder. */
  words: readonly string[]
  options: GivenOptions
}

/**
 * Understands a command line: `[CONFIG] [COMMAND] [ARGUMENTS] [OPTIONS]`, options anywhere. Looks at
 * the file system only to distinguish files and folders from words. `plan X`, `dry_upgrade` and
 * `dry_downgrade` become X with `dryRun`; `--up`, `--down` and `--to` mean a command.
 * @throws {MigrationError} USAGE, with what may have been meant.
 */
export function parse(
  argv: readonly string[],
  cwd: string,
  commands: Commands,
  { named = false }: { named?: boolean } = {},
): Call {
  const { words, options } = parseOptions(argv.flatMap(apart))
  if (options.help) return helpCall(words, commands)
  if (options.version) return { command: 'version', words: [], options: onlyOutput(options) }
  const module = takeModule(options, cwd)
  const config = module ?? takeConfig(words, options, { cwd, commands })
  const place = { config, cwd, commands, module: module !== undefined }
  const command = commandOf(words, options, place)
  refuseForeignOptions(command, options, commands)
  refuseContradictions(command, options)
  const given = forRunner(options.runner, words)
  const isNamed = named || module !== undefined || given.arguments !== undefined
  const parsed = rowOf(commands, command).parse({
    command,
    words: given.words,
    cwd,
    commands,
    named: isNamed,
  })
  const settings = given.config ?? oneOf('settings file', config, 'argument', parsed.config)
  const call = {
    ...parsed,
    ...(settings !== undefined && { config: settings }),
    ...(given.arguments && { runnerArguments: given.arguments }),
  }
  return withOptions(asDryRun({ ...call, command, options }, commands), commands, isNamed)
}

/** The first word, where it names the settings; of a runner's own words, only an ini does. */
function takeConfig(
  words: string[],
  { runner = 'postgres' }: GivenOptions,
  { cwd, commands }: { cwd: string; commands: Commands },
): string | undefined {
  const [first = ''] = words
  if (!namesConfig(words[0], cwd, commands)) return undefined
  return runner === 'postgres' || /\.(ini|cfg)$/i.test(first) ? words.shift() : undefined
}

/** `--down=5` is `--down 5`, since the version may also be left out. */
function apart(word: string): string[] {
  const [, flag, value] = /^(--(?:up|down))=(.+)$/.exec(word) ?? []
  return flag === undefined || value === undefined ? [word] : [flag, value]
}

/** `-c` with the path of a configuration module names the settings; with a number it is a count. */
function takeModule(options: GivenOptions, cwd: string): string | undefined {
  const { count } = options
  if (count === undefined || /^-?\d+$/.test(count)) return undefined
  if (configModule(resolve(cwd, count)) === undefined) return undefined
  delete options.count
  return count
}

/**
 * What stands behind the command is the runner's, as trek had it: of `postgres` the address, of a runner of
 * the user's own every word.
 */
function forRunner(
  runner: string | undefined,
  words: readonly string[],
): { words: readonly string[]; config?: string; arguments?: readonly string[] } {
  if (runner === undefined) return { words }
  if (runner !== 'postgres') return { words: [], arguments: words }
  const config = words.find(looksLikeAddress)
  return { words: words.filter((word) => word !== config), ...(config !== undefined && { config }) }
}

function helpCall(words: readonly string[], commands: Commands): Call {
  const command = words.flatMap((word) => commandNamed(commands, word) ?? [])[0]
  return { command: 'help', words: command === undefined ? [] : [command], options: {} }
}

function onlyOutput({ json }: GivenOptions): GivenOptions {
  return json ? { json } : {}
}

export function namesConfig(word: string | undefined, cwd: string, commands: Commands): boolean {
  if (word === undefined || commandNamed(commands, word) !== undefined) return false
  if (/\.(ini|cfg)$/i.test(word) || looksLikeAddress(word)) return true
  return statSync(resolve(cwd, word), { throwIfNoEntry: false })?.isFile() ?? false
}

function commandOf(
  words: string[],
  options: GivenOptions,
  place: { config: string | undefined; cwd: string; commands: Commands; module: boolean },
): string {
  const implied = commandOfOptions(options)
  const word = words[0]
  if (word === undefined && place.module && !implied) {
    const hint = 'Write --up, --down, --to VERSION, --current or a command behind it.'
    throw usageError('the configuration module is named, and nothing says what to do', hint)
  }
  if (word === undefined) return implied?.command ?? 'upgrade'
  const named = commandNamed(place.commands, word)
  // after --to 5 the scripts' folder may follow, as it does after "to 5", and a version after --down
  if (named === undefined && implied && (isFolder(word, place.cwd) || isVersion(word)))
    return implied.command
  // the words of a runner may be any
  if (named === undefined && implied && options.runner !== undefined) return implied.command
  if (named === undefined) throw unknownCommand(word, place)
  words.shift()
  if (implied && !implied.besides) {
    throw usageError(
      `${implied.flag} cannot be combined with the command ${word}`,
      `${implied.flag} means a command itself: leave one of them out.`,
    )
  }
  return named
}

/** The command that an option means, and whether another command may be named besides. */
function commandOfOptions(
  options: GivenOptions,
): { flag: string; command: string; besides: boolean } | undefined {
  const rows = [
    { name: 'up', command: 'upgrade', besides: false },
    { name: 'down', command: 'downgrade', besides: false },
    { name: 'current', command: 'status', besides: true },
    { name: 'to', command: 'to', besides: true },
  ] as const
  const given = rows.filter(({ name }) => options[name] !== undefined)
  if (given.length > 1) {
    const flags = given.map(({ name }) => longFlag(name)).join(' and ')
    throw usageError(`${flags} contradict each other`, 'Give one of them.')
  }
  const [row] = given
  return row && { flag: longFlag(row.name), command: row.command, besides: row.besides }
}

function refuseContradictions(command: string, options: GivenOptions): void {
  if (options.done && options.notDone) {
    throw usageError('--done and --not-done contradict each other', 'Give one of them.')
  }
  if (options.quiet && options.verbose) {
    throw usageError('--quiet and --verbose contradict each other', 'Give one of them.')
  }
  if (options.force && !['touch', 'squash'].includes(command) && options.only === undefined) {
    throw usageError(
      '--force counts only with --only',
      'Name the script that is to go alone: --only VERSION.',
    )
  }
  if (options.only !== undefined && (options.to ?? options.count) !== undefined) {
    const other = options.to === undefined ? '--count' : '--to'
    throw usageError(`--only and ${other} contradict each other`, 'Give one of them.')
  }
}

/** `plan mark 5` is `mark 5 --dry-run`. */
function asDryRun(call: Call, commands: Commands): Call {
  const { dryRunOf } = rowOf(commands, call.command)
  if (!dryRunOf) return call
  const planned = dryRunOf(call.words, call.options)
  refuseForeignOptions(planned, call.options, commands)
  return { ...call, command: planned, words: [], options: { ...call.options, dryRun: true } }
}

/** Joins what was written as an option with what was written as an argument. */
function withOptions(call: Call, commands: Commands, named: boolean): Call {
  const { command } = call
  const options = call.options.exec === false ? { ...call.options, dryRun: true } : call.options
  const version = oneOf('version', call.version, '--to', options.to)
  if (options.to !== undefined) checkVersionOption('--to', options.to, named)
  if (options.only !== undefined) checkVersionOption('--only', options.only, named)
  if (options.revision !== undefined) checkRevision(options.revision)
  if (options.only !== undefined && version !== undefined) {
    throw usageError(`--only and the version ${version} contradict each other`, 'Give one of them.')
  }
  if (version === undefined && rowOf(commands, command).arguments.includes('<version>')) {
    throw usageError(`${command} needs a version`, `Write ${command} VERSION: digits, latest or 0.`)
  }
  const folder = oneOf('folder', call.folder, '--directory', options.directory)
  const count = options.count === undefined ? undefined : readCount(options.count)
  return {
    ...call,
    options,
    ...(version !== undefined && { version }),
    ...(folder !== undefined && { folder }),
    ...(count !== undefined && { count }),
    ...(options.limit !== undefined && { limit: readLimit(options.limit) }),
    ...(options.since !== undefined && { since: readSince(options.since, new Date()) }),
  }
}

function oneOf(
  what: string,
  argument: string | undefined,
  flag: string,
  option: string | undefined,
): string | undefined {
  if (argument === undefined || option === undefined) return argument ?? option
  throw usageError(
    `${what} "${argument}" and ${flag} ${option} contradict each other`,
    'Give one of them.',
  )
}
