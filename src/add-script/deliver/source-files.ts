import { realpathSync } from 'node:fs'
import { changedFiles, isDirty } from '../../git/git'
import type { Settings } from '../../settings/value/setting-types'

/** The schema file where git has another version of it than the folder. */
export async function changedSchema(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined
  // what is wrong with git, the commit says
  const dirty = await isDirty(file).catch(() => false)
  return dirty ? file : undefined
}

/**
 * The changed files that the entities were read from: those that `typeorm.entities` names, and what this
 * process has loaded with them. Scripts and libraries are none of them.
 */
export async function changedSources(settings: Settings): Promise<string[]> {
  const changed = await changedFiles(settings.here)
  const isEntity = entityPatterns(settings.typeorm['entities'])
  const folder = realFolder(settings.directory)
  return changed.filter((file) => {
    if (file.startsWith(`${folder}/`) || file.includes('/node_modules/')) return false
    return isEntity(file) || file in require.cache
  })
}

function entityPatterns(entities: unknown): (file: string) => boolean {
  const patterns = Array.isArray(entities) ? entities.filter((one) => typeof one === 'string') : []
  if (patterns.length === 0) return () => false
  const picomatch = require('picomatch') as typeof import('picomatch')
  const isExcluded = (pattern: string) => pattern.startsWith('!') && !pattern.startsWith('!(')
  const matches = picomatch(patterns.filter((one) => !isExcluded(one)))
  const excluded = patterns.filter(isExcluded).map((one) => one.slice(1))
  const leaves = excluded.length === 0 ? () => false : picomatch(excluded)
  return (file) => matches(file) && !leaves(file)
}

function realFolder(folder: string): string {
  try {
    return realpathSync(folder)
  } catch {
    return folder
  }
}
