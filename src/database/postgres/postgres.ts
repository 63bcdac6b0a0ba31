import type { DataSource, QueryRunner } from 'typeorm'
import { orInterrupted } from '../../interruption'
import type { ConnectionParts } from '../../settings/value/setting-types'
import { connect, type ConnectOptions } from './connect'
import type { Database, Purpose } from './database'
import type { Session } from './session'

export interface PostgresOptions extends ConnectOptions {
  connection: ConnectionParts
  /** Past a pooler. */
  direct?: ConnectionParts
  /** DataSource options for the QueryRunner of TypeScript scripts; asked for once, when one runs. */
  typeorm: () => Promise<Record<string, unknown>>
  /** Called once by `close`: lets an embedded server go. */
  release?: () => Promise<void>
}

/** A database that we connect to by ourselves. */
export class PostgresDatabase implements Database {
  readonly single = false
  readonly borrowed = false
  private readonly runners = new Map<
    Session,
    { queryRunner: QueryRunner; dataSource: DataSource }
  >()

  private run: { name?: string; signal?: AbortSignal | undefined } = {}

  constructor(private readonly options: PostgresOptions) {}

  workFor(run: { name: string; signal: AbortSignal | undefined }): void {
    this.run = run
  }

  get label(): string {
    return this.options.label
  }

  async open(purpose: Purpose, patience = this.options.patience): Promise<Session> {
    const { connection, direct } = this.options
    const { name, signal } = this.run
    const past = purpose === 'read' ? undefined : direct
    const parts = past ?? connection
    const named = name === undefined ? parts : { ...parts, application_name: name }
    const opening = connect(named, { ...this.options, patience, signal })
    // what is opened after the signal is for recording it
    const stop = signal?.aborted ? undefined : signal
    const session = await orInterrupted(opening, stop, (late) => void late.close())
    session.direct = past !== undefined
    // a transaction, and not a setting of the session, which a pooler would hand on
    if (purpose === 'read') await session.send('BEGIN READ ONLY')
    return session
  }

  async queryRunner(session: Session): Promise<QueryRunner> {
    const known = this.runners.get(session)
    if (known) return known.queryRunner
    const { queryRunnerOn } = await import('./query-runner.js')
    const made = await queryRunnerOn(session, await this.options.typeorm(), this.options.patience)
    this.runners.set(session, made)
    return made.queryRunner
  }

  async close(): Promise<void> {
    for (const { queryRunner, dataSource } of this.runners.values()) {
      await queryRunner.release()
      await dataSource.destroy()
    }
    this.runners.clear()
    await this.options.release?.()
  }
}
