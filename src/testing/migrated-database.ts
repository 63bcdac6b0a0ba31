import { MigrationError } from '../errors'
import type { Scripts } from '../library/open-migrator'
import type { MigrationLogger } from '../run/context/observers'
import { executeShape } from '../migrator/option-shapes'
import { openScratch, type Scratch, type ScratchDatabase } from '../scratch/scratch'
import { requirePostgresServer } from '../database/open'
import { withMigrationSources } from '../database/application/migration-sources'
import { hostInUrl } from '../settings/address/percent'
import { settingsFor } from '../settings/library'
import { quoteIdentifier } from '../database/sql/quote'
import { readSettings } from '../settings/read-settings'
import { checkArgument, checkValue, callable, text } from '../settings/value/arguments'
import type { Settings } from '../settings/value/setting-types'
import type { MigratedCopies, MigratedDatabase } from './migrated-copies'
import { FileCopies } from './migrated-file'
import { asOriginal, findTemplate, type TemplateRequest } from './migrated-template'

/** Where the database is made, and from what. */
export interface MigratedDatabaseOptions {
  /** Default: `development.ini` of the working folder. */
  scripts?: Scripts
  /**
   * Address of a server on which databases may be created, or `sqlite:` with a folder in which files may be.
   * Default: `scratch.url` of the settings, or an embedded server of the user's own; where the settings name a
   * file of SQLite, a folder of the user's own below the temporary one.
   */
  server?: string
  /** Anything else by which templates differ: a version of what scripts import, say, which is not read. */
  key?: string
  /** Handed to TypeScript scripts as `context.caller`. */
  context?: unknown
  /** Gets a line for each script that runs, which is when the template is built. */
  logger?: MigrationLogger
}

const shape = {
  scripts: { what: 'scripts', holds: (value: unknown) => value !== null },
  server: text,
  key: text,
  context: executeShape.context,
  logger: executeShape.logger,
}

/**
 * Does a test's work on a migrated database of its own, which is dropped afterwards. The scripts run once: in a
 * template database that is found again by their checksums, also by later processes; each call copies it.
 *
 * @param work gets the database; what it returns is returned. It must close its connections, else they are cut.
 * @throws {MigrationError} whatever a script refuses; SCRATCH_FAILED where no database can be created
 *
 * @example
 * import { withMigratedDatabase } from 'typetrek/testing'
 *
 * test('an order has lines', () =>
 *   withMigratedDatabase(async ({ url }) => {
 *     const dataSource = await new DataSource({ type: 'postgres', url, entities }).initialize()
 *     // …
 *     await dataSource.destroy()
 *   }))
 */
export async function withMigratedDatabase<Result>(
  work: (database: MigratedDatabase) => Promise<Result>,
  options: MigratedDatabaseOptions = {},
): Promise<Result> {
  checkValue('the work', work, callable)
  checkArgument('the options object', options, shape)
  const copies = await copiesFor(options)
  const database = await copies.take()
  try {
    return await work(database)
  } finally {
    copies.drop(database)
  }
}

/**
 * Drops what is prepared for the next test and closes the connections. It is called by itself when the process
 * has nothing left to do; after a `process.exit`, the next process drops what was left.
 */
export async function closeMigratedDatabases(): Promise<void> {
  const all = [...opened.values()]
  opened.clear()
  await Promise.all(all.map(async (one) => (await one.catch(() => undefined))?.close()))
}

/** By their options: scripts and server are read once a process. */
const opened = new Map<unknown, Promise<MigratedCopies>>()

function copiesFor({
  scripts = 'development.ini',
  server,
  key = '',
  ...options
}: MigratedDatabaseOptions) {
  const place = typeof scripts === 'string' ? scripts : identityOf(scripts)
  const id = JSON.stringify([place, process.cwd(), server, key])
  const known = opened.get(id)
  if (known) return known
  if (opened.size === 0) process.once('beforeExit', () => void closeMigratedDatabases())
  const copies = open(scripts, server, { key, options })
  opened.set(id, copies)
  copies.catch(() => opened.delete(id))
  return copies
}

const identities = new WeakMap<object, number>()
let lastIdentity = 0

function identityOf(scripts: object): number {
  const identity = identities.get(scripts) ?? ++lastIdentity
  identities.set(scripts, identity)
  return identity
}

async function open(
  scripts: Scripts,
  server: string | undefined,
  rest: Omit<TemplateRequest, 'settings'>,
): Promise<MigratedCopies> {
  const found = await settingsFor(scripts)
  const folder = server === undefined ? undefined : /^sqlite:(?:\/\/(?=\/))?(.+)/.exec(server)?.[1]
  if (folder !== undefined || (server === undefined && isSqlite(found)))
    return FileCopies.open(folder, { settings: await withMigrationSources(found), ...rest })
  await refuseOthers(found)
  const settings = await withServer(await withMigrationSources(found), server)
  const scratch = await openScratch(settings, undefined)
  try {
    const template = await findTemplate(scratch, { settings, ...rest })
    return new Copies(scratch, () => findTemplate(scratch, { settings, ...rest }), template)
  } catch (error) {
    await scratch.close()
    throw error
  }
}

function isSqlite({ database }: Settings): boolean {
  return database.kind === 'engine' && describesFile.has(database.engine)
}

const describesFile: ReadonlySet<string> = new Set(['better-sqlite3', 'sqlite'])

/**
 * Refuses settings of another kind of database, whose scripts would run on PostgreSQL.
 * @throws {MigrationError} SETTINGS_INVALID
 */
async function refuseOthers(settings: Settings): Promise<void> {
  requirePostgresServer(settings)
  const { database } = settings
  if (database.kind !== 'data_source') return
  const { loadDataSource } = await import('../database/application/data-source-module.js')
  const { type } = (await loadDataSource(database.file)).options
  if (type === 'postgres') return
  const fact = `databases for tests are made of PostgreSQL and of SQLite's files, not of ${type}`
  throw new MigrationError('SETTINGS_INVALID', fact, {
    hint: 'Of SQLite give server: sqlite:FOLDER.',
  })
}

async function withServer(settings: Settings, server: string | undefined): Promise<Settings> {
  if (server === undefined) return settings
  const { database, secrets } = await readSettings({ config: server, cwd: process.cwd(), env: {} })
  if (database.kind !== 'postgres' && database.kind !== 'embedded')
    throw new Error('scratch databases are made on PostgreSQL')
  const scratch = { ...settings.scratch, address: database, prefer: 'url' } as const
  return { ...settings, scratch, secrets: [...settings.secrets, ...secrets] }
}

/** Copies of one template. From the second one on, the next is made while a test still works with the last. */
class Copies implements MigratedCopies {
  private spare: Promise<ScratchDatabase> | undefined
  private taken = 0
  private before: Promise<unknown> = Promise.resolve()
  private waiting = 0

  constructor(
    private readonly scratch: Scratch,
    private readonly findAgain: () => Promise<string>,
    private template: string,
  ) {
    scratch.keepAlive(false)
  }

  async take(): Promise<MigratedDatabase> {
    const next = this.spare ?? this.copy()
    this.spare = undefined
    const database = await this.awaited(next)
    this.taken += 1
    if (this.taken > 1 && this.waiting === 0) this.prepare()
    return migrated(database)
  }

  drop({ name }: MigratedDatabase): void {
    const drop = `DROP DATABASE IF EXISTS ${quoteIdentifier(name)} WITH (FORCE)`
    // what is not dropped here, the end of the process drops, or the next one
    this.inTurn(() => this.scratch.run(drop)).catch(() => undefined)
  }

  async close(): Promise<void> {
    this.scratch.keepAlive(true)
    await this.inTurn(() => this.scratch.close())
  }

  /** One connection does one thing after the other. */
  private inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    const done = this.before.then(task, task)
    this.before = done.catch(() => undefined)
    return done
  }

  private prepare(): void {
    const spare = this.copy()
    spare.catch(() => (this.spare = undefined)) // made when it is needed
    this.spare ??= spare
  }

  private copy(): Promise<ScratchDatabase> {
    return this.inTurn(() => this.copyNow())
  }

  private async copyNow(): Promise<ScratchDatabase> {
    try {
      return await this.scratch.copy(asOriginal(this.template))
    } catch (error) {
      // another process may have dropped it as an old one
      if (!(error instanceof MigrationError) || error.sqlstate !== '3D000') throw error
      this.template = await this.findAgain()
      return this.scratch.copy(asOriginal(this.template))
    }
  }

  /** A test that waits keeps the process alive; a connection that nobody waits for does not. */
  private async awaited<Result>(task: Promise<Result>): Promise<Result> {
    this.waiting += 1
    this.scratch.keepAlive(true)
    try {
      return await task
    } finally {
      this.waiting -= 1
      if (this.waiting === 0) this.scratch.keepAlive(false)
    }
  }
}

function migrated({ name, connection }: ScratchDatabase): MigratedDatabase {
  const { host = 'localhost', port = 5432, user, password } = connection
  const credentials = [user, password].filter((one) => one !== undefined).map(encodeURIComponent)
  const at = credentials.length > 0 ? `${credentials.join(':')}@` : ''
  const socket = host.startsWith('/')
  const place = socket ? '' : `${hostInUrl(host)}:${port}`
  const query = socket ? `?host=${encodeURIComponent(host)}&port=${port}` : ''
  const url = `postgres://${at}${place}/${encodeURIComponent(name)}${query}`
  return { name, url, connection }
}
