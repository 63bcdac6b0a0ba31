import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { unlessAbsent } from '../absence'
import type { Session } from '../database/postgres/session'
import { MigrationError } from '../errors'
import { globBase } from '../settings/value/glob-base'
import { runSchema } from './load-schema-file'

/**
 * Loads what is declared beside the entities (`schema_extra`): the files of each pattern by their names,
 * all in one transaction.
 * @throws {MigrationError} SETTINGS_INVALID for a pattern that names nothing; what a file ends in
 */
export async function loadExtra(session: Session, patterns: readonly string[]): Promise<void> {
  const files = (await Promise.all(patterns.map(filesOf))).flat()
  if (files.length === 0) return
  await must(session, 'BEGIN')
  for (const file of files) await runSchema(session, file)
  await must(session, 'COMMIT')
}

async function must(session: Session, text: string): Promise<void> {
  const { error } = await session.send(text)
  if (error) throw error
}

async function filesOf(pattern: string): Promise<string[]> {
  const found = await unlessAbsent(stat(pattern), undefined)
  if (found?.isFile()) return [pattern]
  const base = globBase(pattern)
  const names = await unlessAbsent(readdir(base, { recursive: true }), [])
  const picomatch = require('picomatch') as typeof import('picomatch')
  const matches = picomatch(found?.isDirectory() ? join(pattern, '*.sql') : pattern)
  const files = names.map((name) => join(base, name)).filter((path) => matches(path))
  if (files.length > 0) return files.toSorted()
  throw new MigrationError('SETTINGS_INVALID', `schema_extra finds no file: ${pattern}`, {
    hint: 'Correct the pattern, such as db/*.sql, or remove it.',
  })
}
