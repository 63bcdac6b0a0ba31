import { relative } from 'node:path'
import type { Settings } from '../../settings/value/setting-types'
import { commitFiles } from '../../git/git'
import { commitWith } from '../../git/other-vcs'
import type { AddScriptOptions } from './add-script-options'
import type { AddedScript } from './files'
import { changedSchema, changedSources } from './source-files'

/** What became of new scripts in git. */
export interface HandedOver {
  /** Hash of the commit, where there is one. */
  commit?: string
  notes: readonly string[]
}

/**
 * Hands written scripts over to git, or to the program that the settings name, as the settings and the options say.
 * @param file the schema file that the difference was read from
 * @throws {MigrationError} GIT_FAILED
 */
export async function handOver(
  scripts: readonly AddedScript[],
  settings: Settings,
  file: string | undefined,
  options: AddScriptOptions,
): Promise<HandedOver> {
  const { message = messageFor(scripts), commit = true } = options
  if (settings.vcs === 'none') return { notes: [] }
  const files = scripts.flatMap((script) => script.files.map(({ path }) => path))
  const isGit = settings.vcs === 'git'
  const schema = isGit ? await changedSchema(file) : undefined
  const takes = options.withSchema === true || options.withSource === true
  if (!isGit) {
    const others = takes && file !== undefined ? [file] : []
    await commitWith(settings.vcs, { files, others, message, commit })
    return { notes: [] }
  }
  const taken = takes ? schema : undefined
  const sources = options.withSource && file === undefined ? await changedSources(settings) : []
  const others = [...(taken === undefined ? [] : [taken]), ...sources]
  const hash = await commitFiles({ files, others, message, commit })
  const left = taken === undefined ? schema : undefined
  return {
    ...(hash !== undefined && { commit: hash }),
    notes: left === undefined ? [] : [notCommitted(left, settings)],
  }
}

/**
 * What to say of a schema file that differs from what git has.
 * @param file absent where the difference is of no file
 */
export async function schemaNotes(file: string | undefined, settings: Settings): Promise<string[]> {
  const left = settings.vcs !== 'git' ? undefined : await changedSchema(file)
  return left === undefined ? [] : [`${nameOf(left, settings)} is not committed.`]
}

function notCommitted(path: string, settings: Settings): string {
  return `${nameOf(path, settings)} is not committed: --with-schema takes it along.`
}

/** As it stands in the settings, more or less. */
function nameOf(path: string, { here }: Settings): string {
  const name = relative(here, path)
  return name.startsWith('..') ? path : name
}

/** One line, whatever the title is. */
function messageFor(scripts: readonly AddedScript[]): string {
  const revisions = scripts.map(({ revision }) => revision).join(', ')
  return `Add migration ${revisions} ${scripts[0]?.words ?? ''}`.trimEnd()
}
