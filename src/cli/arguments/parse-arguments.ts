import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { MigrationError } from '../../errors'
import { nearest } from '../../settings/value/nearest'
import {
  commandRow,
  commandTable,
  isCommand,
  isWriteCommand,
  writeCommands,
  type CommandName,
} from './commands'
import { meantCommand } from './unknown-command'
import { usageError } from './usage-error'
import { isVersion, versionHint } from './version-argument'

/** What follows a command's name, told apart. */
export interface Arguments {
  version?: string
  folder?: string
  words: readonly string[]
}

const shells = ['bash', 'zsh', 'fish']

/** Reads what follows a command's name. @throws {MigrationError} USAGE */
export function parseArguments(
  command: CommandName,
  words: readonly string[],
  cwd: string,
): Arguments {
  switch (command) {
    case 'generate':
      return { words }
    case 'add_script':
    case 'dump_schema':
      return { words: withoutConfig(command, words, cwd) }
    case 'trace':
      return { words: [traceId(words)] }
    case 'help':
      return { words: helpTopic(words) }
    case 'completion':
      return { words: [shell(words)] }
    case 'plan':
      return planArguments(words, cwd)
    default:
      return versionAndFolder(command, words, cwd)
  }
}

function planArguments(words: readonly string[], cwd: string): Arguments {
  const [first, ...rest] = words
  if (first === undefined) return { words: [] }
  if (isWriteCommand(first)) return { ...versionAndFolder(first, rest, cwd), words: [first] }
  if (isVersion(first) || isFolder(first, cwd)) return versionAndFolder('upgrade', words, cwd)
  const meant = nearest(first, writeCommands)
  throw usageError(
    `"${first}" is no command that can be planned`,
    meant ? `Did you mean plan ${meant}?` : `These can: ${writeCommands.join(', ')}.`,
  )
}

function versionAndFolder(command: CommandName, words: readonly string[], cwd: string): Arguments {
  const accepted = commandRow(command).arguments
  const takesVersion = accepted.includes('[version]') || accepted.includes('<version>')
  const takesFolder = accepted.includes('[folder]')
  const found: { version?: string; folder?: string } = {}
  for (const word of words) {
    if (takesVersion && isVersion(word) && found.version === undefined) found.version = word
    else if (takesFolder && isFolder(word, cwd) && found.folder === undefined) found.folder = word
    else throw wrongArgument(command, word, { takesVersion, takesFolder, ...found })
  }
  return { ...found, words: [] }
}

function wrongArgument(
  command: CommandName,
  word: string,
  takes: { takesVersion: boolean; takesFolder: boolean; version?: string; folder?: string },
): MigrationError {
  if (isConfigName(word)) return configBehind(command, word)
  if (!takes.takesFolder) {
    return usageError(`${command} takes no argument, found "${word}"`, helpHint(command))
  }
  if (!takes.takesVersion) {
    return isVersion(word)
      ? usageError(`${command} takes no version, found "${word}"`, helpHint(command))
      : usageError(`no folder "${word}"`, `${command} takes the scripts' folder, if anything.`)
  }
  if (isVersion(word)) {
    return usageError(`${command} takes one version, found ${takes.version} and ${word}`)
  }
  if (takes.folder !== undefined) {
    return usageError(`${command} takes one folder, found "${takes.folder}" and "${word}"`)
  }
  return usageError(
    `"${word}" is neither a version nor an existing folder`,
    versionHint(word, helpHint(command)),
    `As a version it would be digits, latest, next, previous or 0; as the scripts' folder it would exist.`,
  )
}

function isConfigName(word: string): boolean {
  return /\.(ini|cfg)$/i.test(word)
}

function configBehind(command: CommandName, word: string): MigrationError {
  const hint = `It goes first: migrate ${word} ${command}.`
  return usageError(`settings file "${word}" stands behind the command`, hint)
}

/** A title may be of any words, but hardly begins with the settings' file. */
function withoutConfig(command: CommandName, words: readonly string[], cwd: string) {
  const [first = ''] = words
  const isConfig = isConfigName(first) && existsSync(resolve(cwd, first))
  if (isConfig) throw configBehind(command, first)
  return words
}

function helpHint(command: CommandName): string {
  return `Run migrate help ${command}.`
}

/** True for the name of an existing folder. */
export function isFolder(word: string, cwd: string): boolean {
  return statSync(resolve(cwd, word), { throwIfNoEntry: false })?.isDirectory() ?? false
}

function traceId(words: readonly string[]): string {
  const [id, more] = words
  const hint = 'The first column of list and errors is the id.'
  if (id === undefined) throw usageError('trace needs the id of an entry', hint)
  if (more !== undefined) throw usageError(`trace takes one id, found "${more}" too`, hint)
  if (!/^\d{1,18}$/.test(id)) throw usageError(`"${id}" is no id of an entry`, hint)
  return id
}

function helpTopic(words: readonly string[]): readonly string[] {
  const [topic, more] = words
  if (more !== undefined) throw usageError(`help takes one command, found "${more}" too`)
  if (topic === undefined || isCommand(topic)) return words
  const meant = meantCommand(topic)
  const all = `The commands are ${Object.keys(commandTable).join(', ')}.`
  throw usageError(`unknown command "${topic}"`, meant ? `Did you mean help ${meant}?` : all)
}

function shell(words: readonly string[]): string {
  const [name, more] = words
  const hint = `Write completion ${shells.join(', completion ')}.`.replace(/, (?!.*, )/, ' or ')
  if (name === undefined) throw usageError('completion needs the name of a shell', hint)
  if (more !== undefined || !shells.includes(name)) {
    throw usageError(`no completion for "${words.join(' ')}"`, hint)
  }
  return name
}
