import type { Client, ClientBase, Pool } from 'pg'
import type { DataSource, QueryRunner } from 'typeorm'
import type { Database } from './database'
import { Session } from './session'

/** What an application may hand over instead of a URL. */
export type Connectable = DataSource | QueryRunner | Pool | ClientBase

/**
 * Makes a Database of what the application has open. Nothing of the caller's is closed: a DataSource
 * and a Pool lend connections, a QueryRunner and a Client are used as they are.
 */
export function databaseOf(connectable: Connectable): Database {
  if ('createQueryRunner' in connectable) return new DataSourceDatabase(connectable)
  if ('startTransaction' in connectable) return new QueryRunnerDatabase(connectable)
  if ('totalCount' in connectable) return new PoolDatabase(connectable)
  return new ClientDatabase(connectable)
}

/** Connections come from the DataSource's own pool; a pool of one makes it a single connection. */
class DataSourceDatabase implements Database {
  readonly borrowed = true
  readonly label: string
  readonly single: boolean
  private readonly runners = new Map<Session, QueryRunner>()
  private only: Promise<Session> | undefined

  constructor(private readonly dataSource: DataSource) {
    const options = dataSource.options as {
      database?: string
      poolSize?: number
      extra?: { max?: number }
    }
    this.single = (options.extra?.max ?? options.poolSize) === 1
    this.label = options.database
      ? `database "${options.database}"`
      : 'the database of the DataSource'
  }

  open(): Promise<Session> {
    if (!this.single) return this.lend()
    this.only ??= this.lend(true)
    return this.only
  }

  private async lend(keep = false): Promise<Session> {
    const queryRunner = this.dataSource.createQueryRunner()
    const client = (await queryRunner.connect()) as ClientBase
    const session = new Session(client, keep ? stay : () => queryRunner.release())
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

  abstract open(): Promise<Session>
  /** What TypeORM needs to open more connections like these. */
  protected abstract options(): Record<string, unknown>

  async queryRunner(session: Session): Promise<QueryRunner> {
    if (this.made?.session !== session) {
      await this.close()
      const { queryRunnerOn } = await import('./query-runner.js')
      this.made = { ...(await queryRunnerOn(session, this.options())), session }
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

  constructor(private readonly pool: Pool) {
    super()
    this.single = pool.options.max === 1
  }

  private only: Promise<Session> | undefined

  open(): Promise<Session> {
    if (!this.single) return this.lend()
    this.only ??= this.lend()
    return this.only
  }

  private async lend(): Promise<Session> {
    const client = await this.pool.connect()
    const giveBack = () => Promise.resolve(client.release())
    return new Session(client, this.single ? stay : giveBack, giveBack)
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

  constructor(private readonly client: ClientBase) {
    super()
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
