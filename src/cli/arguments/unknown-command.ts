import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { MigrationError } from '../../errors'
import { meansAddress } from '../../settings/value/mask'
import { nearest } from '../../settings/value/nearest'
import { rowOf, type Commands } from './command-row'
import { usageError } from './usage-error'
import { isVersion } from './version-argument'

/** The error for a word where a command was expected, with what may have been meant. */
export function unknownCommand(
  word: string,
  { config, cwd, commands }: { config: string | undefined; cwd: string; commands: Commands },
): MigrationError {
  if (meansAddress(word) && statSync(resolve(cwd, word), { throwIfNoEntry: false }) === undefined) {
    return usageError(
      'a database address that cannot be understood stands where a command is expected',
      'Write postgres://user@host:5432/database, or embedded:PATH, first, then a command.',
    )
  }
  const prefix = config === undefined ? 'migrate' : `migrate ${config}`
  if (isVersion(word)) {
    const hint = `To go to that version, write ${prefix} to ${word}.`
    return usageError(`"${word}" is a version, but no command stands before it`, hint)
  }
  if (statSync(resolve(cwd, word), { throwIfNoEntry: false })?.isDirectory()) {
    const hint = `To take the scripts from it, write ${prefix} upgrade ${word}.`
    return usageError(`"${word}" is a folder, but no command stands before it`, hint)
  }
  const meant = meantCommand(word, commands)
  if (!meant && config === undefined && /[./]/.test(word)) {
    const hint = 'Name an ini file or a postgres:// URL first, then a command.'
    return usageError(`"${word}" is neither a command nor an existing file`, hint)
  }
  const hint = meant ? `Did you mean ${meant}?` : 'Run migrate help for the list of commands.'
  return usageError(`unknown command "${word}"`, hint)
}

/** The command that a person meant by a word: one that is spelled alike, or that other tools call so. */
export function meantCommand(word: string, commands: Commands): string | undefined {
  const names = Object.keys(commands)
  const same = word.toLowerCase().replaceAll('-', '_')
  const byWord = names.find(
    (name) => name === same || rowOf(commands, name).otherWords?.includes(same),
  )
  const spelled = nearest(same, names)
  return byWord ?? names.find((name) => name === spelled)
}
