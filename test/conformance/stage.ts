import { randomBytes } from 'node:crypto'
import { Client, type DatabaseError } from 'pg'
import { pgDump } from '../support/pg-dump'
import { catalogText, differencesBetween } from './catalog-text'
import { statementsOf } from './pair'

/** The server on which pairs are run. */
export interface StageServer {
  host: string
  port: number
  major: number
}

/** The schema of the journal, which is no part of a catalog. */
export const journalSchema = 'conformance_journal'

/** No pair can be run any more. */
export class ServerLost extends Error {}

/** The databases of one pair, all gone afterwards. */
export class Stage {
  private readonly names: string[] = []

  private constructor(
    readonly server: StageServer,
    private readonly admin: Client,
  ) {}

  /** @throws ServerLost */
  static async with<Result>(server: StageServer, work: (stage: Stage) => Promise<Result>) {
    const admin = await connected(server, 'postgres').catch((cause: Error) => {
      throw new ServerLost(`the server of the pairs is lost: ${cause.message}`, { cause })
    })
    const stage = new Stage(server, admin)
    try {
      return await work(stage)
    } finally {
      for (const name of stage.names)
        await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
      await admin.end()
    }
  }

  /** Runs what makes roles; those that are there already stay. */
  async setUp(sql: string): Promise<void> {
    for (const statement of statementsOf(sql)) await this.admin.query(statement).catch(refused)
  }

  async make(): Promise<string> {
    const name = `conformance_${randomBytes(6).toString('hex')}`
    this.names.push(name)
    const strategy = this.server.major >= 15 ? ' STRATEGY file_copy' : ''
    await this.admin.query(`CREATE DATABASE ${name} TEMPLATE template0${strategy}`)
    return name
  }

  /**
   * A database in which this SQL was run, in one transaction where that is possible. Roles that it
   * names and nobody made are made.
   * @throws DatabaseError what PostgreSQL refuses
   */
  async build(sql: string): Promise<string> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.tryToBuild(sql)
      } catch (error) {
        const role = /^role "(.*)" does not exist$/.exec((error as Error).message)?.[1]
        if (role === undefined || attempt === 10) throw error
        await this.admin.query(`CREATE ROLE "${role.replaceAll('"', '""')}"`).catch(refused)
      }
    }
  }

  private async tryToBuild(sql: string): Promise<string> {
    const name = await this.make()
    try {
      await this.run(name, [sql])
      return name
    } catch (error) {
      if (!needsTransactions.includes((error as DatabaseError).code ?? '')) throw error
    }
    const other = await this.make()
    await this.run(other, statementsOf(sql))
    return other
  }

  /** Sends each text by itself. */
  async run(database: string, texts: readonly string[]): Promise<void> {
    const client = await connected(this.server, database)
    try {
      for (const text of texts) await client.query(text)
    } finally {
      await client.end()
    }
  }

  /** What `pg_dump -s` says of a database, but for the journal. */
  async dump(database: string): Promise<string> {
    const { host, port } = this.server
    const connection = { host, port, user: 'postgres', database }
    return pgDump(connection, [`--exclude-schema=${journalSchema}`])
  }

  /**
   * How one catalog differs from another, the order of columns and the printing of expressions set
   * aside: a text that PostgreSQL printed prints the same once it was read and printed again.
   */
  async differences(actual: string, expected: string): Promise<string[]> {
    const found = differencesBetween(catalogText(actual), catalogText(expected))
    if (found.length === 0) return []
    const again = await Promise.all([actual, expected].map((dump) => this.printedAgain(dump)))
    const [one, other] = again
    if (one === undefined || other === undefined) return found
    return differencesBetween(catalogText(one), catalogText(other))
  }

  /** Undefined where the dump cannot be loaded into an empty database. */
  private async printedAgain(dump: string): Promise<string | undefined> {
    try {
      const name = await this.make()
      const settings = "SET check_function_bodies = off; SET search_path = '';"
      const fresh = dump.replace(/^CREATE SCHEMA public;$/m, '')
      await this.run(name, [`${settings}\n${fresh}`])
      return await this.dump(name)
    } catch {
      return undefined
    }
  }
}

/** A command outside a transaction, or a new enum value before its commit. */
const needsTransactions = ['25001', '55P04']

async function connected({ host, port }: StageServer, database: string): Promise<Client> {
  const client = new Client({ host, port, user: 'postgres', database })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

/** A role that is there, and what a suite's set-up cannot say, shows in what the pair needs it for. */
function refused(error: unknown): void {
  if (!(error instanceof Error && 'severity' in error)) throw error
}
