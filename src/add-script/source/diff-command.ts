import { statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { MigrationError } from '../../errors'
import { runUserCommand } from '../../user-shell'
import { applyDiff, isUnifiedDiff, readUnifiedDiff, type FileDiff } from './unified-diff'

/** What `schema_diff_cmd` came to. */
export type CommandResult =
  | { is: 'nothing' }
  /** Taken as it is. */
  | { is: 'sql'; sql: string }
  /** Two versions of a schema file, and the diff between them. */
  | { is: 'versions'; file: string; before: string; after: string; diff: string }

/**
 * Runs the user's own command line in a shell, in the folder of the settings, and understands its
 * output: SQL, or a unified diff of one schema file.
 * @throws {MigrationError} DIFF_COMMAND_FAILED
 */
export async function runDiffCommand(
  command: string,
  here: string,
  signal: AbortSignal,
): Promise<CommandResult> {
  const { status, stdout, stderr } = await runUserCommand(command, here, { signal })
  // a terminal's colours, where a configuration asks for them always
  const text = stripVTControlCharacters(stdout)
  const isDiff = isUnifiedDiff(text)
  // diff says with 1 that the files differ
  if (status !== 0 && !(status === 1 && isDiff)) throw commandFailed(status, stderr)
  if (text.trim() === '') return { is: 'nothing' }
  if (!isDiff) return { is: 'sql', sql: text }
  return versionsOf(text, here)
}

function commandFailed(status: number | string, stderr: string): MigrationError {
  return new MigrationError('DIFF_COMMAND_FAILED', `schema_diff_cmd ended with ${status}`, {
    detail: stderr.trim() || undefined,
    hint: 'Run it by hand. Where its status only says that something differs, write "|| true" behind it.',
  })
}

async function versionsOf(diff: string, here: string): Promise<CommandResult> {
  const files = readUnifiedDiff(diff)
  if (!files) throw unusable('a hunk lacks lines that its header counts', diff)
  const [file, another] = files
  if (!file || another) {
    const names = files.map(({ from, to }) => to ?? from).join(', ')
    throw unusable(`it is of several files: ${names}`, undefined)
  }
  const places = await Promise.all(placesOf(file, here))
  for (const { path, text } of places) {
    if (text === undefined) continue
    const found = bothVersions(text, file)
    if (found && found.before === found.after) return { is: 'nothing' }
    if (found) return { is: 'versions', file: path, ...found, diff }
  }
  const name = file.to ?? file.from ?? 'the file'
  const seen = places.some(({ text }) => text !== undefined)
  throw unusable(seen ? `${name} is neither of its versions` : `${name} is not there`, diff)
}

/** Most often the file is the new version (`git diff`); `diff -u schema.sql new.sql` has both. */
function bothVersions(text: string, { patch, from, to }: FileDiff) {
  if (from === undefined) return { before: '', after: text }
  if (to === undefined) return { before: text, after: '' }
  const before = applyDiff(text, patch, 'backward')
  if (before !== undefined) return { before, after: text }
  const after = applyDiff(text, patch, 'forward')
  return after === undefined ? undefined : { before: text, after }
}

/** Paths of git start from the top of the working tree, those of diff from the working folder. */
function placesOf({ from, to }: FileDiff, here: string) {
  const names = [...new Set([to, from])].filter((name) => name !== undefined)
  const folders = ancestors(here)
  return names
    .flatMap((name) => folders.map((folder) => resolve(folder, name)))
    .map(async (path) => ({ path, text: await textOf(path) }))
}

function ancestors(folder: string): string[] {
  const parent = join(folder, '..')
  return parent === folder ? [folder] : [folder, ...ancestors(parent)]
}

async function textOf(path: string): Promise<string | undefined> {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return undefined
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES'].includes(error.code ?? '')) return undefined
    throw error
  })
}

function unusable(reason: string, diff: string | undefined): MigrationError {
  const lines = diff?.split('\n').slice(0, 6).join('\n')
  return new MigrationError('DIFF_COMMAND_FAILED', 'the diff of schema_diff_cmd cannot be used', {
    detail: [`The reason: ${reason}.`, lines].filter(Boolean).join('\n'),
    hint: 'Make it print SQL, or a unified diff of one existing schema file.',
  })
}
