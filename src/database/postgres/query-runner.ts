import type { ClientBase, Pool, PoolClient, PoolConfig } from 'pg'
import type { DataSource, QueryRunner } from 'typeorm'
import { MigrationError } from '../../errors'
import { requirePacked } from '../../start/packed-modules'
import { whileRefused } from './connect'
import { isConnectionLoss } from './connection-loss'
import type { Session } from './session'

type PoolCallback = (
  error: Error | undefined,
  client: PoolClient | undefined,
  release: () => void,
) => void

/**
 * A TypeORM QueryRunner on typetrek's own session, so that a script's work and its journal entry are one
 * transaction. Only the first connection that TypeORM asks for is the session's; what a script opens
 * besides comes from an ordinary pool with the same options.
 *
 * @param options DataSource options; connects with them for everything but the first connection.
 * @param patience milliseconds to go on trying while the server has no connection left for those
 * @throws {MigrationError} SCRIPT_NOT_LOADABLE when the entities cannot be loaded
 */
export async function queryRunnerOn(
  session: Session,
  options: Record<string, unknown>,
  patience = 0,
): Promise<{ queryRunner: QueryRunner; dataSource: DataSource }> {
  // by `import` Node would read and scan each of its files once more, for the names that it exports
  const { DataSource } = requirePacked(require.resolve('typeorm')) as typeof import('typeorm')
  const dataSource = new DataSource({
    ...options,
    type: 'postgres',
    driver: await driverAround(session.driverClient, patience),
    synchronize: false,
    migrationsRun: false,
    dropSchema: false,
    installExtensions: false,
    migrations: [],
  })
  internalSources.set(dataSource, options['installExtensions'] !== false)
  try {
    await dataSource.initialize()
  } catch (error) {
    if (isConnectionLoss(error)) throw error
    // what TypeORM says then is about itself: that its QueryRunner is released already, say
    if (session.lost) throw new Error('Connection terminated', { cause: error })
    throw new MigrationError(
      'SCRIPT_NOT_LOADABLE',
      'cannot build the DataSource for TypeScript scripts',
      {
        detail: (error as Error).message,
        hint: 'Check typeorm.entities and the other typeorm.* settings.',
        cause: error,
      },
    )
  }
  const queryRunner = dataSource.createQueryRunner()
  await queryRunner.connect()
  return { queryRunner, dataSource }
}

/** The DataSource that a QueryRunner belongs to: `dataSource` in TypeORM 1, `connection` in 0.3. */
export function dataSourceOf(queryRunner: QueryRunner): DataSource {
  return isOlder(queryRunner) ? queryRunner.connection : queryRunner.dataSource
}

/** True for TypeORM 0.3. */
export function isOlder(queryRunner: QueryRunner): boolean {
  return (queryRunner as { dataSource?: DataSource }).dataSource === undefined
}

/** The DataSources made here, and whether their options let TypeORM install extensions. */
const internalSources = new WeakMap<DataSource, boolean>()

/** True for a DataSource made here, which installs no extensions when it connects. */
export function isOurs(dataSource: DataSource): boolean {
  return internalSources.has(dataSource)
}

/** The part of TypeORM's driver that is not in its types. */
interface ExtensionDriver {
  options: { installExtensions?: boolean; extensions?: readonly string[] }
  checkMetadataForExtensions(): Promise<{ hasExtensions: boolean }>
  afterConnect(): Promise<void>
}

/**
 * Installs the extensions that TypeORM installs when it connects, on a connection of its own; those that
 * the server lacks or the user may not create, TypeORM reports to its logger. Nothing is done to a
 * DataSource of the caller's.
 * @param always true: also where the options say `installExtensions: false`
 */
export async function installExtensions(dataSource: DataSource, always: boolean): Promise<void> {
  const allowed = internalSources.get(dataSource)
  if (allowed === undefined || (!allowed && !always)) return
  const driver = dataSource.driver as unknown as ExtensionDriver
  const { hasExtensions } = await driver.checkMetadataForExtensions()
  if (!hasExtensions && !driver.options.extensions?.length) return
  Object.assign(driver.options, { installExtensions: true })
  await driver.afterConnect()
}

/** A `pg` module whose Pool hands out `client` first. */
async function driverAround(client: ClientBase, patience: number): Promise<object> {
  const pg = require('pg') as typeof import('pg')
  class SessionPool extends pg.Pool {
    private lent = false

    constructor(config?: PoolConfig) {
      super({ ...config, allowExitOnIdle: true })
    }

    override connect(): Promise<PoolClient>
    override connect(callback: PoolCallback): void
    override connect(callback?: PoolCallback): Promise<PoolClient> | void {
      if (this.lent) {
        const more = whileRefused(() => super.connect(), { wait: 0, patience })
        if (!callback) return more
        const pass = (one: PoolClient) => callback(undefined, one, () => one.release())
        return void more.then(pass, (error: Error) => callback(error, undefined, () => undefined))
      }
      this.lent = true
      const release = () => {
        this.lent = false
      }
      const lent = client as PoolClient
      if (!callback) return Promise.resolve(lent)
      callback(undefined, lent, release)
    }
  }
  return { ...pg, Pool: SessionPool as unknown as typeof Pool, native: undefined }
}
