import { MigrationError } from '../../errors'
import type { Script } from '../script'
import { stampOf, titleOf } from '../module-text/migration-classes'

/** A migration class, as a DataSource lists it. */
export type MigrationConstructor = new () => object

/**
 * The scripts of classes that are in memory. They have no text of their own, so none is ever seen as
 * changed.
 * @param file the module that lists them
 * @throws {MigrationError} SCRIPT_NAME_INVALID
 */
export function classScripts(classes: readonly MigrationConstructor[], file: string): Script[] {
  return classes.map((one) => {
    const name = nameOf(one)
    const revision = stampOf(name)
    if (revision === undefined) throw unstamped(name, file)
    return {
      revision,
      title: titleOf(name),
      kind: 'ts',
      file,
      files: [file],
      checksum: '',
      checksumKind: 'js',
      migration: name,
      module: { [name]: one },
    }
  })
}

/** TypeORM constructs each to know its name. */
function nameOf(one: MigrationConstructor): string {
  const { name } = new one() as { name?: unknown }
  return typeof name === 'string' && name !== '' ? name : one.name
}

function unstamped(name: string, file: string): MigrationError {
  const message = `the name of the migration ${name} does not end with a timestamp`
  const hint = 'TypeORM takes the last 13 characters of a name as its timestamp: give it one.'
  return new MigrationError('SCRIPT_NAME_INVALID', message, { hint, file })
}
