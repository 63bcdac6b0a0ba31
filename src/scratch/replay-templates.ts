import type { Pool } from 'pg'
import { deserialize, serialize } from 'node:v8'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { eq, matches } from '../database/sql/operators'
import { quoteIdentifier } from '../database/sql/quote'
import type { ReplayKey } from './replay-key'
import type { ReaderUse, Remembered, Scratch, ScratchDatabase } from './scratch'
import { replayPrefix, spareOf } from './scratch-name'

/** How many are left; the oldest goes first. */
const most = 4
/** How many of the newest scripts may be new. */
const deepest = 50

/**
 * Databases that scripts were replayed in, which the next command on the same server copies. Only on a server
 * that is typetrek's alone. Nobody can connect to one, so that it can always be copied, and each is complete:
 * it gets its name when all is done. Whoever uses one holds a lock on its name, so that it stays.
 */
export class ReplayTemplates {
  private readonly used = new Set<string>()

  constructor(private readonly scratch: Scratch) {}

  /** The newest of these states that is there, and which; locked from now on. */
  async find(
    keys: readonly ReplayKey[],
  ): Promise<{ database: ScratchDatabase; key: ReplayKey } | undefined> {
    const near = keys.slice(0, deepest)
    const rows = await this.scratch.rows<{ name: string }>(
      `SELECT datname AS name FROM pg_catalog.pg_database WHERE datname ${eq} ANY ($1)`,
      [near.map(nameOf)],
    )
    const there = new Set(rows.map(({ name }) => name))
    const key = near.find((one) => there.has(nameOf(one)))
    if (!key || !(await this.isHeld(nameOf(key)))) return undefined
    return { database: new Template(this.scratch, nameOf(key)), key }
  }

  /** Keeps a database, which nobody is connected to, for those who come; another one where it is there by now. */
  async keep(database: ScratchDatabase, key: ReplayKey): Promise<ScratchDatabase> {
    const name = nameOf(key)
    await this.lock(name)
    await rename(this.scratch, database, name)
    return new Template(this.scratch, name)
  }

  /** Drops all but the newest, and but for those that somebody uses. Never throws. */
  async clear(left = most): Promise<void> {
    const rows = await this.scratch
      .rows<{ name: string }>(
        `SELECT datname AS name FROM pg_catalog.pg_database WHERE datname ${matches} $1 ORDER BY oid DESC`,
        [`^${replayPrefix}[0-9a-f]{32}$`],
      )
      .catch(() => [])
    const free = rows.slice(left).filter(({ name }) => !this.used.has(name))
    for (const { name } of rows.slice(1)) await this.dropSpares(name).catch(() => undefined)
    for (const { name } of free) await this.drop(name).catch(() => undefined)
  }

  /** Nobody holds them: who takes one renames it. */
  private async dropSpares(name: string): Promise<void> {
    for (const one of [variantOf(name, 'rows'), name])
      await this.scratch.run(`DROP DATABASE IF EXISTS ${quoteIdentifier(spareOf(one))}`)
  }

  private async drop(name: string): Promise<void> {
    const [row] = await this.scratch.rows<{ free: boolean }>(
      `SELECT pg_catalog.pg_try_advisory_lock(${lockKey}) AS free`,
      [name],
    )
    if (!row?.free) return
    try {
      await this.dropSpares(name)
      for (const one of [variantOf(name, 'rows'), name])
        await this.scratch.run(`DROP DATABASE IF EXISTS ${quoteIdentifier(one)}`)
      await this.scratch.rows(`DELETE FROM ${notes} WHERE name ${eq} $1`, [name])
    } finally {
      await this.scratch.rows(`SELECT pg_catalog.pg_advisory_unlock(${lockKey})`, [name])
    }
  }

  /** True: it is there, and stays. */
  private async isHeld(name: string): Promise<boolean> {
    await this.lock(name)
    const found = `SELECT FROM pg_catalog.pg_database WHERE datname ${eq} $1`
    return (await this.scratch.rows(found, [name])).length > 0
  }

  private async lock(name: string): Promise<void> {
    this.used.add(name)
    await this.scratch.rows(`SELECT pg_catalog.pg_advisory_lock_shared(${lockKey})`, [name])
  }
}

const lockKey = 'pg_catalog.hashtextextended($1, 1960)'

function nameOf({ key }: ReplayKey): string {
  return replayPrefix + key
}

/** False: another process was as quick, and what is there is its. */
async function rename(scratch: Scratch, database: ScratchDatabase, name: string): Promise<boolean> {
  await database.rest()
  const from = quoteIdentifier(database.name)
  await scratch.run(`ALTER DATABASE ${from} WITH ALLOW_CONNECTIONS false`)
  try {
    await scratch.run(`ALTER DATABASE ${from} RENAME TO ${quoteIdentifier(name)}`)
    return true
  } catch (error) {
    if ((error as { code?: string }).code !== '42P04') throw error
    return false
  }
}

function variantOf(name: string, part: 'rows'): string {
  return `${name}_${part}`
}

/** In the database that scratch databases are made from. */
const notes = 'public.typetrek_notes'
const makeNotes = `CREATE TABLE IF NOT EXISTS ${notes} (name pg_catalog.text, part pg_catalog.text, data pg_catalog.bytea, PRIMARY KEY (name, part))`

/** What is known of one, beside the databases themselves. */
class Notes implements Remembered {
  private pending: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly scratch: Scratch,
    private readonly name: string,
  ) {}

  /** @param idle when this process has time to unpack it */
  async recall(part: string, idle?: Promise<unknown>): Promise<unknown> {
    const select = `SELECT data FROM ${notes} WHERE name ${eq} $1 AND part ${eq} $2`
    // without the table nothing was ever said
    const rows = await this.scratch
      .rows<{ data: Buffer }>(select, [this.name, part])
      .catch(() => [])
    if (rows[0]) await idle
    return rows[0] && (deserialize(inflateRawSync(rows[0].data)) as unknown)
  }

  remember(part: string, value: unknown): Promise<void> {
    const storing = this.store(part, value)
    this.pending = Promise.all([this.pending, storing])
    return storing
  }

  async settled(): Promise<void> {
    await this.pending
  }

  private async store(part: string, value: unknown): Promise<void> {
    const insert = `INSERT INTO ${notes} (name, part, data) VALUES ($1, $2, $3)`
    try {
      await this.scratch.run(makeNotes)
      // packed here, since the server would take longer to pack it, and would send twice as much
      const data = deflateRawSync(serialize(value), { level: 1 })
      await this.scratch.rows(insert, [this.name, part, data])
    } catch {
      // another command has just said it, or the server goes
    }
  }

  keep(part: 'rows', database: ScratchDatabase): Promise<boolean> {
    return rename(this.scratch, database, variantOf(this.name, part))
  }

  kept(part: 'rows'): ScratchDatabase {
    return new Template(this.scratch, variantOf(this.name, part))
  }
}

/** What commands found out that is so on the whole server, under a name. */
export function notesOf(scratch: Scratch, name: string): Pick<Remembered, 'recall' | 'remember'> {
  return new Notes(scratch, name)
}

/** Something to copy; what is asked of it, a copy of its own answers. */
class Template implements ScratchDatabase {
  readonly connection = {}
  readonly known: Remembered
  private copied: Promise<ScratchDatabase> | undefined

  constructor(
    private readonly scratch: Scratch,
    readonly name: string,
  ) {
    this.known = new Notes(scratch, name)
  }

  async pool(): Promise<Pool> {
    return (await this.copy()).pool()
  }

  async reader(use: ReaderUse): Promise<Pool> {
    return (await this.copy()).reader(use)
  }

  private copy(): Promise<ScratchDatabase> {
    this.copied ??= this.scratch.copy(this)
    return this.copied
  }

  /** Nobody is ever connected to it. */
  rest(): Promise<void> {
    return Promise.resolve()
  }
}
