import { MigrationError } from '../../errors'
import type { Answers } from '../../change/model/answers'
import type { AddScriptOptions } from '../deliver/add-script-options'
import type { ScriptSource, Settings } from '../../settings/value/setting-types'

/**
 * Where the target schema comes from: what the caller says, else `add_script_from`, else the command,
 * the canonical schema or the entities, whichever the settings name first.
 * @param check a difference is only looked for
 * @throws {MigrationError} SETTINGS_INVALID when what it needs is not named; USAGE for a check of nothing
 */
export function sourceOf(
  settings: Settings,
  asked: ScriptSource | undefined,
  check = false,
): ScriptSource {
  const { schema, schemaDiffCmd, typeorm, database } = settings
  const named = {
    command: schemaDiffCmd !== undefined,
    schema: schema !== undefined,
    entities: typeorm['entities'] !== undefined || database.kind === 'data_source',
    none: true,
  }
  const first = (['command', 'schema', 'entities', 'none'] as const).find((one) => named[one])
  const source = asked ?? settings.addScriptFrom ?? first ?? 'none'
  if (source === 'none' && check) refuseCheck(settings)
  if (named[source]) return source
  const key = {
    command: 'schema_diff_cmd',
    schema: 'schema',
    entities: 'typeorm.entities',
    none: '',
  }
  throw new MigrationError('SETTINGS_INVALID', `the settings do not name ${key[source]}`, {
    file: settings.file,
    hint: `Write ${key[source]} in the ini, or take the difference --from something else.`,
  })
}

/** Where the next script is written by hand, nothing can be checked. */
function refuseCheck(settings: Settings): never {
  throw new MigrationError('USAGE', 'there is nothing to compare the scripts with', {
    detail:
      'A check compares them with the entities, the canonical schema or what a command gives.',
    hint: 'Name one with --from or add_script_from, or leave the check out.',
    file: settings.file,
  })
}

/** The decisions that a caller makes, and what is so by default: entities cannot describe everything. Pure. */
export function answersOf(
  { answers = {}, check = false }: AddScriptOptions,
  source: ScriptSource,
): Answers {
  return {
    renames: [],
    using: [],
    map: [],
    backfills: [],
    extra: source === 'entities' ? 'keep' : 'drop',
    online: false,
    ...answers,
    yes: (answers.yes ?? false) || check,
  }
}
