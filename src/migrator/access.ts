import { openDatabase, openExisting } from '../database/open'
import type { Database } from '../database/postgres/database'
import type { Session } from '../database/postgres/session'
import { orInterrupted } from '../interruption'
import { describeAddress } from '../settings/address/address'
import type { Settings } from '../settings/value/setting-types'
import { withSystemFailures } from '../system-error'
import { translated } from './translated'

/** The database of a migrator: opened when it is needed, released when what runs on it has ended. */
export class Access {
  #opened: Promise<Database> | undefined
  #impatient = false
  readonly #running = new Set<Promise<unknown>>()
  // private to the language too, so that no inspection shows a secret
  readonly #settings: Settings
  readonly #given: Database | undefined

  constructor(settings: Settings, given: Database | undefined) {
    this.#settings = settings
    this.#given = given
  }

  get label(): string {
    return this.#given?.label ?? describeAddress(this.#settings.database)
  }

  database(): Promise<Database> {
    this.#opened ??= this.#given
      ? Promise.resolve(this.#given)
      : withSystemFailures(openDatabase(this.#settings))
    return this.#opened
  }

  /** Opens it, no longer than until the signal comes. */
  async openFor(signal: AbortSignal | undefined): Promise<Database> {
    try {
      return await orInterrupted(this.database(), signal)
    } catch (error) {
      this.#impatient = signal?.aborted === true
      throw error
    }
  }

  /** Work that `close` waits for. */
  tracked<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = work()
    const settled: Promise<unknown> = Promise.allSettled([result])
    this.#running.add(settled)
    void settled.then(() => this.#running.delete(settled))
    return result
  }

  /** Reads on a connection for reading; `otherwise` where an embedded server was never made. */
  reading<Result>(
    read: (session: Session, database: Database) => Promise<Result>,
    otherwise: Result,
  ): Promise<Result> {
    return this.tracked(() => this.readingNow(read, otherwise))
  }

  private async readingNow<Result>(
    read: (session: Session, database: Database) => Promise<Result>,
    otherwise: Result,
  ): Promise<Result> {
    const database = await this.existing()
    if (!database) return otherwise
    const session = await database.open('read')
    try {
      return await translated(read(session, database))
    } finally {
      await session.close()
    }
  }

  private async existing(): Promise<Database | undefined> {
    if (this.#given || this.#opened) return this.database()
    const database = await openExisting(this.#settings)
    if (database) this.#opened = Promise.resolve(database)
    return database
  }

  async close(): Promise<void> {
    // what still runs works on connections that are released only then
    if (!this.#impatient) await Promise.all(this.#running)
    const closing = this.#opened?.then(
      (database) => database.close(),
      () => undefined, // a failed opening was thrown to its caller
    )
    // who stopped the opening does not wait for its end either
    if (!this.#impatient) await closing
    this.#opened = undefined
  }
}
