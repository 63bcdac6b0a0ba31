import { relative } from 'node:path'
import type { ScriptSource, Settings } from '../../settings/value/setting-types'
import { commitFiles, isDirty } from '../../git/git'
import type { AddScriptOptions } from './add-script-options'
import type { AddedScript } from './files'

/** What became of new scripts in git. */
export interface HandedOver {
  /** Hash of the commit, where there is one. */
  commit?: string
  notes: readonly string[]
}

/**
 * Hands written scripts over to git, as the settings and the options say.
 * @throws {MigrationError} GIT_FAILED
 */
export async function handOver(
  scripts: readonly AddedScript[],
  settings: Settings,
  source: ScriptSource,
  { message = messageFor(scripts), commit = true, withSchema = false }: AddScriptOptions,
): Promise<HandedOver> {
  if (settings.vcs === 'none') return { notes: [] }
  const files = scripts.flatMap((script) => script.files.map(({ path }) => path))
  const schema = source === 'schema' ? await changedSchema(settings) : undefined
  const taken = withSchema ? schema : undefined
  const hash = await commitFiles({ files, schema: taken, message, commit })
  const left = schema !== undefined && !withSchema
  return {
    ...(hash !== undefined && { commit: hash }),
    notes: left
      ? [`${nameOf(schema, settings)} is not committed: --with-schema takes it along.`]
      : [],
  }
}

/** As it stands in the settings, more or less. */
function nameOf(path: string, { here }: Settings): string {
  const name = relative(here, path)
  return name.startsWith('..') ? path : name
}

async function changedSchema({ schema }: Settings): Promise<string | undefined> {
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
