import { relative } from 'node:path'
import type { Settings } from '../../settings/value/setting-types'
import { commitFiles, isDirty } from '../../git/git'
import { commitWith } from '../../git/other-vcs'
import type { AddScriptOptions } from './add-script-options'
import type { AddedScript } from './files'

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
  { message = messageFor(scripts), commit = true, withSchema = false }: AddScriptOptions,
): Promise<HandedOver> {
  if (settings.vcs === 'none') return { notes: [] }
  const files = scripts.flatMap((script) => script.files.map(({ path }) => path))
  const schema = settings.vcs === 'git' ? await changedSchema(file) : undefined
  const taken = withSchema ? schema : undefined
  if (settings.vcs !== 'git') {
    const own = withSchema ? file : undefined
    await commitWith(settings.vcs, { files, schema: own, message, commit })
    return { notes: [] }
  }
  const hash = await commitFiles({ files, schema: taken, message, commit })
  const left = withSchema ? undefined : schema
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

async function changedSchema(schema: string | undefined): Promise<string | undefined> {
  if (schema === undefined) return undefined
  // what is wrong with git, the commit says
  const dirty = await isDirty(schema).catch(() => false)
  return dirty ? schema : undefined
}

/** One line, whatever the title is. */
function messageFor(scripts: readonly AddedScript[]): string {
  const revisions = scripts.map(({ revision }) => revision).join(', ')
  return `Add migration ${revisions} ${scripts[0]?.words ?? ''}`.trimEnd()
}
