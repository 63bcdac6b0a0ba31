import type { CommanderError, Command } from 'commander'
import { rowOf, type Commands } from './command-row'
import {
  longFlag,
  mayHaveValue,
  optionTable,
  repeatable,
  type GivenOptions,
  type OptionName,
} from './option-table'
import { didYouMean, usageError } from './usage-error'

const optionNames = Object.keys(optionTable) as OptionName[]

/**
 * Takes the options out of the arguments, wherever they are; the rest are the words. After `--`
 * everything is a word. Pure.
 * @throws {MigrationError} USAGE for an unknown option or one without its value.
 */
export function parseOptions(argv: readonly string[]): { words: string[]; options: GivenOptions } {
  // a deployment's call has no options, and waits for no parser
  if (!argv.some((word) => word.startsWith('-'))) return { words: [...argv], options: {} }
  const { Command: Program, CommanderError: Failure } =
    require('commander') as typeof import('commander')
  const program = new Program().helpOption(false).exitOverride().argument('[words...]')
  program.configureOutput({ writeErr: () => {}, writeOut: () => {}, outputError: () => {} })
  for (const name of optionNames) {
    const { flags } = optionTable[name]
    if (isRepeatable(name)) program.option(flags, '', gather, [])
    else if (mayHaveValue(name)) program.option(`${longFlag(name)} <value>`)
    else program.option(flags)
  }
  try {
    program.parse(withEmptyValues(argv), { from: 'user' })
  } catch (error) {
    throw error instanceof Failure ? optionError(error) : error
  }
  return { words: program.args, options: givenOptions(program) }
}

/** commander would take the word that follows for the value. */
function withEmptyValues(argv: readonly string[]): string[] {
  const bare = new Set(optionNames.filter(mayHaveValue).map(longFlag))
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length
  return argv.map((one, at) => (at < end && bare.has(one) ? `${one}=` : one))
}

function isRepeatable(name: OptionName): boolean {
  return repeatable.some((one) => one === name)
}

function gather(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}

/** Without the defaults that commander makes up (`color` is true). */
function givenOptions(program: Command): GivenOptions {
  const given = Object.entries(program.opts<Record<string, unknown>>())
  return Object.fromEntries(given.filter(([name]) => program.getOptionValueSource(name) === 'cli'))
}

/** Options of trek, asyncpg-trek's successors and link-migration that have another name here. */
const otherNames: Readonly<Record<string, string>> = {
  '-m': 'Write a new script with generate TITLE.',
  '--make-migration': 'Write a new script with generate TITLE.',
  '--package-version': 'Write version.',
  '--config-file': 'Write -c PATH, or the path of the ini first.',
  '--config': 'Write -c PATH, or the path of the ini first.',
  '--to-version': 'Write --to VERSION.',
  '--no-dry-run': 'Leave it out: nothing is dry unless --dry-run says so.',
}

function optionError(error: CommanderError): Error {
  const flag = /'([^']*)'/s.exec(error.message)?.[1] ?? ''
  if (error.code === 'commander.optionMissingArgument') {
    const [, long = flag, value = 'a value'] = /(--[a-z-]+) (<.*>)/.exec(flag) ?? []
    const down = long === '--directory' ? ' To revert, write --down.' : ''
    return usageError(`option ${long} needs ${value}`, `Write ${long} ${value}.${down}`)
  }
  if (error.code !== 'commander.unknownOption') return error
  const [name = ''] = flag.split('=')
  const known = optionNames.find((option) => longFlag(option) === name)
  if (known) return usageError(`option ${name} takes no value`, `Write ${name} alone.`)
  const otherwise = otherNames[name] ?? 'Run migrate help for the list of options.'
  return usageError(
    `unknown option "${name}"`,
    name in otherNames ? otherwise : didYouMean(name, optionNames.map(longFlag), otherwise),
  )
}

/** @throws {MigrationError} USAGE for an option that means nothing to the command. */
export function refuseForeignOptions(
  command: string,
  options: GivenOptions,
  commands: Commands,
): void {
  for (const name of Object.keys(options) as OptionName[]) {
    if (rowOf(commands, command).options.includes(name)) continue
    throw usageError(`${command} has no option ${longFlag(name)}`, whereItBelongs(name, commands))
  }
}

function whereItBelongs(name: OptionName, commands: Commands): string {
  const takers = Object.keys(commands).filter((command) =>
    rowOf(commands, command).options.includes(name),
  )
  return `It belongs to ${takers.join(', ')}.`
}
