import { folderScheme } from '../backends/folder-scheme'
import { historiesOf } from '../run/lock/refuse-other-tools'
import type { Database } from '../database/postgres/database'
import type { Session } from '../database/postgres/session'
import { MigrationError } from '../errors'
import { describeHistory } from '../journal/histories'
import { readState } from '../journal/journal'
import { labelOf, type ScriptName } from '../plan/notice'
import type { Script } from '../script/script'
import type { Settings } from '../settings/value/setting-types'
import { fine, type Diagnosis } from './server-checks'

/** The modules among the pending scripts, loaded as `upgrade` would; their top level runs. */
export async function checkModules(pending: readonly Script[]): Promise<Diagnosis[]> {
  const modules = pending.filter(({ kind }) => kind !== 'sql')
  if (modules.length === 0) return []
  const { loadScript } = await import('../script/typescript/load-script.js')
  const found: Diagnosis[] = []
  for (const script of modules) {
    try {
      await loadScript(script)
    } catch (error) {
      if (!(error instanceof MigrationError)) throw error
      found.push(asProblem('modules', error))
    }
  }
  return found.length > 0 ? found : [fine('modules', `${modules.length} pending modules load`)]
}

/** An expected failure as what it means for a person. */
export function asProblem(check: string, { message, hint, file }: MigrationError): Diagnosis {
  const next = hint ?? 'Correct it, and run doctor again.'
  return { is: 'problem', check, fact: message, hint: next, ...(file !== undefined && { file }) }
}

/** What the journal says of the scripts, and what other tools say. Reads only. */
export async function checkState(
  session: Session,
  database: Database,
  scripts: readonly Script[],
  settings: Settings,
): Promise<{ found: Diagnosis[]; pending: readonly Script[] }> {
  const state = await readState(session, settings.journal)
  const histories = await historiesOf(session, state, settings, database)
  const { pending, changed, missing, unfinished } = folderScheme(settings).survey(scripts, state)
  const late = pending.filter((one) => one.late).map(({ script }) => script)
  const found = [
    ...histories.map((history) =>
      warning(
        'problem',
        `another tool was here: ${describeHistory(history)}`,
        'Run adopt --dry-run, then adopt.',
      ),
    ),
    ...about(
      late,
      'late, older than the newest applied',
      'Look whether they still fit; upgrade runs them.',
    ),
    ...about(
      changed.map(({ entry }) => entry),
      'changed since they were applied',
      'Restore the text, and put the change into a new script.',
    ),
    ...about(
      missing,
      'applied, but the file is gone',
      'Restore the files, or look whether the build lacks them.',
    ),
    ...about(
      unfinished,
      'started and not finished',
      'Run upgrade or rebuild, which goes on with them.',
    ),
  ]
  const counts = `${state.applied.length} applied, ${pending.length} pending`
  return {
    found: found.length > 0 ? found : [fine('scripts', counts)],
    pending: pending.map(({ script }) => script),
  }
}

function about(list: readonly ScriptName[], what: string, hint: string): Diagnosis[] {
  if (list.length === 0) return []
  return [warning('warning', `${what}: ${list.map(labelOf).join(', ')}`, hint)]
}

function warning(is: 'warning' | 'problem', fact: string, hint: string): Diagnosis {
  return { is, check: 'scripts', fact, hint }
}
