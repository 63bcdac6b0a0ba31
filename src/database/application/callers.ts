import type { Client, ClientBase, Pool } from 'pg'
import type { DataSource, QueryRunner } from 'typeorm'
import { patiently } from '../postgres/connect'
import { labelOfDataSource } from './data-source-connection'
import type { Database, Purpose } from '../postgres/database'
import { giveBack } from '../postgres/give-back'
import { clientOnPGlite, leavePGlite, type PGliteInstance } from './pglite-connection'
import { initializeQuietly } from './initialize'
import { Session } from '../postgres/session'
import { refuseUnusable } from './refuse-unusable'

/** What an application may hand over instead of a URL. */
export type Connectable = DataSource | QueryRunner | Pool | ClientBase | PGliteInstance

/**
 * Makes a Database of what the application has open. Nothing of the caller's is closed: a DataSource
 * and a Pool lend connections, a QueryRunner and a Client are used as they are. A DataSource that is not
 * initialized is initialized when a connection is needed, and destroyed again by `close`.
 * @param patience milliseconds to go on trying while the server has no connection left for the pool
 * @param wait milliseconds to go on trying while the server of a DataSource is not up yet
 * @throws {MigrationError} USAGE for anything else, and for what was closed or never opened
 */
export function databaseOf(connectable: Connectable, patience = 0, wait = 0): Database {
  refuseUnusable(connectable)
  if ('createQueryRunner' in connectable) return new DataSourceDatabase(connectable, patience, wait)
  if ('startTransaction' in connectable) return new QueryRunnerDatabase(connectable)
  if ('execProtocolRaw' in connectable) return new PGliteDatabase(connectable, patience)
  if ('totalCount' in connectable) return new PoolDatabase(connectable, patience)
  return new ClientDatabase(connectable, patience)
}

/** Connections come from the DataSource's own pool; a pool of one makes it a single connection. */
class DataSourceDatabase implements Database {
  readonly borrowed = true
  readonly label: string
  readonly single: boolean
  readonly migrationsTable: string | undefined
  readonly migrationsSchema: string | undefined
  private readonly runners = new Map<Session, QueryRunner>()
  private only: Promise<Session> | undefined
  /** Set where the DataSource was initialized here. */
  private initializing: Promise<void> | undefined

  constructor(
    private readonly dataSource: DataSource,
    private readonly patience: number,
    private readonly wait: number,
  ) {
    const options = dataSource.options as {
      poolSize?: number
      extra?: { max?: number }
    }
    this.single = (options.extra?.max ?? options.poolSize) === 1
    this.migrationsTable = dataSource.options.migrationsTableName
    this.migrationsSchema = (dataSource.options as { schema?: string }).schema
    this.label = labelOfDataSource(dataSource)
  }

  open(_purpose: Purpose, patience = this.patience): Promise<Session> {
    const { label, wait } = this
    const lend = () => patiently(() => this.lend(), { label, wait, patience })
    if (!this.single) return lend()
    this.only ??= lend()
    return this.only
  }

  private async lend(): Promise<Session> {
    if (!this.dataSource.isInitialized) await this.initialize()
    const queryRunner = this.dataSource.createQueryRunner('master')
    const client = (await queryRunner.connect()) as ClientBase
    const release = async () => {
      this.runners.delete(session)
      await giveBack(session, () => queryRunner.release())
    }
    const session = new Session(client, release, this.single)
    this.runners.set(session, queryRunner)
    return session
  }

  private initialize(): Promise<void> {
    this.initializing ??= initializeQuietly(this.dataSource, this.label).catch((error: unknown) => {
      this.initializing = undefined
      throw error
    })
    return this.initializing
  }

  queryRunner(session: Session): Promise<QueryRunner> {
    const runner = this.runners.get(session)
    return runner ? Promise.resolve(runner) : Promise.reject(new Error('a foreign session'))
  }

  async close(): Promise<void> {
    for (const session of this.runners.keys()) await session.end()
    this.only = undefined
    const initialized = await this.initializing?.then(() => this.dataSource.isInitialized)
    this.initializing = undefined
    if (initialized) await this.dataSource.destroy()
  }
}

/** The caller's one connection, in whatever transaction it is. */
class QueryRunnerDatabase implements Database {
  readonly borrowed = true
  readonly label = 'the database of the QueryRunner'
  readonly single = true
  private session: Session | undefined

  constructor(private readonly runner: QueryRunner) {}

  get migrationsTable(): string | undefined {
    return this.runner.manager.connection.options.migrationsTableName
  }

  async open(): Promise<Session> {
    refuseUnusable(this.runner)
    this.session ??= await asFound((await this.runner.connect()) as ClientBase)
    return this.session
  }

  queryRunner(): Promise<QueryRunner> {
    return Promise.resolve(this.runner)
  }

  close(): Promise<void> {
    this.session?.detach()
    this.session = undefined
    return Promise.resolve()
  }
}

abstract class DriverDatabase implements Database {
  readonly borrowed = true
  abstract readonly label: string
  abstract readonly single: boolean
  private made: { queryRunner: QueryRunner; dataSource: DataSource; session: Session } | undefined

  abstract open(purpose: Purpose, patience?: number): Promise<Session>
  /** What TypeORM needs to open more connections like these. */
  protected abstract options(): Record<string, unknown>

  constructor(protected readonly patience: number) {}

  async queryRunner(session: Session): Promise<QueryRunner> {
    if (this.made?.session !== session) {
      await this.release()
      const { queryRunnerOn } = await import('../postgres/query-runner.js')
      const made = await queryRunnerOn(session, this.options(), this.patience)
      this.made = { ...made, session }
    }
    return this.made.queryRunner
  }

  close(): Promise<void> {
    return this.release()
  }

  private async release(): Promise<void> {
    await this.made?.queryRunner.release()
    await this.made?.dataSource.destroy()
    this.made = undefined
  }
}

class PoolDatabase extends DriverDatabase {
  readonly label = 'the database of the pool'
  readonly single: boolean

  constructor(
    private readonly pool: Pool,
    patience: number,
  ) {
    super(patience)
    this.single = pool.options.max === 1
  }

  private only: Promise<Session> | undefined

  open(_purpose: Purpose, patience = this.patience): Promise<Session> {
    refuseUnusable(this.pool)
    const lend = () => patiently(() => this.lend(), { label: this.label, wait: 0, patience })
    if (!this.single) return lend()
    this.only ??= lend()
    return this.only
  }

  private async lend(): Promise<Session> {
    const client = await this.pool.connect()
    const release = () => giveBack(session, (gone) => client.release(gone))
    const session = new Session(client, release, this.single)
    return session
  }

  protected options(): Record<string, unknown> {
    return { extra: this.pool.options }
  }

  override async close(): Promise<void> {
    await super.close()
    const only = await this.only?.catch(() => undefined)
    await only?.end()
    this.only = undefined
  }
}

class ClientDatabase extends DriverDatabase {
  readonly label: string
  readonly single = true
  private session: Session | undefined

  constructor(
    private readonly client: ClientBase,
    patience: number,
  ) {
    super(patience)
    const { database } = client as Client
    this.label = database ? `database "${database}"` : 'the database of the client'
  }

  async open(): Promise<Session> {
    refuseUnusable(this.client)
    this.session ??= await asFound(this.client)
    return this.session
  }

  protected options(): Record<string, unknown> {
    const { host, port, user, password, database, ssl } = this.client as Client
    return { host, port, username: user, password, database, ssl }
  }

  override async close(): Promise<void> {
    await super.close()
    this.session?.detach()
    this.session = undefined
  }
}

/** PostgreSQL in this process, which has one connection. */
class PGliteDatabase extends DriverDatabase {
  readonly label = 'the PGlite database'
  readonly single = true
  private opened: Promise<{ client: Client; session: Session }> | undefined

  constructor(
    private readonly pglite: PGliteInstance,
    patience: number,
  ) {
    super(patience)
  }

  async open(): Promise<Session> {
    refuseUnusable(this.pglite)
    this.opened ??= this.connect()
    return (await this.opened).session
  }

  private async connect() {
    const client = await clientOnPGlite(this.pglite)
    return { client, session: await asFound(client) }
  }

  protected options(): Record<string, unknown> {
    return {}
  }

  override async close(): Promise<void> {
    await super.close()
    const opened = await this.opened?.catch(() => undefined)
    this.opened = undefined
    if (!opened) return
    opened.session.detach()
    leavePGlite(opened.client)
  }
}

/** The answer to any query shows whether the caller has a transaction open. */
async function asFound(client: ClientBase): Promise<Session> {
  const session = new Session(client, stay, true)
  await session.identify()
  return session
}

/** A caller's connection stays open. */
const stay = (): Promise<void> => Promise.resolve()
