import { resolve } from 'node:path'
import type { DataSource, QueryRunner } from 'typeorm'
import { dataSourceOf, installExtensions, isOlder, isOurs } from '../database/postgres/query-runner'
import { quoteIdentifier } from '../database/sql/quote'
import { isConnectionLoss } from '../database/postgres/connection-loss'
import type { Session } from '../database/postgres/session'
import { MigrationError } from '../errors'
import { buffered } from './buffered-runner'
import { quoteComments, quoteDefaults, rememberNames } from './typeorm-patches'
import { codeFailure } from '../run/failure/script-failure'
import type { RunContext } from '../run/context/run-context'
import { runSchema } from './load-schema-file'
import { loadExtra } from './schema-extra'
import { formerNamesIn, type FormerName } from './was'
import { asRole } from '../run/context/script-role'
import { restoreSession, timeoutsFor } from '../run/context/session-settings'

/** Builds the empty database in the set-up's own transaction. */
export type InitFunction = (queryRunner: QueryRunner) => unknown

/**
 * How an empty database is built: an object (or a class) with `upgrade(queryRunner)` or TypeORM's
 * `up(queryRunner)`, a function, the path of a `.sql` file, or `'entities'`: TypeORM's `synchronize`,
 * missing schemas first.
 */
export type InitMigration = string | InitFunction | (new () => InitObject) | InitObject

/** What builds an empty database; `upgrade` goes before `up`, one of them must be there. */
export interface InitObject {
  upgrade?: InitFunction
  up?: InitFunction
}

/** Runs it; false for a file that holds no statement. `queryRunner` is in the transaction that object and function take part in. */
export async function buildInitial(
  context: RunContext,
  session: Session,
  init: InitMigration,
  queryRunner: QueryRunner | undefined,
): Promise<boolean> {
  if (init === 'entities') {
    await buildEntities(context, session)
    return true
  }
  await sendAll(session, asRole(context.settings, true))
  const fromFile = typeof init === 'string'
  const statements = fromFile ? await runSchema(session, resolve(init)) : undefined
  if (!fromFile) await callInitial(init, queryRunner!)
  for (const text of restoreSession(session)) await session.send(text)
  return statements !== 0
}

async function callInitial(init: Exclude<InitMigration, string>, queryRunner: QueryRunner) {
  const run = initFunctionOf(init)
  try {
    await run(queryRunner)
  } catch (error) {
    throw codeFailure(error, 'initMigration', '', { form: 'schema' })
  }
}

async function sendAll(session: Session, texts: readonly string[]): Promise<void> {
  if (texts.length === 0) return
  const { error } = await session.send(texts.join(';\n'))
  if (error) throw error
}

/** The function that builds it, whichever way it was given. @throws {MigrationError} USAGE */
export function initFunctionOf(init: Exclude<InitMigration, string>): InitFunction {
  if (typeof init === 'function' && !isClass(init)) return init as InitFunction
  const object: InitObject =
    typeof init === 'function' ? new (init as new () => InitObject)() : init
  const run = object.upgrade ?? object.up
  if (run) return (queryRunner) => run.call(object, queryRunner)
  throw new MigrationError('USAGE', 'initMigration has no upgrade function', {
    hint: 'Give an object with upgrade(queryRunner), a function, a .sql path or "entities".',
  })
}

function isClass(init: object): boolean {
  const { prototype } = init as { prototype?: InitObject }
  return prototype?.upgrade !== undefined || prototype?.up !== undefined
}

/** What an entity or an index says `synchronize: false` of: TypeORM leaves it alone. */
export interface Unsynchronized {
  schema: string
  table: string
  index?: string
}

/** What the entities say besides their schema. */
export interface BuiltEntities {
  unsynchronized: Unsynchronized[]
  /** Old names, by `@Was`. */
  former: FormerName[]
}

/**
 * TypeORM's synchronize opens transactions and connections of its own, so typetrek may have nothing open, and
 * the timeouts are the session's.
 * @param waiting called when the server has the first statements, if they are sent together
 */
export async function buildEntities(
  { database, settings }: RunContext,
  session: Session,
  waiting?: () => void,
): Promise<BuiltEntities> {
  if (session.pooled) refuseRole(settings)
  else {
    const timeouts = timeoutsFor(session, settings, { local: false })
    await sendAll(session, [...timeouts, ...asRole(settings, false)])
  }
  const queryRunner = await database.queryRunner(session)
  const dataSource = dataSourceOf(queryRunner)
  if (isOurs(dataSource)) {
    await installExtensions(dataSource, true)
    quoteDefaults(dataSource)
    if (isOlder(queryRunner)) quoteComments(dataSource)
    rememberNames(dataSource)
  }
  for (const schema of schemasOf(dataSource)) {
    const { error } = await session.send(`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)}`)
    if (error) throw error
  }
  // a second connection would not have the role; and where there is only one, TypeORM waits for ever for it
  const isOne = database.single || settings.role !== undefined
  const runners = isOne ? () => withoutRelease(queryRunner) : undefined
  try {
    await synchronize(dataSource, runners, waiting)
    await loadExtra(session, settings.schemaExtra ?? [])
    return { unsynchronized: unsynchronizedIn(dataSource), former: formerNamesIn(dataSource) }
  } catch (error) {
    if (error instanceof MigrationError) throw error
    throw codeFailure(error, 'set-up from entities', '', { form: 'schema' })
  } finally {
    if (!session.lost) for (const text of restoreSession(session)) await session.send(text)
  }
}

/**
 * With its statements in few messages; where one fails, statement by statement, so that the error is
 * that statement's.
 * @param given makes the runner; absent: the DataSource itself
 */
async function synchronize(
  dataSource: DataSource,
  given: (() => QueryRunner) | undefined,
  waiting: (() => void) | undefined,
): Promise<void> {
  const { migrationsTransactionMode, logging } = dataSource.options
  const isWhole = isOurs(dataSource) && migrationsTransactionMode !== 'none' && !logging
  const make = given ?? dataSource.createQueryRunner.bind(dataSource)
  try {
    if (isWhole && (await isDone(dataSource, () => buffered(make(), waiting)))) return
    if (given) dataSource.createQueryRunner = given
    await dataSource.synchronize()
  } finally {
    Reflect.deleteProperty(dataSource, 'createQueryRunner')
  }
}

/** False where it failed and left nothing behind. */
async function isDone(dataSource: DataSource, make: () => QueryRunner): Promise<boolean> {
  dataSource.createQueryRunner = make
  try {
    await dataSource.synchronize()
    return true
  } catch (error) {
    if (isConnectionLoss(error)) throw error
    return false
  } finally {
    Reflect.deleteProperty(dataSource, 'createQueryRunner')
  }
}

/** As for scripts outside a transaction: no statement can be sure of its session. */
function refuseRole({ role }: RunContext['settings']): void {
  if (role === undefined) return
  const message = `the entities cannot be built as role "${role}" behind a pooler`
  const hint = 'Set typeorm.direct_url to an address past the pooler.'
  throw new MigrationError('TRANSACTION_MODE', message, { hint })
}

function withoutRelease(queryRunner: QueryRunner): QueryRunner {
  const release = { value: () => Promise.resolve() }
  return Object.create(queryRunner, { release }) as QueryRunner
}

function unsynchronizedIn({ entityMetadatas, driver }: DataSource): Unsynchronized[] {
  return entityMetadatas.flatMap(({ schema: own, tableName: table, synchronize, indices }) => {
    const schema = own ?? driver.schema ?? 'public'
    if (!synchronize) return [{ schema, table }]
    const left = indices.filter((one) => !one.synchronize)
    return left.map(({ name: index }) => ({ schema, table, index }))
  })
}

function schemasOf({ entityMetadatas, options }: DataSource): Set<string> {
  const { schema } = options as { schema?: string }
  const named = entityMetadatas.map((metadata) => metadata.schema ?? schema)
  return new Set(named.filter((name): name is string => name !== undefined && name !== ''))
}
