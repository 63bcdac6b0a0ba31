import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { MigrationError } from '../../errors'
import { canonicalUuid } from '../../script/module-text/script-uuid'
import { nearest } from '../../settings/value/nearest'
import {
  commandNamed,
  isFolder,
  rowOf,
  writeCommands,
  type Arguments,
  type GivenWords,
} from './command-row'
import { meantCommand } from './unknown-command'
import { usageError } from './usage-error'
import { isNamedVersion, isVersion, versionHint } from './version-argument'

/** Of `plan`: the command to plan, and what follows that. */
export function plannedCommand({ words, cwd, commands, named = false }: GivenWords): Arguments {
  const [first, ...rest] = words
  if (first === undefined) return { words: [] }
  const plannable = writeCommands(commands)
  const command = commandNamed(commands, first)
  if (command !== undefined && plannable.includes(command)) {
    const planned = rowOf(commands, command).parse({ command, words: rest, cwd, commands, named })
    return { ...planned, words: [command] }
  }
  if (isVersion(first) || isFolder(first, cwd) || (named && isNamedVersion(first)))
    return versionAndFolder({ command: 'upgrade', words, cwd, commands, named })
  const meant = nearest(first, plannable)
  throw usageError(
    `"${first}" is no command that can be planned`,
    meant ? `Did you mean plan ${meant}?` : `These can: ${plannable.join(', ')}.`,
  )
}

/** A version and the scripts' folder, in any order, where the command takes them. */
export function versionAndFolder(given: GivenWords): Arguments {
  const { command, words, cwd, commands, named = false } = given
  const accepted = rowOf(commands, command).arguments
  const takesVersion = accepted.includes('[version]') || accepted.includes('<version>')
  const takesFolder = accepted.includes('[folder]')
  const found: { version?: string; folder?: string } = {}
  for (const word of words) {
    if (takesVersion && isVersion(word) && found.version === undefined) found.version = word
    else if (takesFolder && isFolder(word, cwd) && found.folder === undefined) found.folder = word
    else if (named && takesVersion && isNamedVersion(word) && found.version === undefined)
      found.version = word
    else throw wrongArgument(command, word, { takesVersion, takesFolder, ...found })
  }
  return { ...found, words: [] }
}

function wrongArgument(
  command: string,
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

function configBehind(command: string, word: string): MigrationError {
  const hint = `It goes first: migrate ${word} ${command}.`
  return usageError(`settings file "${word}" stands behind the command`, hint)
}

/** All words, of a title say. */
export function asWords({ words }: GivenWords): Arguments {
  return { words }
}

/** All words. A title may be of any, but hardly begins with the name of the settings' file. */
export function withoutConfig({ command, words, cwd }: GivenWords): Arguments {
  const [first = ''] = words
  if (isConfigName(first) && existsSync(resolve(cwd, first))) throw configBehind(command, first)
  return { words }
}

function helpHint(command: string): string {
  return `Run migrate help ${command}.`
}

/** The id of one entry. */
export function entryId({ words }: GivenWords): Arguments {
  const [id, more] = words
  const hint = 'The first column of list and errors is the id.'
  if (id === undefined) throw usageError('trace needs the id of an entry', hint)
  if (more !== undefined) throw usageError(`trace takes one id, found "${more}" too`, hint)
  if (!/^\d{1,18}$/.test(id)) throw usageError(`"${id}" is no id of an entry`, hint)
  return { words: [id] }
}

/** The name of a command, or nothing. */
export function helpTopic({ words, commands }: GivenWords): Arguments {
  const [topic, more] = words
  if (more !== undefined) throw usageError(`help takes one command, found "${more}" too`)
  const name = topic === undefined ? undefined : commandNamed(commands, topic)
  if (topic === undefined || name !== undefined) return { words: name === undefined ? [] : [name] }
  const meant = meantCommand(topic, commands)
  const all = `The commands are ${Object.keys(commands).join(', ')}.`
  throw usageError(`unknown command "${topic}"`, meant ? `Did you mean help ${meant}?` : all)
}

/** A script by its version or the uuid of its class, if any, and the scripts' folder. */
export function rebuiltScript(given: GivenWords): Arguments {
  const { command, words } = given
  const uuid = words.find((word) => !isVersion(word) && canonicalUuid(word) !== undefined)
  const rest = versionAndFolder({ ...given, words: words.filter((word) => word !== uuid) })
  if (uuid === undefined) return rest
  if (rest.version === undefined) return { ...rest, version: uuid }
  throw usageError(`${command} takes one script, found ${rest.version} and ${uuid}`)
}

/** A script by its revision or the uuid of its class, and the scripts' folder. */
export function scriptId({ command, words, cwd }: GivenWords): Arguments {
  const [id, folder, more] = words
  if (id === undefined)
    throw usageError(`${command} needs a script`, `Write ${command} and its revision.`)
  if (!/^\d+$/.test(id) && canonicalUuid(id) === undefined) {
    throw usageError(
      `"${id}" is neither the revision of a script nor a uuid`,
      versionHint(id, helpHint(command)),
    )
  }
  if (folder === undefined) return { words: [id] }
  if (more === undefined && isFolder(folder, cwd)) return { words: [id], folder }
  throw usageError(`${command} takes one script and its folder, found "${more ?? folder}" too`)
}

/** Two scripts, and where one of them goes. */
export function scriptRange({ command, words }: GivenWords): Arguments {
  const [start, end, output, more] = words
  if (start === undefined || end === undefined) {
    throw usageError(
      `${command} needs the first and the last script`,
      `Write ${command}, two revisions, and a title if you like.`,
    )
  }
  for (const id of [start, end]) scriptId({ command, words: [id], cwd: '.', commands: {} })
  if (more !== undefined)
    throw usageError(`${command} takes one output, found "${output}" and "${more}"`)
  return { words: output === undefined ? [start, end] : [start, end, output] }
}

const shells = ['bash', 'zsh', 'fish']

/** The name of a shell. */
export function shellName({ words }: GivenWords): Arguments {
  const [name, more] = words
  const hint = `Write completion ${shells.join(', completion ')}.`.replace(/, (?!.*, )/, ' or ')
  if (name === undefined) throw usageError('completion needs the name of a shell', hint)
  if (more !== undefined || !shells.includes(name)) {
    throw usageError(`no completion for "${words.join(' ')}"`, hint)
  }
  return { words: [name] }
}

/** As `withoutConfig`, but the settings' file may stand last, as nous.migration has it. */
export function withConfigLast({ words }: GivenWords): Arguments {
  const last = words.at(-1)
  if (words.length < 2 || last === undefined || !isConfigName(last)) return { words }
  return { words: words.slice(0, -1), config: last }
}
