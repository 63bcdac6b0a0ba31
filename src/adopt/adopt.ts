import { withMigrationSources } from '../database/application/migration-sources'
import { openDatabase } from '../database/open'
import type { Database } from '../database/postgres/database'
import type { Session } from '../database/postgres/session'
import { MigrationError } from '../errors'
import { describeHistory, type OtherHistory } from '../journal/histories'
import { readState } from '../journal/journal'
import { ensureJournal } from '../journal/shape'
import { insertRow } from '../journal/model/claim'
import { openMigrator } from '../migrator/pick-migrator'
import { settleNames } from '../plan/numbering/settle-names'
import { resolveTarget } from '../plan/target'
import { createContext } from '../run/context/run-context'
import { historiesOf } from '../run/lock/refuse-other-tools'
import { readScripts } from '../script/source/read-scripts'
import type { ScriptLayout } from '../script/layout/layout'
import { isAfter } from '../script/revision'
import type { Script } from '../script/script'
import { setUpClaim } from '../set-up/set-up-state'
import type { Settings } from '../settings/value/setting-types'
import { canMatch, readAdopted, type AdoptedRow } from './adopted-rows'
import { requireNumbers } from './require-numbers'
import { matchRows, type Matched } from './match-rows'

/** What is taken over from another tool. */
export interface Adoption {
  history: OtherHistory
  /** The scripts that the other tool has applied; marked, or to be marked. */
  marked: readonly Script[]
  /** Those that it has not. */
  pending: readonly Script[]
  /** What its table names and no script is. */
  unknown: readonly AdoptedRow[]
}

/** How `adopt` is called. */
export interface AdoptOptions {
  /** For a tool whose table names no scripts: the last one whose work the database holds, `0` for none. */
  version?: string | undefined
  layout?: ScriptLayout | undefined
  signal?: AbortSignal | undefined
}

/**
 * Finds what another tool has applied in the configured database. Reads only, and imports no script.
 * @throws {MigrationError} ADOPT_REFUSED where the journal records something already, no other tool has
 *   been here, or nothing matches; what reading the folder and the database ends in
 */
export async function findAdoption(given: Settings, options: AdoptOptions): Promise<Adoption> {
  requireNumbers(given)
  const settings = await withMigrationSources(given)
  const scripts = await readScripts(settings, { layout: options.layout })
  const database = await openDatabase(settings)
  try {
    const session = await database.open('read')
    try {
      return await find(session, database, { settings, scripts, version: options.version })
    } finally {
      await session.close()
    }
  } finally {
    await database.close()
  }
}

interface Finding {
  settings: Settings
  scripts: readonly Script[]
  version: string | undefined
}

async function find(
  session: Session,
  database: Database,
  { settings, scripts, version }: Finding,
): Promise<Adoption> {
  const state = await readState(session, settings.journal)
  if (state.ordinals.size > 0) throw recordedAlready()
  const asking = { ...settings, otherTools: 'refuse' } as const
  const histories = await historiesOf(session, state, asking, database)
  const found = await bestOf(session, histories, scripts)
  const settled = settleNames(scripts, state)
  const matched =
    version === undefined
      ? (found.matched ?? withoutRows(found.history))
      : upTo(version, settled, found.history)
  if (version === undefined && matched.scripts.length === 0) throw nothingMatches(found.history)
  const marked = new Set(matched.scripts)
  return {
    history: found.history,
    marked: scripts.filter((script) => marked.has(script)),
    pending: scripts.filter((script) => !marked.has(script)),
    unknown: matched.unknown,
  }
}

interface Candidate {
  history: OtherHistory
  /** Absent where the rows name no migrations. */
  matched?: Matched
}

/** Several tools may have been here: the one that knows most of the scripts is meant. */
async function bestOf(
  session: Session,
  histories: readonly OtherHistory[],
  scripts: readonly Script[],
): Promise<Candidate> {
  const candidates: Candidate[] = []
  for (const history of histories) {
    if (history.rows === null) throw unreadable(history)
    const rows = canMatch(history) ? await readAdopted(session, history) : undefined
    candidates.push({ history, ...(rows && { matched: matchRows(scripts, rows) }) })
  }
  const score = ({ matched }: Candidate) => matched?.scripts.length ?? 0
  const [best] = candidates.toSorted((a, b) => score(b) - score(a))
  if (best) return best
  throw new MigrationError('ADOPT_REFUSED', 'no other tool has migrated this database', {
    hint: 'Run upgrade; a table under another name is named with typeorm.migrationsTableName.',
  })
}

function upTo(version: string, scripts: readonly Script[], history: OtherHistory): Matched {
  if (canMatch(history)) {
    const message = `the table of ${history.tool} says which scripts are done, so adopt takes no version`
    throw new MigrationError('USAGE', message, { hint: 'Run adopt without it.' })
  }
  const numbered = scripts.filter(({ repeatable }) => !repeatable)
  if (/^0+$/.test(version)) return { scripts: [], unknown: [] }
  const pending = numbered.map((script) => ({ script, late: false }))
  const bound = resolveTarget('up', version, { scripts, applied: [], pending })
  const done = numbered.filter(({ revision }) => !isAfter(revision, bound))
  return { scripts: done, unknown: [] }
}

/**
 * Records what was found as done, without running anything; the other tool's table stays as it is.
 * @returns the same, with what was marked
 * @throws {MigrationError} as `findAdoption`, and what `mark` ends in
 */
export async function adopt(given: Settings, options: AdoptOptions): Promise<Adoption> {
  const adoption = await findAdoption(given, options)
  const { marked, history } = adoption
  if (marked.length === 0) await recordStart(given, history)
  else {
    const migrator = await openMigrator(given, options.layout)
    try {
      const revisions = marked.map(({ revision }) => revision)
      const { signal } = options
      await migrator.execute({ command: 'mark', revisions }, { ...(signal && { signal }) })
    } finally {
      await migrator.close()
    }
  }
  return adoption
}

/** The entry of set-up says that the database was built, by somebody else, and that all scripts come after. */
async function recordStart(settings: Settings, { tool }: OtherHistory): Promise<void> {
  const database = await openDatabase(settings)
  try {
    const session = await database.open('work')
    try {
      await ensureJournal(session, settings.journal)
      const claim = setUpClaim(createContext(database, settings))
      const start = { ...claim, title: `adopted from ${tool}`, operation: 'run_skip' } as const
      const row = insertRow(settings.journal, start, { outcome: 'success', duration_ms: 0 })
      const { error } = await session.send(row)
      if (error?.code === '23505') throw recordedAlready()
      if (error) throw error
    } finally {
      await session.close()
    }
  } finally {
    await database.close()
  }
}

function recordedAlready(): MigrationError {
  return new MigrationError('ADOPT_REFUSED', 'the journal already records scripts', {
    hint: 'Run status; mark --only VERSION records a single script that is done.',
  })
}

function unreadable(history: OtherHistory): MigrationError {
  const message = `cannot read ${describeHistory(history)}`
  const hint = 'Run adopt as the role that the other tool works as.'
  return new MigrationError('ADOPT_REFUSED', message, { hint })
}

function withoutRows(history: OtherHistory): never {
  const message = `${describeHistory(history)}, names no scripts that could be matched`
  throw new MigrationError('ADOPT_REFUSED', message, {
    hint: 'Run adopt VERSION where the database holds what the scripts up to VERSION do, or adopt 0 where every script is still to run.',
  })
}

function nothingMatches(history: OtherHistory): MigrationError {
  const message = `no script matches ${describeHistory(history)}`
  const hint = 'Look whether package and layout name the folder of these migrations.'
  return new MigrationError('ADOPT_REFUSED', message, { hint })
}
