import { MigrationError } from '../errors'
import { nearest } from '../settings/value/nearest'
import type { Script } from '../script/script'
import { canonicalUuid } from '../script/module-text/script-uuid'

/**
 * The script that an id names: the digits of its revision, or the `uuid` of its class.
 * @throws {MigrationError} UNKNOWN_REVISION
 */
export function findScript(scripts: readonly Script[], id: string): Script {
  const uuid = canonicalUuid(id)
  const found =
    scripts.find(({ revision }) => revision === id.replace(/^0+(?=\d)/, '')) ??
    (uuid === undefined ? undefined : scripts.find((script) => script.uuid === uuid))
  if (found) return found
  const meant = nearest(
    id,
    scripts.map(({ revision }) => revision),
  )
  throw new MigrationError('UNKNOWN_REVISION', `no script ${id} in the folder`, {
    hint: meant ? `Did you mean ${meant}?` : 'Run status for the scripts that are there.',
  })
}
