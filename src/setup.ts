import type { DataSource } from 'typeorm'
import { MigrationError } from './errors'
import { migratorOf, type Scripts } from './library/open-migrator'
import type { Migrator } from './migrator/migrator-type'
import type { DatabaseGiven } from './migrator/pick-migrator'
import type { Plan } from './plan/plan'
import type { InitMigration } from './set-up/build-initial-schema'
import { setUpShape, type ExecuteOptions } from './migrator/option-shapes'
import { checkArgument, oneOf } from './settings/value/arguments'
import type { Observer } from './run/context/events'
import { observerOf } from './run/context/observers'
import { settingsFor } from './settings/library'

/** How `setUpMigration` builds an empty database, and what a boot does with one that is there. */
export interface SetUpMigrationOptions extends ExecuteOptions {
  /**
   * What builds an empty database: an object or class with `upgrade(queryRunner)`, a function, the path
   * of a `.sql` file, or `'entities'` (TypeORM's `synchronize`). Default: the canonical schema that the
   * settings name, else nothing.
   */
  initMigration?: InitMigration
  /** Run every script after that instead of marking it as done; default: true where nothing builds the database. */
  runScripts?: boolean
  /**
   * What a boot does when the journal is there already: `leave` it (default), `upgrade`, or `verify`
   * that nothing is pending.
   */
  whenSetUp?: 'leave' | 'upgrade' | 'verify'
}

/**
 * Sets up an empty database once, however many replicas boot at the same time; call it at every start.
 * Creates the journal, builds the database, marks or runs every script, all in one lock.
 *
 * @param database an address, a DataSource, QueryRunner, pg Pool or Client, PGlite, or a function that makes a
 *   backend of one's own.
 * @param source the ini file, the folder of scripts, a glob, a list of them and of scripts that are values, or
 *   settings read before.
 * @returns true when this call set the database up, false when the journal was there.
 * @throws {MigrationError} NOT_EMPTY when there are tables but no journal; PENDING with
 *   `whenSetUp: 'verify'`; whatever a script or the server refuses.
 *
 * @example
 * const dataSource = await dataSourceFromConfig('development.ini')
 * await setUpMigration(dataSource, 'development.ini', { whenSetUp: 'upgrade' })
 */
export async function setUpMigration(
  database: DatabaseGiven,
  source: Scripts,
  options: SetUpMigrationOptions = {},
): Promise<boolean> {
  checkArgument('the options object', options, {
    ...setUpShape,
    whenSetUp: oneOf('leave', 'upgrade', 'verify'),
  })
  const migrator = await migratorFor(database, source)
  try {
    const { schema } = migrator.settings
    const { whenSetUp = 'leave', initMigration: _, runScripts: __, ...given } = options
    const { observer, onEvent, logger, ...others } = given
    const listeners = {
      ...(observer && { observer }),
      ...(onEvent && { onEvent }),
      ...(logger && { logger }),
    }
    const rest = { ...others, observer: sayingOnce(observerOf(listeners)) }
    const { initMigration = options.runScripts ? undefined : schema } = options
    const { runScripts = initMigration === undefined } = options
    const { setUp, plan } = await migrator.setUp({
      ...rest,
      runScripts,
      ...(initMigration !== undefined && { initMigration }),
    })
    if (setUp) return true
    // what has just been read may say that there is nothing to do
    if (whenSetUp === 'upgrade' && plan.pending.length > 0)
      await migrator.execute({ command: 'upgrade' }, rest)
    if (whenSetUp === 'verify') refusePending(plan)
    return false
  } finally {
    await migrator.close()
  }
}

/** A boot looks at the scripts twice where it sets up and then upgrades; each notice is given once. */
function sayingOnce(observer: Observer): Observer {
  const said = new Set<string>()
  const notice: Observer['notice'] = (one) => {
    const key = JSON.stringify(one)
    if (said.has(key)) return
    said.add(key)
    observer.notice?.(one)
  }
  return {
    planned: (plan) => observer.planned?.(plan),
    started: (...step) => observer.started?.(...step),
    finished: (...result) => observer.finished?.(...result),
    notice,
    message: (...message) => observer.message?.(...message),
  }
}

/**
 * Creates a migrator for a library caller. It connects when a method first needs the database; `close()` closes
 * what was opened here, never what the caller passed.
 * @throws {MigrationError} SETTINGS_NOT_FOUND, SETTINGS_INVALID
 */
export async function migratorFor(database: DatabaseGiven, source: Scripts): Promise<Migrator> {
  return migratorOf(database, source)
}

function refusePending({ pending, unfinished }: Plan): void {
  const revisions = [
    ...new Set([
      ...pending.map(({ script }) => script.revision),
      ...unfinished.map(({ revision }) => revision),
    ]),
  ]
  if (revisions.length === 0) return
  throw new MigrationError(
    'PENDING',
    `the database is behind: ${revisions.length} scripts pending`,
    {
      detail: revisions.slice(0, 5).join(', ') + (revisions.length > 5 ? ', …' : ''),
      hint: 'Run migrate upgrade before this release starts.',
    },
  )
}

/**
 * The application's own DataSource from the same ini that the migrator reads, initialized. It keeps an
 * embedded server running until `destroy()`.
 * @throws {MigrationError} SETTINGS_NOT_FOUND, SETTINGS_INVALID, CONNECTION_FAILED
 */
export async function dataSourceFromConfig(config = 'development.ini'): Promise<DataSource> {
  const { applicationDataSource } = await import('./database/application-data-source.js')
  return applicationDataSource(await settingsFor(config))
}
