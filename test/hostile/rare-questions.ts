import { underCatalogPath } from '../../src/catalog/properties/catalog-path'
import { rareTexts, settingParts } from '../../src/catalog/properties/unmodelled'
import { scratchName } from '../../src/scratch/scratch-name'
import { clearDead } from '../../src/scratch/scratch-owner'
import { ensureDatabase } from '../../src/database/embedded/create-database'
import { connect } from '../../src/database/postgres/connect'
import type { Session } from '../../src/database/postgres/session'
import { tidy } from '../../src/database/postgres/give-back'
import { readHistories } from '../../src/journal/histories'
import { hasOutcome, hasRunning } from '../../src/journal/journal'
import { insertClaim, markTakenOver } from '../../src/journal/model/claim'
import type { Claim } from '../../src/journal/model/journal-columns'
import {
  cancelBackend,
  durationsSoFar,
  findBlocker,
  readIndexProgress,
  findWorker,
} from '../../src/run/lock/probe'
import { clearLeftovers } from '../../src/run/outside/invalid-indexes'
import type { Execution } from '../../src/run/session/execution'
import { readProgress } from '../../src/run/lock/running-script'
import { settle } from '../../src/run/outside/in-doubt'
import type { LockSession } from '../../src/run/lock/lock-sessions'
import type { TestDatabase } from '../support/database'
import { testPool } from '../support/pool'

const journal = { schema: 'public', table: 'migration_journal' }

/** What a statement in doubt makes `settle` ask. */
const inDoubt = [
  'CREATE INDEX CONCURRENTLY ON t (n)',
  'DROP INDEX CONCURRENTLY t_n',
  'CREATE EXTENSION nothing',
  'CREATE DATABASE nothing',
  'DROP DATABASE nothing',
  "CREATE TABLESPACE nothing LOCATION '/nowhere'",
  'DROP TABLESPACE nothing',
  "CREATE SUBSCRIPTION nothing CONNECTION '' PUBLICATION p",
  'DROP SUBSCRIPTION nothing',
  'ALTER SUBSCRIPTION nothing ADD PUBLICATION p',
  'ALTER SUBSCRIPTION nothing DROP PUBLICATION p',
  'ALTER TABLE t ADD CONSTRAINT c CHECK (n IS NULL)',
  'ALTER TABLE t DETACH PARTITION u CONCURRENTLY',
  "ALTER TYPE kind ADD VALUE 'x'",
  "COMMIT PREPARED 'nothing'",
]

/** Tables in which other tools say what they have done, those whose rows are looked at. */
const otherTools = `CREATE SCHEMA tools;
CREATE TABLE tools.history (id int, name text, timestamp bigint);
CREATE TABLE tools.flyway (version text, description text, type text, script text, installed_rank int);
CREATE TABLE tools.goose (id int, version_id bigint, is_applied boolean);
CREATE TABLE tools.schema_version (version int);
CREATE TABLE tools.atlas_schema_revisions (version text, applied int, total int, executed_at timestamptz);
CREATE TABLE tools.migratore (uuid text, timestamp bigint, result text, operation text)`

/**
 * Asks by their own functions what commands ask only in rare moments: of a statement in doubt, of who
 * blocks whom, of the databases that a killed command has left. The database has a journal, and tables.
 */
export async function rareQuestions(database: TestDatabase): Promise<void> {
  const parts = database.connection
  const session = await connect(parts, { label: '', wait: 0, patience: 0 })
  try {
    await session.identify()
    for (const statement of inDoubt) await settle(session, statement, '3')
    const { pid } = session
    await findBlocker(session, pid)
    await readIndexProgress(session, pid)
    await findWorker(session, journal)
    await durationsSoFar(session, journal, [claim])
    await hasOutcome(session, journal, '1', 'success')
    await hasRunning(session, journal)
    await takenOver(session)
    await database.query(otherTools)
    await readHistories(session, [])
    await database.query('DROP SCHEMA tools CASCADE')
    await readProgress(session, journal, [other])
    await clearAway(session)
    await session.send(`CREATE DATABASE "${scratchName(nobody, 1)}"`)
    await clearDead(session)
    await ensureDatabase(parts, false)
    session.advisoryKey = '1'
    await tidy(session)
    await cancelBackend(session, pid).catch(() => undefined)
    await settingsOfAll(database)
  } finally {
    await session.close()
  }
}

/** Those of partitions, statistics and the like too, of which the database has none. */
async function settingsOfAll({ connection }: TestDatabase): Promise<void> {
  const pool = testPool(connection)
  await underCatalogPath(pool, async (client) => {
    await client.query(settingParts.map(({ sql }) => sql).join(' UNION ALL '))
    for (const { sql } of Object.values(rareTexts)) await client.query(sql)
  })
  await pool.end()
}

const nobody = { host: '00000000', pid: 1, start: '000000', use: '000000' }

/** A session of another run. */
const other: LockSession = {
  pid: 1,
  role: 'work',
  applicationName: 'typetrek ann@build-7 1b4e28ba-2fa1',
  user: '',
  client: null,
  since: null,
  connectedAt: null,
  state: 'active',
  query: '',
  script: null,
}

const claim: Claim = {
  runId: 'rare',
  revision: '99',
  title: '',
  kind: 'sql',
  operation: 'run',
  ordinal: 1,
  checksum: '',
  checksumKind: 'sql',
  upgradeText: null,
  downgradeText: null,
  statementsTotal: 1,
  operator: '',
  toolVersion: '',
  file: null,
  uuid: null,
}

async function takenOver(session: Session): Promise<void> {
  await session.send(
    `BEGIN; ${insertClaim(journal, claim)}; ${markTakenOver(journal, 'rare', '1', 1)}`,
  )
  await session.send('ROLLBACK')
}

/** Of a runner, `clearLeftovers` needs the session and where to say what it drops. */
async function clearAway(work: Session): Promise<void> {
  const runner = {
    work,
    context: { observer: {}, settings: { lockWait: 0 } },
  } as unknown as Execution
  for (const statement of [
    'REINDEX TABLE CONCURRENTLY t',
    'ALTER TABLE t DETACH PARTITION u CONCURRENTLY',
  ])
    await clearLeftovers(runner, statement, () => Promise.resolve())
}
