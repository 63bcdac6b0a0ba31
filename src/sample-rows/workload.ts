import { setTimeout as pause } from 'node:timers/promises'
import type { Pool, PoolClient } from 'pg'
import { eq, times } from '../database/sql/operators'
import { quoteIdentifier } from '../database/sql/quote'
import type { TableFacts } from './tables/tables'

/** Milliseconds between two statements of one session. */
const interval = 3

/** Sessions that read and write tables, one each, as an application would. */
export class Workload {
  private longest = 0
  private isDone = false
  /** When the statement of each session started that is not done yet. */
  private readonly open = new Map<PoolClient, number>()
  private readonly sessions: Promise<void>[]

  private constructor(clients: readonly PoolClient[], texts: readonly (readonly string[])[]) {
    this.sessions = clients.map((client, at) => this.run(client, texts[at] ?? []))
  }

  static async start(pool: Pool, tables: readonly TableFacts[]): Promise<Workload> {
    const texts = [tables.map(readOf), tables.flatMap((table) => writeOf(table) ?? [])]
    const clients = await Promise.all(texts.map(() => pool.connect()))
    return new Workload(clients, texts)
  }

  /** The longest time that one statement took since this was asked last, in milliseconds. */
  take(): number {
    const now = performance.now()
    const open = [...this.open.values()].map((start) => now - start)
    const longest = Math.max(this.longest, ...open)
    this.longest = 0
    return longest
  }

  async stop(): Promise<void> {
    this.isDone = true
    await Promise.all(this.sessions)
  }

  /** What a change has renamed or dropped is an error for them, as for any old release. */
  private async run(client: PoolClient, texts: readonly string[]): Promise<void> {
    while (!this.isDone && texts.length > 0) {
      for (const text of texts) {
        const start = performance.now()
        this.open.set(client, start)
        await client.query(text).catch(() => undefined)
        this.open.delete(client)
        this.longest = Math.max(this.longest, performance.now() - start)
        await pause(interval)
      }
    }
    client.release()
  }
}

function pathOf({ schema, table }: TableFacts): string {
  return quoteIdentifier(schema, table)
}

function readOf(table: TableFacts): string {
  return `SELECT FROM ${pathOf(table)} LIMIT 1`
}

/** Writes one row again as it is, on one of the first pages. */
function writeOf(table: TableFacts): string | undefined {
  const column = table.columns.find(({ generation }) => generation === null)
  if (!column) return undefined
  const name = quoteIdentifier(column.name)
  const page = `pg_catalog.floor(pg_catalog.random() ${times} 20)`
  return `UPDATE ${pathOf(table)} SET ${name} = ${name} WHERE ctid ${eq} pg_catalog.format('(%s,1)', ${page})::pg_catalog.tid`
}
