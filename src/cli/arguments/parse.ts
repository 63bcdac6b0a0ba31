import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { looksLikeAddress } from '../../settings/address/address'
import { isCommand, isFolder, rowOf, type Commands } from './command-row'
import { parseOptions, refuseForeignOptions } from './parse-options'
import { longFlag, type GivenOptions } from './option-table'
import { unknownCommand } from './unknown-command'
import { usageError } from './usage-error'
import { readLimit, readSince } from './journal-options'
import { checkRevision, checkVersionOption, readCount } from './version-argument'

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
export function parse(argv: readonly string[], cwd: string, commands: Commands): Call {
  const { words, options } = parseOptions(argv)
  if (options.help) return helpCall(words, commands)
  if (options.version) return { command: 'version', words: [], options: onlyOutput(options) }
  const config = isConfig(words[0], cwd, commands) ? words.shift() : undefined
  const command = commandOf(words, options, { config, cwd, commands })
  refuseForeignOptions(command, options, commands)
  refuseContradictions(command, options)
  const parsed = rowOf(commands, command).parse({ command, words, cwd, commands })
  const settings = oneOf('settings file', config, 'argument', parsed.config)
  const call = { ...parsed, ...(settings !== undefined && { config: settings }) }
  return withOptions(asDryRun({ ...call, command, options }, commands), commands)
}

function helpCall(words: readonly string[], commands: Commands): Call {
  const command = words.find((word) => isCommand(commands, word))
  return { command: 'help', words: command === undefined ? [] : [command], options: {} }
}

function onlyOutput({ json }: GivenOptions): GivenOptions {
  return json ? { json } : {}
}

function isConfig(word: string | undefined, cwd: string, commands: Commands): boolean {
  if (word === undefined || isCommand(commands, word)) return false
  if (/\.(ini|cfg)$/i.test(word) || looksLikeAddress(word)) return true
  return statSync(resolve(cwd, word), { throwIfNoEntry: false })?.isFile() ?? false
}

function commandOf(
  words: string[],
  options: GivenOptions,
  place: { config: string | undefined; cwd: string; commands: Commands },
): string {
  const implied = commandOfOptions(options)
  const word = words[0]
  if (word === undefined) return implied?.command ?? 'upgrade'
  // after --to 5 the scripts' folder may follow, as it does after "to 5"
  if (!isCommand(place.commands, word) && implied && isFolder(word, place.cwd))
    return implied.command
  if (!isCommand(place.commands, word)) throw unknownCommand(word, place)
  words.shift()
  if (implied && !implied.besides) {
    throw usageError(
      `${implied.flag} cannot be combined with the command ${word}`,
      `${implied.flag} means a command itself: leave one of them out.`,
    )
  }
  return word
}

/** The command that an option means, and whether another command may be named besides. */
function commandOfOptions(
  options: GivenOptions,
): { flag: string; command: string; besides: boolean } | undefined {
  const rows = [
    { name: 'up', command: 'upgrade', besides: false },
    { name: 'down', command: 'downgrade', besides: false },
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
  if (options.force && command !== 'touch' && options.only === undefined) {
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
function withOptions(call: Call, commands: Commands): Call {
  const { options, command } = call
  const version = oneOf('version', call.version, '--to', options.to)
  if (options.to !== undefined) checkVersionOption('--to', options.to)
  if (options.only !== undefined) checkVersionOption('--only', options.only)
  if (options.revision !== undefined) checkRevision(options.revision)
  if (options.only !== undefined && version !== undefined) {
    throw usageError(`--only and the version ${version} contradict each other`, 'Give one of them.')
  }
  if (version === undefined && rowOf(commands, command).arguments.includes('<version>')) {
    throw usageError(`${command} needs a version`, `Write ${command} VERSION: digits, latest or 0.`)
  }
  const folder = oneOf('folder', call.folder, '--directory', options.directory)
  const count = options.count === undefined ? undefined : readCount(options.count)
  const everything = options.down && count === undefined ? '0' : version
  return {
    ...call,
    ...(everything !== undefined && { version: everything }),
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
