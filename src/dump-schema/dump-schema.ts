import { withMigrationSources } from '../database/application/migration-sources'
import type { ScriptLayout } from '../script/layout/layout'
import { layoutNamed } from '../script/other-layouts/layouts'
import { withSystemFailures } from '../system-error'
import { callable, checkArgument, flag, signal, text } from '../settings/value/arguments'
import { requirePostgres } from '../database/open'
import { settingsFor, type SettingsSource } from '../settings/library'
import type { DumpSchemaOptions, DumpSchemaReport } from './dump-options'

const shape = {
  file: {
    what: 'a path or false',
    holds: (value: unknown) => value === false || text.holds(value),
  },
  overwrite: flag,
  ask: callable,
  dryRun: flag,
  check: flag,
  signal,
  progress: callable,
}

/**
 * Writes the canonical schema from the scripts: replays them in a scratch database and writes what
 * they result in as one SQL file, the same for the same scripts. The file is loaded into another scratch
 * database, and only where that has the same catalog is it written, in one piece or not at all. Of the
 * application's database only the version is asked.
 *
 * @param source the ini file, the folder of scripts, or settings read before.
 * @throws {MigrationError} SCHEMA_NOT_WRITABLE for what no schema file can hold; DECLINED where the
 *   file has changes of its own; SCRATCH_FAILED, EXTENSION_MISSING; INTERRUPTED; whatever the scripts
 *   and, in a check, the file end in.
 */
export async function dumpSchema(
  source: SettingsSource,
  options: DumpSchemaOptions = {},
): Promise<DumpSchemaReport> {
  return dumpSchemaIn(undefined, source, options)
}

/** The same from a folder of another layout than the settings say. */
export async function dumpSchemaIn(
  given: ScriptLayout | undefined,
  source: SettingsSource,
  options: DumpSchemaOptions,
): Promise<DumpSchemaReport> {
  checkArgument('the options object', options, shape)
  const found = await settingsFor(source)
  requirePostgres(found)
  const settings = await withMigrationSources(found)
  const layout = given ?? layoutNamed(settings.layout)
  const { Dumping } = await import('./dumping.js')
  return withSystemFailures(new Dumping(settings, options, layout).run())
}
