import type { Client, ClientBase, Pool } from 'pg'
import type { DataSource, QueryRunner } from 'typeorm'
import { patiently } from './connect'
import { labelOfDataSource } from './data-source-connection'
import type { Database, Purpose } from './database'
import { Session } from './session'

/** What an application may hand over instead of a URL. */
export type Connectable = DataSource | QueryRunner | Pool | ClientBase

/**
 * Makes a Database of what the application has open. Nothing of the caller's is closed: a DataSource
 * and a Pool lend connections, a QueryRunner and a Client are used as they are.
 * @param patience milliseconds to go on trying while the server has no connection left for the pool
 */
export function databaseOf(connectable: Connectable, patience = 0): Database {
  if ('createQueryRunner' in connectable) return new DataSourceDatabase(connectable, patience)
  if ('startTransaction' in connectable) return new QueryRunnerDatabase(connectable)
  if ('totalCount' in connectable) return new PoolDatabase(connectable, patience)
  return new ClientDatabase(connectable, patience)
}

/** Connections come from the DataSource's own pool; a pool of one makes it a single connection. */
class DataSourceDatabase implements Database {
  readonly borrowed = true
  readonly label: string
  readonly single: boolean
  readonly migrationsTable: string | undefined
  private readonly runners = new Map<Session, QueryRunner>()
  private only: Promise<Session> | undefined

  constructor(
    private readonly dataSource: DataSource,
    private readonly patience: number,
  ) {
    const options = dataSource.options as {
      poolSize?: number
      extra?: { max?: number }
    }
    this.single = (options.extra?.max ?? options.poolSize) === 1
    this.migrationsTable = dataSource.options.migrationsTableName
    this.label = labelOfDataSource(dataSource)
  }

  open(_purpose: Purpose, patience = this.patience): Promise<Session> {
    const lend = () => patiently(() => this.lend(), { label: this.label, wait: 0, patience })
    if (!this.single) return lend()
    this.only ??= lend()
    return this.only
  }

  private async lend(): Promise<Session> {
    const queryRunner = this.dataSource.createQueryRunner()
    const client = (await queryRunner.connect()) as ClientBase
    const giveBack = async () => {
      await queryRunner.release()
      session.detach()
      this.runners.delete(session)
    }
    const session = new Session(client, this.single ? stay : giveBack)
    this.runners.set(session, queryRunner)
    return session
  }

  queryRunner(session: Session): Promise<QueryRunner> {
    const runner = this.runners.get(session)
    return runner ? Promise.resolve(runner) : Promise.reject(new Error('a foreign session'))
  }

  async close(): Promise<void> {
    for (const runner of this.runners.values()) if (!runner.isReleased) await runner.release()
    this.runners.clear()
    this.only = undefined
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
    this.session ??= await asFound((await this.runner.connect()) as ClientBase)
    return this.session
  }

  queryRunner(): Promise<QueryRunner> {
    return Promise.resolve(this.runner)
  }

  close(): Promise<void> {
    this.session?.detach()
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
      await this.close()
      const { queryRunnerOn } = await import('./query-runner.js')
      const made = await queryRunnerOn(session, this.options(), this.patience)
      this.made = { ...made, session }
    }
    return this.made.queryRunner
  }

  async close(): Promise<void> {
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
    const lend = () => patiently(() => this.lend(), { label: this.label, wait: 0, patience })
    if (!this.single) return lend()
    this.only ??= lend()
    return this.only
  }

  private async lend(): Promise<Session> {
    const client = await this.pool.connect()
    const giveBack = () => {
      client.release()
      session.detach()
      return Promise.resolve()
    }
    const session = new Session(client, this.single ? stay : giveBack, giveBack)
    return session
  }

  protected options(): Record<string, unknown> {
    return { extra: this.pool.options }
  }

  override async close(): Promise<void> {
    await super.close()
    await (await this.only)?.end()
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
  }
}

/** The answer to any question tells whether the caller has a transaction open. */
async function asFound(client: ClientBase): Promise<Session> {
  const session = new Session(client, stay)
  await session.identify()
  return session
}

/** A caller's connection stays open. */
const stay = (): Promise<void> => Promise.resolve()
