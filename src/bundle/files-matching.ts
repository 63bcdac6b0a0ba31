import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { unlessAbsent } from '../absence'
import { globBase } from '../settings/value/glob-base'

const ending = /(?<!\.d)\.[cm]?[jt]s$/

/**
 * The modules that absolute paths and globs name, as a DataSource takes them; of a source and its build,
 * the source. Reads names only.
 * @param patterns an option of a DataSource
 */
export async function filesMatching(patterns: unknown): Promise<string[]> {
  if (!Array.isArray(patterns)) return []
  const texts = patterns.filter((one): one is string => typeof one === 'string')
  const found = (await Promise.all(texts.map(filesOf))).flat().toSorted()
  const byStem = new Map<string, string>()
  for (const file of found) {
    const stem = file.replace(ending, '')
    if (!byStem.has(stem) || /\.[cm]?ts$/.test(file)) byStem.set(stem, file)
  }
  return [...byStem.values()]
}

async function filesOf(pattern: string): Promise<string[]> {
  const picomatch = require('picomatch') as typeof import('picomatch')
  const base = globBase(pattern)
  const names = await unlessAbsent(readdir(base, { recursive: true }), [])
  const matches = picomatch(pattern)
  return names.map((name) => join(base, name)).filter((path) => ending.test(path) && matches(path))
}
