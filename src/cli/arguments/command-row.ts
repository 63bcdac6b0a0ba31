import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { GivenOptions, OptionName } from './option-table'

/** What may follow a command's name, as usage shows it. */
export type ArgumentName =
  | '[version]'
  | '<version>'
  | '[folder]'
  | '<id>'
  | '<start>'
  | '<end>'
  | '[output]'
  | '[title | path]'
  | '[file]'
  | '[script]'
  | '<title>'
  | '[title]'
  | '[command]'
  | '<shell>'

/** What follows a command's name, after parsing. */
export interface Arguments {
  version?: string
  folder?: string
  words: readonly string[]
  /** The settings' file, where a command takes it behind its name. */
  config?: string
}

/** Where the arguments of a command are parsed. */
export interface GivenWords {
  command: string
  words: readonly string[]
  cwd: string
  commands: Commands
  /** True: a version is any word, as where scripts have names. */
  named?: boolean
}

/** One command as data: parsing, help and completion are derived from it. */
export interface CommandRow {
  /** One line, without a full stop. */
  summary: string
  arguments: readonly ArgumentName[]
  options: readonly OptionName[]
  /** More for `help COMMAND`: full sentences. */
  detail?: string
  /** Another word for it, which is understood too. */
  alias?: string
  /** What people type who mean this command. */
  otherWords?: readonly string[]
  /** Parses what follows the name. @throws {MigrationError} USAGE */
  parse: (given: GivenWords) => Arguments
  /** True: it changes the database or its journal, and `plan` can show it. */
  writes?: true
  /** True: help lists it not, since it is only known so that it can be refused. */
  hidden?: true
  /** The command of which this one is the dry run. */
  dryRunOf?: (words: readonly string[], options: GivenOptions) => string
}

/** Every command by its name, in the order in which help lists them. */
export type Commands = Readonly<Record<string, CommandRow>>

/** The name of the command that a word means by itself; undefined for any other word. */
export function commandNamed(commands: Commands, word: string): string | undefined {
  if (isCommand(commands, word)) return word
  return Object.keys(commands).find((name) => rowOf(commands, name).alias === word)
}

export function isCommand(commands: Commands, word: string): boolean {
  return Object.hasOwn(commands, word)
}

/** The row of a command that is known to be there. */
export function rowOf(commands: Commands, name: string): CommandRow {
  const row = isCommand(commands, name) ? commands[name] : undefined
  if (!row) throw new Error(`no command ${name}`)
  return row
}

/** The commands that `plan` can show. */
export function writeCommands(commands: Commands): string[] {
  return Object.keys(commands).filter((name) => rowOf(commands, name).writes)
}

/** True for the name of an existing folder. */
export function isFolder(word: string, cwd: string): boolean {
  return statSync(resolve(cwd, word), { throwIfNoEntry: false })?.isDirectory() ?? false
}
