import type { Pool, QueryResultRow } from 'pg'
import { connect } from '../database/postgres/connect'
import { endPool, openPool } from '../database/postgres/pool'
import { divided, eq } from '../database/sql/operators'
import { quoteIdentifier } from '../database/sql/quote'
import type { Session } from '../database/postgres/session'
import { MigrationError } from '../errors'
import type { ConnectionParts, Settings } from '../settings/value/setting-types'
import { isReplayed, scratchName, spareOf, type ScratchOwner } from './scratch-name'
import { clearDead, holdTag, ownOwner } from './scratch-owner'
import { scratchServer, type ScratchServer } from './scratch-server'

/** A throw-away database. */
export interface ScratchDatabase {
  readonly name: string
  readonly connection: ConnectionParts
  /** Opened on first use; ended by `rest` and when the server is closed. */
  pool(): Promise<Pool>
  /** A pool of one connection for each use: who reads the same again finds its plans and its caches. */
  reader(use: ReaderUse): Promise<Pool>
  /** Ends all pools, so that the database can be copied or left alone. */
  rest(): Promise<void>
  /** Present where the database is shared and never changed: what is stored about it. */
  readonly known?: Remembered
}

/** What a connection reads again and again: pg-delta's queries, the other half of them, the rest, the inventory. */
export type ReaderUse = 'engine' | 'beside' | 'details' | 'inventory'

/** What earlier commands have stored about a database that does not change. */
export interface Remembered {
  /** Undefined where nothing is stored. */
  recall(part: string, idle?: Promise<unknown>): Promise<unknown>
  /** Stores plain data for later commands; never throws. `settled` waits for all of it. */
  remember(part: string, value: unknown): Promise<void>
  settled(): Promise<void>
  /** Stores a database that was made from it, without connections. False: there is one already. */
  keep(part: 'rows', database: ScratchDatabase): Promise<boolean>
  /** The stored database, to be copied. */
  kept(part: 'rows'): ScratchDatabase
}

/** A server on which we make and drop databases; all that it made is gone, or goes, when it is closed. */
export interface Scratch {
  /** The server's major version. */
  readonly major: number
  /** True: the server is typetrek's alone, so that roles may be made on it. */
  readonly own: boolean
  /** A database with nothing in it but the extensions that the settings name. */
  create(): Promise<ScratchDatabase>
  /** The same once more. Nobody may be connected to the original; its own pool is ended. */
  copy(original: ScratchDatabase): Promise<ScratchDatabase>
  /** Runs SQL that concerns the whole server. */
  run(sql: string): Promise<void>
  /** Runs a query that concerns the whole server, and returns its rows. */
  rows<Row extends QueryResultRow>(sql: string, values: unknown[]): Promise<Row[]>
  /** Whether its own connection keeps the process alive. */
  keepAlive(alive: boolean): void
  /** Makes a role where it is not there yet; for servers that are typetrek's alone. */
  createRole(name: string): Promise<void>
  /**
   * Drops every database, connected to or not; never throws. On a server of typetrek's own its supervisor
   * does, which nobody waits for. Calling it again does nothing.
   */
  close(): Promise<void>
}

/**
 * Opens the server for scratch databases: an embedded one of this user's own in the major version
 * given, else `scratch.url`. First drops what commands that were killed have left there.
 * @param major the production server's; undefined: not known
 * @throws {MigrationError} SCRATCH_FAILED, CONNECTION_FAILED, EMBEDDED_UNAVAILABLE, EMBEDDED_FAILED
 */
export async function openScratch(settings: Settings, major: number | undefined): Promise<Scratch> {
  const server = await scratchServer(settings, major)
  try {
    const options = { label: server.label, wait: settings.wait, patience: 10_000 }
    const session = await connect(server.connection, options)
    const owner = await ownOwner()
    await holdTag(session, owner)
    await clearDead(session)
    const [facts] = await session.query<ServerFacts>(
      `SELECT pg_catalog.current_setting('server_version_num')::integer ${divided} 10000 AS version,
        pg_catalog.current_setting('fsync') AS fsync,
        EXISTS (SELECT FROM pg_catalog.pg_db_role_setting WHERE setdatabase ${eq} 0) AS altered`,
    )
    // a script that gave the role a setting is replayed by sessions that do not have it yet; of two commands
    // at once one takes it back, and the other one's failure to do so means that
    if (server.own && facts!.altered)
      await session.send('ALTER ROLE ALL RESET ALL; ALTER ROLE CURRENT_USER RESET ALL')
    return new ServerScratch(server, session, owner, settings.scratch.extensions, facts!)
  } catch (error) {
    await server.release()
    throw error
  }
}

interface ServerFacts {
  version: number
  fsync: string
  /** A role has settings in every database. */
  altered: boolean
}

function nothing(): void {}

/** PostgreSQL's own, in which there is nothing. */
const empty = 'template0'

class ServerScratch implements Scratch {
  private readonly made: Made[] = []
  private closing: Promise<void> | undefined
  private last: Promise<void> = Promise.resolve()
  /** What was copied, which the next command is likely to copy, too. */
  private readonly copied = new Set<string>()

  constructor(
    private readonly server: ScratchServer,
    private readonly session: Session,
    private readonly owner: ScratchOwner,
    private readonly extensions: readonly string[],
    private readonly facts: ServerFacts,
  ) {}

  get major(): number {
    return this.facts.version
  }

  get own(): boolean {
    return this.server.own
  }

  async create(): Promise<ScratchDatabase> {
    const database = await this.make(empty)
    if (this.extensions.length === 0) return database
    const pool = await database.pool()
    for (const name of this.extensions) {
      await pool
        .query(`CREATE EXTENSION IF NOT EXISTS ${quoteIdentifier(name)} CASCADE`)
        .catch((cause: unknown) => {
          throw extensionMissing(cause) ?? cause
        })
    }
    return database
  }

  async copy(original: ScratchDatabase): Promise<ScratchDatabase> {
    await original.rest()
    return this.make(original.name)
  }

  async createRole(name: string): Promise<void> {
    await this.run(`CREATE ROLE ${quoteIdentifier(name)}`).catch((error: { code?: string }) => {
      // both schemas are built at once, and may need the same role
      if (error.code !== '42710') throw error
    })
  }

  close(): Promise<void> {
    this.closing ??= this.dropAll()
    return this.closing
  }

  async run(sql: string): Promise<void> {
    const { error } = await this.inTurn(() => this.session.send(sql))
    if (error) throw error
  }

  rows<Row extends QueryResultRow>(sql: string, values: unknown[]): Promise<Row[]> {
    return this.inTurn(() => this.session.query<Row>(sql, values))
  }

  /** pg warns of a client that is given a second query before it has answered the first. */
  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.last.then(work)
    this.last = result.then(nothing, nothing)
    return result
  }

  keepAlive(alive: boolean): void {
    this.session.keepAlive(alive)
  }

  private async make(template: string): Promise<ScratchDatabase> {
    if (this.closing) throw new Error('the scratch server is released')
    const name = scratchName(this.owner, this.made.length + 1)
    const database = new Made(name, { ...this.server.connection, database: name })
    this.made.push(database)
    if (await this.takeSpare(template, name)) return database
    // twice as fast, where the checkpoints that it makes write nothing to a disk
    const quick = this.facts.fsync === 'off' && this.major >= 15 ? ' STRATEGY file_copy' : ''
    const create = `CREATE DATABASE ${quoteIdentifier(name)} TEMPLATE ${quoteIdentifier(template)}`
    await this.run(`${create}${quick}`).catch((cause: unknown) => {
      throw notMade(cause, this.server.label)
    })
    return database
  }

  /** False: there is no copy that was made before. */
  private async takeSpare(template: string, name: string): Promise<boolean> {
    if (!this.server.own || (template !== empty && !isReplayed(template))) return false
    this.copied.add(template)
    const from = quoteIdentifier(spareOf(template))
    return this.run(`ALTER DATABASE ${from} RENAME TO ${quoteIdentifier(name)}`).then(
      () => true,
      () => false,
    )
  }

  /**
   * What cannot be dropped, since the server is gone or goes, the next command drops. PostgreSQL waits
   * 100 ms for each database that still has connections, so the pools are ended first.
   */
  private async dropAll(): Promise<void> {
    await Promise.all(this.made.map((database) => database.leave()))
    const drop = this.made.map(({ name }) => name)
    if (!this.server.own) for (const name of drop) await this.drop(name)
    await this.session.close()
    const again = this.server.stays ? [...this.copied] : []
    const copy = again.map((template) => ({ name: spareOf(template), template }))
    await this.server.release(this.server.own ? { drop, copy } : undefined)
  }

  private async drop(name: string): Promise<void> {
    await this.run(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)} WITH (FORCE)`).catch(nothing)
  }
}

class Made implements ScratchDatabase {
  private opened: Promise<Pool> | undefined
  private readonly readers = new Map<ReaderUse, Promise<Pool>>()

  constructor(
    readonly name: string,
    readonly connection: ConnectionParts,
  ) {}

  pool(): Promise<Pool> {
    this.opened ??= openPool(this.connection)
    return this.opened
  }

  reader(use: ReaderUse): Promise<Pool> {
    const reader = this.readers.get(use) ?? openPool(this.connection, 1)
    this.readers.set(use, reader)
    return reader
  }

  async rest(): Promise<void> {
    await Promise.all((await this.take()).map(endPool))
  }

  /** Ends the pools for good; never throws, and does not wait for connections that are in use. */
  async leave(): Promise<void> {
    const pools = await this.take().catch(() => [])
    const ends = pools.map(async (pool) => {
      const isFree = pool.totalCount === pool.idleCount
      const ended = endPool(pool).catch(() => undefined)
      if (isFree) await ended
    })
    await Promise.all(ends)
  }

  private async take(): Promise<Pool[]> {
    const open = [...this.readers.values(), ...(this.opened ? [this.opened] : [])]
    this.opened = undefined
    this.readers.clear()
    return Promise.all(open)
  }
}

/** The error for an extension that the scratch server lacks; undefined for any other failure. */
export function extensionMissing(error: unknown): MigrationError | undefined {
  const { message, detail } = error as { message?: string; detail?: string }
  const text = `${message}\n${detail}`
  const pattern =
    /extension "([^"]+)" is not available|extension control file "[^"]*\/([^/"]+)\.control"/
  const [, first, second] = pattern.exec(text) ?? []
  const name = first ?? second
  if (name === undefined) return undefined
  return new MigrationError('EXTENSION_MISSING', `the scratch server has no extension "${name}"`, {
    detail: 'The schema is built in a scratch database, and cannot be without it.',
    hint: `Set scratch.url to a server that has ${name} and on which typetrek may create databases.`,
    cause: error,
  })
}

function notMade(cause: unknown, label: string): MigrationError {
  const { message, code } = cause as { message?: string; code?: string }
  const hint =
    code === '42501'
      ? 'Give the role of scratch.url the right CREATEDB, or name another server there.'
      : 'Check the server that scratch.url names.'
  return new MigrationError('SCRATCH_FAILED', `cannot create a scratch database on ${label}`, {
    detail: message,
    hint,
    sqlstate: code,
    cause,
  })
}
