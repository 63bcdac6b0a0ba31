import type { DataSource } from 'typeorm'
import { MigrationError } from '../../errors'

/** What TypeORM would change in the database by itself when a DataSource is initialized. */
const changing = ['synchronize', 'dropSchema', 'migrationsRun', 'installExtensions'] as const

/** The master alone does a migration's work, so a replica that is down must not stop it. */
interface Replicated {
  replication?: { master: object; slaves: readonly object[] }
}

/**
 * Initializes a DataSource for a migrator: nothing is changed in the database by that, and no replica is
 * connected to. Its options are afterwards what they were.
 * @throws what the driver refuses; {MigrationError} CONNECTION_FAILED for anything else
 */
export async function initializeQuietly(dataSource: DataSource, label: string): Promise<void> {
  const options = dataSource.options as unknown as Record<string, unknown> & Replicated
  const { replication } = options
  const quiet = {
    ...Object.fromEntries(changing.map((name) => [name, false])),
    ...(replication && { replication: { ...replication, slaves: [] } }),
  }
  const before = Object.keys(quiet).map((name) => [name, options[name], name in options] as const)
  Object.assign(options, quiet)
  try {
    await dataSource.initialize()
  } catch (error) {
    // a server's and a network's errors have a code, and are explained where they are known
    if (typeof (error as { code?: unknown }).code === 'string') throw error
    throw notInitialized(error as Error, label)
  } finally {
    for (const [name, value, present] of before) {
      if (present) options[name] = value
      else Reflect.deleteProperty(options, name)
    }
  }
}

/** Entities that cannot be loaded, say. */
export function notInitialized(error: Error, label: string): MigrationError {
  return new MigrationError('CONNECTION_FAILED', `cannot initialize the DataSource of ${label}`, {
    detail: error.message,
    hint: 'Check its options and its entities, and whether the server is up.',
    retryable: false,
    cause: error,
  })
}
