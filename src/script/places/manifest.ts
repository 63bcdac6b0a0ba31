import { join } from 'node:path'
import { MigrationError } from '../../errors'
import { readSmall } from '../../regular-file'
import type { Script } from '../script'

/** The file that lists the scripts of a folder, so that one that a build forgot is missed. */
export const manifestName = 'scripts.manifest.json'

interface Listed {
  revision: string
  title: string
  /** Of SQL only: a module is compiled on its way. */
  checksum?: string
}

/** The text of the list. Pure. */
export function manifestText(scripts: readonly Script[]): string {
  const listed = scripts.map(({ revision, title, kind, checksum }): Listed => {
    return { revision, title, ...(kind === 'sql' && { checksum }) }
  })
  return `${JSON.stringify({ scripts: listed }, null, 2)}\n`
}

/**
 * Compares a folder's scripts with its list. Scripts that are not in the list are no matter: it is made
 * by the build.
 * @throws {MigrationError} SCRIPTS_INCOMPLETE
 */
export function checkManifest(folder: string, scripts: readonly Script[]): void {
  const file = join(folder, manifestName)
  const known = new Map(scripts.map((script) => [script.revision, script]))
  const wrong = readManifest(file).flatMap(({ revision, title, checksum }) => {
    const script = known.get(revision)
    const name = title === '' ? revision : `${revision}_${title}`
    if (!script) return [`${name} is missing`]
    const differs = checksum !== undefined && script.kind === 'sql' && script.checksum !== checksum
    return differs ? [`${name} has another text`] : []
  })
  if (wrong.length === 0) return
  const message = `the folder is not what its build listed: ${wrong.slice(0, 3).join(', ')}${wrong.length > 3 ? ', …' : ''}`
  throw new MigrationError('SCRIPTS_INCOMPLETE', message, {
    file,
    detail: wrong.length > 3 ? wrong.join('\n') : undefined,
    hint: 'Copy every script into the image, .sql files too, and write the list again with migrate manifest.',
  })
}

function readManifest(file: string): readonly Listed[] {
  try {
    const { scripts } = JSON.parse(readSmall(file)) as { scripts: readonly Listed[] }
    return scripts.map((one) => one)
  } catch (cause) {
    throw new MigrationError('SCRIPTS_INCOMPLETE', 'the list of scripts cannot be read', {
      file,
      hint: 'Write it again with migrate manifest.',
      cause,
    })
  }
}
