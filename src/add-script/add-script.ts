import { withSystemFailures } from '../system-error'
import { settingsFor, type SettingsSource } from '../settings/library'
import type { AddScriptOptions, AddScriptReport } from './options'

/**
 * Writes the next script from the difference between the scripts, replayed in a scratch database, and
 * the canonical schema, the entities or a command of the user's own; proves it on a copy with rows; adds
 * and commits it with git. Writes into the scripts' folder and into git, nowhere else; scratch
 * databases are gone afterwards.
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
  const settings = await settingsFor(source)
  const { Adding } = await import('./adding.js')
  return withSystemFailures(new Adding(settings, options).run())
}
