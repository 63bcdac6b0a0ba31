import { eq, ne } from '../database/sql/operators'
import type { Session } from '../database/postgres/session'
import { MigrationError } from '../errors'
import { setUpRevision } from '../journal/model/entry'
import { readState } from '../journal/journal'
import type { JournalState } from '../journal/model/applied-state'
import type { Claim } from '../journal/model/journal-columns'
import { toolVersion } from '../version'
import type { RunContext } from '../run/context/run-context'
import type { InitMigration } from './build-initial-schema'
import { pause, type Lock } from '../run/lock/migrator-lock'

/** True when there is nothing left to set up. */
export function isSetUp({ exists, setUp }: JournalState): boolean {
  return exists && setUp?.outcome !== 'running'
}

/**
 * What the journal says; where no lock can be held, after the set-up that somebody else has started.
 * @throws {MigrationError} LOCK_WAIT_EXPIRED
 */
export async function settledState(
  context: RunContext,
  work: Session,
  { sure }: Lock,
): Promise<JournalState> {
  const { journal, lockWait } = context.settings
  for (const end = Date.now() + lockWait; ; await pause(context, 200)) {
    const state = await readState(work, journal)
    if (sure || state.setUp?.outcome !== 'running') return state
    if (Date.now() < end) continue
    throw new MigrationError('LOCK_WAIT_EXPIRED', 'another migrator has started to set up', {
      detail: 'Behind a pooler, nothing shows whether it still runs.',
      hint: 'Wait for it; if it is dead, run setup on an address past the pooler.',
    })
  }
}

/** What the journal says of a set-up. */
export function setUpClaim({ runId, operator }: RunContext): Claim {
  return {
    runId,
    revision: setUpRevision,
    title: 'set up',
    kind: 'setup',
    operation: 'run',
    ordinal: 1,
    checksum: '',
    checksumKind: 'sql',
    upgradeText: null,
    downgradeText: null,
    statementsTotal: null,
    operator,
    toolVersion,
    file: null,
    uuid: null,
  }
}

/** Tells one attempt at a set-up from the next. */
export function claimOf({ setUp }: JournalState): string {
  return setUp ? `${setUp.id} ${setUp.attempt}` : ''
}

/** The scripts would be marked as done in a database that is still empty. */
export function emptySchema(file: unknown): MigrationError {
  return new MigrationError('SETTINGS_INVALID', 'the canonical schema holds no statement', {
    file: typeof file === 'string' ? file : undefined,
    hint: 'Write it with dump_schema, or run setup --run-scripts.',
  })
}

/**
 * How a database is set up where the caller leaves it open: the canonical schema builds it, else the
 * scripts run. To mark every script in an empty database would say that they are done.
 * @throws {MigrationError} USAGE where nothing builds it and no script is to run
 */
export function setUpRequest(
  options: { runScripts?: boolean; initMigration?: InitMigration },
  schema: string | undefined,
): { initMigration: InitMigration | undefined; runScripts: boolean } {
  const { initMigration = options.runScripts ? undefined : schema } = options
  const { runScripts = initMigration === undefined } = options
  if (initMigration !== undefined || runScripts) return { initMigration, runScripts }
  throw new MigrationError('USAGE', 'runScripts is false, and nothing builds the database', {
    hint: 'Give initMigration, name schema in the settings, or let the scripts run.',
  })
}

/**
 * typetrek does not build over a database that something else has built. Reads only.
 * @throws {MigrationError} NOT_EMPTY
 */
export async function refuseTables(work: Session): Promise<void> {
  const rows = await work.query<{ name: string }>(
    `SELECT c.oid::pg_catalog.regclass::pg_catalog.text AS name FROM pg_catalog.pg_class c
         JOIN pg_catalog.pg_namespace n ON n.oid ${eq} c.relnamespace
        WHERE c.relkind ${eq} ANY ('{r,p,v,m,f}') AND c.relpersistence ${ne} 't'
          AND n.nspname ${ne} ALL ('{pg_catalog,information_schema,pg_toast}')
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid ${eq} 'pg_catalog.pg_class'::pg_catalog.regclass
                          AND d.objid ${eq} c.oid AND d.deptype ${eq} 'e')
        ORDER BY 1 LIMIT 6`,
  )
  if (rows.length === 0) return
  const names = rows.slice(0, 5).map(({ name }) => name)
  throw new MigrationError('NOT_EMPTY', 'the database has tables but no journal', {
    detail: `found ${names.join(', ')}${rows.length > 5 ? ' and more' : ''}`,
    hint: 'If they are what the scripts would build, run mark; else set up an empty database.',
  })
}
