import { join } from 'node:path'
import { withMigrationSources } from '../database/application/migration-sources'
import type { ScriptLayout } from '../script/layout/layout'
import { layoutNamed } from '../script/other-layouts/layouts'
import { withSystemFailures } from '../system-error'
import {
  callable,
  checkArgument,
  count,
  flag,
  object,
  oneOf,
  signal,
  text,
} from '../settings/value/arguments'
import { requirePostgres } from '../database/open'
import { requireAddScript } from '../start/compiled'
import { settingsFor, type SettingsSource } from '../settings/library'
import type { AddScriptOptions, AddScriptReport, NextCall } from './deliver/add-script-options'

export { OpenQuestions } from '../change/model/interview'

const shape = {
  title: text,
  from: oneOf('schema', 'entities', 'command', 'none'),
  answers: object,
  form: oneOf('sql', 'ts', 'pair'),
  verify: flag,
  commit: flag,
  message: text,
  withSchema: flag,
  withSource: flag,
  onlineRows: count,
  dryRun: flag,
  check: flag,
  edit: callable,
  signal,
  progress: callable,
}

/**
 * Writes the next script from the difference between the scripts, replayed in a scratch database, and
 * the canonical schema, the entities or a command of the user's own; proves it on a copy with rows; adds
 * and commits it with git. Writes into the scripts' folder and into git, nowhere else; scratch
 * databases are dropped afterwards.
 *
 * @param source the ini file, the folder of scripts, or settings read before.
 * @throws {MigrationError} PENDING, SCRIPT_CHANGED or SCRIPT_UNFINISHED where the database is not where
 *   the scripts lead; PROOF_FAILED; GIT_FAILED when the script is written and git refused it;
 *   SCRATCH_FAILED, EXTENSION_MISSING; whatever scripts, schema and entities end in.
 */
export async function addScript(
  source: SettingsSource,
  options: AddScriptOptions,
): Promise<AddScriptReport> {
  return addScriptIn(undefined, source, options)
}

/**
 * The same in a folder of another layout than the settings say.
 * @param written called where a script was written and `prepareNext` may get ready for the one after it
 */
export async function addScriptIn(
  given: ScriptLayout | undefined,
  source: SettingsSource,
  options: AddScriptOptions,
  written?: (next: NextCall) => void,
): Promise<AddScriptReport> {
  checkArgument('the options object', options, shape, ['title'])
  const found = await settingsFor(source)
  requirePostgres(found)
  const settings = await withMigrationSources(found)
  const layout = given ?? layoutNamed(settings.layout)
  const { Adding } = requireAddScript(join(__dirname, 'workflow.js')) as typeof import('./workflow')
  const adding = new Adding(settings, options, layout)
  const report = await withSystemFailures(adding.run())
  if (report.outcome === 'added' && adding.next) written?.(adding.next)
  return report
}
