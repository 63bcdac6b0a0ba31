import { join } from 'node:path'
import { textIfThere } from '../../system-error'
import { MigrationError } from '../../errors'
import { usualLayout, type ScriptLayout } from '../layout/layout'
import type { NameReading } from '../layout/script-name'
import { readOneText } from '../sections/marked-sections'

/**
 * `0000_<title>.sql` beside `meta/_journal.json`, which says when each was made: that is its number, as in
 * Drizzle's own table. Files that are not in it have a number of typetrek's.
 * @see https://orm.drizzle.team/docs/drizzle-kit-generate
 */
export const drizzle: ScriptLayout = {
  ...usualLayout,
  nested: 'migration.sql',
  sections: readOneText,
  within: (folder) => ({
    ...drizzle,
    readName: withJournal(readJournal(join(folder, 'meta', '_journal.json'))),
  }),
}

/** The newest form has no such journal, and a folder a script. */
const nested = /^(\d{14})_(.*)\/migration\.sql$/s

function withJournal(times: ReadonlyMap<string, string>): (fileName: string) => NameReading {
  return (fileName) => {
    const [, stamp, title = ''] = nested.exec(fileName) ?? []
    if (stamp !== undefined)
      return { is: 'script', revision: stamp, title, extension: 'sql', role: 'script' }
    const tag = /^(\d+_.*)\.sql$/s.exec(fileName)?.[1] ?? ''
    const revision = times.get(tag)
    if (revision !== undefined)
      return { is: 'script', revision, title: tag, extension: 'sql', role: 'script' }
    if (/^\d{4}_/.test(tag)) {
      const problem = 'not in meta/_journal.json, so that drizzle-kit does not run it'
      return { is: 'invalid', problem, hint: 'Name it in ignore, or give it a timestamp.' }
    }
    return usualLayout.readName(fileName)
  }
}

interface Journal {
  entries?: { tag: string; when: number }[]
}

function readJournal(file: string): ReadonlyMap<string, string> {
  const text = textIfThere(file)
  if (text === undefined) return new Map()
  try {
    const { entries = [] } = JSON.parse(text) as Journal
    return new Map(entries.map(({ tag, when }) => [tag, String(when)]))
  } catch (cause) {
    const hint = 'drizzle-kit writes this file: restore it from git.'
    throw new MigrationError('SCRIPT_INVALID', 'this is not valid JSON', { hint, file, cause })
  }
}
