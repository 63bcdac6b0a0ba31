import { createRequire } from 'node:module'
import { dirname, join, relative, sep } from 'node:path'
import type { BundleContents } from '../bundle/bundle-contents'
import { run } from '../cli/run'
import type { Connectable } from '../database/application/callers'
import { MigrationError } from '../errors'
import type { MigrateOptions } from '../library/carry-out'
import type { Migrator } from '../migrator/migrator-type'
import type { Target } from '../plan/plan'
import type { RunReport } from '../run/context/events'
import { usualLayout } from '../script/layout/layout'
import type { SetUpMigrationOptions } from '../setup'
import type { Settings } from '../settings/value/setting-types'
import { bundledCommands } from './bundled-commands'
import { settingsOfBundle, type OpenBundle } from './bundled-settings'
import { carryClasses } from './carried-classes'
import { carryModules } from './carried-modules'
import { carrySql } from './carried-sql'
import { carryStatements } from './known-statements'

/** What a bundle exports. Its scripts and its settings are those of all of them. */
export interface BundleLibrary {
  /** As `setUpMigration` of typetrek, without the source. */
  setUpMigration(database: Connectable | string, options?: SetUpMigrationOptions): Promise<boolean>
  /** As `migrateTo` of typetrek, without the scripts. */
  migrateTo(
    database: Connectable | string,
    target?: Target,
    options?: MigrateOptions,
  ): Promise<RunReport>
  /** As `migratorFor` of typetrek, without the source: status, plan and all else. */
  migratorFor(database: Connectable | string): Promise<Migrator>
  /** Runs the command line of this process and ends it. */
  run(): void
}

/**
 * Opens a bundle: says to this process what it has.
 * @param file the bundle's own absolute path
 */
export function start(contents: BundleContents, file: string): BundleLibrary {
  const folder = dirname(file)
  const fileOf = (path: string) => join(folder, path)
  const pathOf = (absolute: string) => relative(folder, absolute).split(sep).join('/')
  const bundle: OpenBundle = { contents, file, fileOf }
  carryStatements(contents.statements)
  carrySql((absolute) => contents.files[pathOf(absolute)])
  carryClasses(contents, fileOf)
  carryModules({
    modules: contents.modules,
    pathOf,
    fileOf,
    outside: createRequire(file),
    library: () => require('../index') as object,
  })
  return libraryOf(bundle)
}

function libraryOf(bundle: OpenBundle): BundleLibrary {
  const library = () => require('../setup') as typeof import('../setup')
  return {
    setUpMigration: async (database, options) =>
      library().setUpMigration(database, await settingsFor(bundle), options),
    migrateTo: async (database, target, { settings, ...options } = {}) => {
      const { migrateTo } = require('../library/carry-out') as typeof import('../library/carry-out')
      return migrateTo(database, await settingsFor(bundle, settings), target, options)
    },
    migratorFor: async (database) => library().migratorFor(database, await settingsFor(bundle)),
    run: () =>
      run({
        commands: bundledCommands,
        layout: usualLayout,
        settings: (request) => settingsOfBundle(bundle, request),
      }),
  }
}

function ignored(): MigrationError {
  return new MigrationError('USAGE', 'ignore is given to a bundle, which has its scripts', {
    hint: 'Write ignore in the ini, and the bundle again.',
  })
}

/** The caller brings the connection. */
const anyDatabase = 'postgres://localhost/postgres'

async function settingsFor(
  bundle: OpenBundle,
  settings?: MigrateOptions['settings'],
): Promise<Settings> {
  const { flagsOf } = require('../library/plan-request') as typeof import('../library/plan-request')
  const flags = flagsOf(settings)
  if (flags.ignore !== undefined) throw ignored()
  const call = { config: anyDatabase, cwd: process.cwd(), env: process.env, flags }
  return settingsOfBundle(bundle, call)
}
