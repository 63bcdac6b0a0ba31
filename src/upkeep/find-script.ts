import { readFileSync } from 'node:fs'
import { MigrationError } from '../errors'
import { nearest } from '../settings/value/nearest'
import type { Script } from '../script/script'

/** The `uuid` that a migration class or module says that it has, as migratore's do; read from its text. */
export function uuidOf({ kind, file }: Script): string | undefined {
  if (kind === 'sql') return undefined
  return declared.exec(readFileSync(file, 'utf8'))?.[1]?.toLowerCase()
}

const declared =
  /\buuid\s*(?::\s*string\s*)?[:=]\s*(?:'|"|`)([\da-f]{8}(?:-?[\da-f]{4}){3}-?[\da-f]{12})(?:'|"|`)/i

const isUuid = /^[\da-f]{8}(?:-?[\da-f]{4}){3}-?[\da-f]{12}$/i

/**
 * The script that an id names: the digits of its revision, or the `uuid` of its class.
 * @throws {MigrationError} UNKNOWN_REVISION
 */
export function findScript(scripts: readonly Script[], id: string): Script {
  const found = isUuid.test(id)
    ? scripts.find((script) => plain(uuidOf(script)) === plain(id.toLowerCase()))
    : scripts.find(({ revision }) => revision === id.replace(/^0+(?=\d)/, ''))
  if (found) return found
  const meant = nearest(
    id,
    scripts.map(({ revision }) => revision),
  )
  throw new MigrationError('UNKNOWN_REVISION', `no script ${id} in the folder`, {
    hint: meant ? `Did you mean ${meant}?` : 'Run status for the scripts that are there.',
  })
}

function plain(uuid: string | undefined): string | undefined {
  return uuid?.replaceAll('-', '')
}
