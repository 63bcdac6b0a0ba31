import { basename } from 'node:path'
import { isDirty } from '../git/git'
import { isNoRepository } from '../git/git-errors'
import { MigrationError } from '../errors'
import type { Settings } from '../settings/value/setting-types'
import { isDumped } from './schema-text'

/** A file that is there already. */
export interface Present {
  file: string
  /** Its text. */
  present: string
  settings: Settings
  ask?: ((question: string) => Promise<boolean>) | undefined
}

/**
 * Lets a file be replaced that holds nothing of a person's own: written by `dump_schema`, and as git
 * has it. Any other only after a question.
 * @throws {MigrationError} DECLINED
 */
export async function refuseOverwriting({ file, present, settings, ask }: Present): Promise<void> {
  const name = basename(file)
  const reason = !isDumped(present)
    ? 'was not written by dump_schema'
    : await changesIn(file, settings)
  if (reason === undefined || (await ask?.(`${name} ${reason}. Overwrite it?`))) return
  throw new MigrationError('DECLINED', `nothing was written, since ${name} ${reason}`, {
    file,
    hint: 'Give --yes to overwrite it, or - in place of its name to print the new schema.',
  })
}

/** What is in no repository has no other version; where git does not answer, a person has to. */
async function changesIn(file: string, { vcs }: Settings): Promise<string | undefined> {
  if (vcs !== 'git') return undefined
  try {
    return (await isDirty(file)) ? 'has changes that are not committed' : undefined
  } catch (error) {
    if (isNoRepository(error)) return undefined
    return `may have changes that are not committed: ${(error as Error).message.split('\n')[0]}`
  }
}
