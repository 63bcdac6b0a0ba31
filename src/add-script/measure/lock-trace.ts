import type { Pool, PoolClient } from 'pg'
import { eq } from '../../database/sql/operators'
import type { TableFacts } from '../../sample-rows/tables/tables'
import { shown } from '../../catalog/object-names'
import type { ScriptPart, Statement } from '../../change/model/script-part'
import { LockSampler } from './lock-sampler'
import { Workload } from '../../sample-rows/workload'

/** What one statement did to a table on which a lock stopped others. */
export interface LockedTable {
  table: string
  /** What it is a partition or a child of. */
  ancestors: readonly string[]
  /** As pg_locks names it. */
  mode: string
  does: 'rewrites' | 'reads'
}

/** What was seen of one statement. */
export interface SeenStatement {
  sql: string
  /** The tables of which a line above it says that it works on them under a lock. */
  announced: readonly string[]
  worked: readonly LockedTable[]
}

/** What was seen of one transaction. */
export interface SeenTransaction {
  statements: readonly SeenStatement[]
  /** How long it held ACCESS EXCLUSIVE, in milliseconds. */
  held: number
}

/** What was seen of one direction of a script. */
export interface SeenScript {
  transactions: readonly SeenTransaction[]
  /** The longest time that a reader or a writer took for one statement meanwhile, in milliseconds. */
  waited: number
}

/** Of a table, at one moment of a transaction. */
interface TableState {
  oid: string
  file: string | null
  read: string
  modes: readonly string[]
}

/** By the oid of the table. */
type States = ReadonlyMap<string, TableState>

const states = `SELECT c.oid::pg_catalog.text AS oid,
    pg_catalog.pg_relation_filenode(c.oid)::pg_catalog.text AS file,
    pg_catalog.pg_stat_get_xact_tuples_returned(c.oid)::pg_catalog.text AS read,
    ARRAY(SELECT l.mode FROM pg_catalog.pg_locks l
      WHERE l.relation ${eq} c.oid AND l.pid ${eq} pg_catalog.pg_backend_pid() AND l.granted) AS modes
  FROM pg_catalog.pg_class c WHERE c.oid ${eq} ANY ($1::pg_catalog.oid[])`

const lockNotAvailable = '55P03'
const mostAttempts = 10

/** Locks that let no other session write, from the strongest. */
const stopping = ['AccessExclusiveLock', 'ExclusiveLock', 'ShareRowExclusiveLock', 'ShareLock']

/**
 * Runs scripts on a database, statement by statement, in the transactions that they say, while others read
 * and write the tables; and looks after each statement which locks are held on them, whether they were
 * written again, and whether they were read as a whole.
 */
export class LockTrace {
  private constructor(
    private readonly client: PoolClient,
    private readonly tables: readonly TableFacts[],
    private readonly rows: number,
    private readonly sampler: LockSampler,
    private readonly workload: Workload,
  ) {}

  /** @param rows how many of them each table has: a statement that reads fewer than half did not read it all */
  static async start(pool: Pool, tables: readonly TableFacts[], rows: number): Promise<LockTrace> {
    const client = await pool.connect()
    const { rows: found } = await client.query<{ pid: number }>(
      'SELECT pg_catalog.pg_backend_pid() AS pid',
    )
    const oids = tables.map(({ oid }) => oid)
    const sampler = await LockSampler.start(pool, found[0]!.pid, oids)
    return new LockTrace(client, tables, rows, sampler, await Workload.start(pool, tables))
  }

  /** @throws what a statement raises */
  async upgrade({ up, transaction }: ScriptPart): Promise<SeenScript> {
    return this.script(up, transaction)
  }

  /** @throws what a statement raises */
  async downgrade({ down, downTransaction }: ScriptPart): Promise<SeenScript> {
    return this.script(down, downTransaction)
  }

  async stop(): Promise<void> {
    await this.workload.stop()
    await this.sampler.stop()
    await this.client.query('ROLLBACK')
    this.client.release()
  }

  private async script(
    statements: readonly Statement[],
    transaction: boolean,
  ): Promise<SeenScript> {
    this.workload.take()
    const groups = transaction ? [statements] : statements.map((one) => [one])
    const transactions: SeenTransaction[] = []
    for (const group of groups) transactions.push(await this.tried(group))
    return { transactions, waited: this.workload.take() }
  }

  /** A statement that meets a lock is tried again, as a migrator does it. */
  private async tried(group: readonly Statement[]): Promise<SeenTransaction> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.transaction(group)
      } catch (error) {
        const { code } = error as { code?: string }
        if (code !== lockNotAvailable || attempt === mostAttempts) throw error
        await this.client.query('ROLLBACK')
      }
    }
  }

  private async transaction(group: readonly Statement[]): Promise<SeenTransaction> {
    this.sampler.take()
    const isOutside = group.some(({ transactional }) => !transactional)
    const statements: SeenStatement[] = []
    let state = await this.look()
    if (!isOutside) await this.client.query('BEGIN')
    for (const one of group) {
      await this.client.query(one.sql)
      const after = await this.look()
      statements.push(this.compared(one, state, after))
      state = after
    }
    if (!isOutside) await this.client.query('COMMIT')
    return { statements, held: this.sampler.take() }
  }

  private compared({ sql, effects }: Statement, before: States, after: States): SeenStatement {
    const worked = this.tables.flatMap((table) => {
      const [was, is] = [before.get(table.oid), after.get(table.oid)]
      return was && is ? (this.workOn(table, was, is) ?? []) : []
    })
    const announced = effects.flatMap((effect) =>
      effect.kind === 'works under a lock' ? [shown(effect.table)] : [],
    )
    return { sql, announced, worked }
  }

  private workOn(
    { name: table, ancestors }: TableFacts,
    was: TableState,
    is: TableState,
  ): LockedTable | undefined {
    const mode = stopping.find((one) => is.modes.includes(one))
    if (mode === undefined) return undefined
    if (was.file !== is.file) return { table, ancestors, mode, does: 'rewrites' }
    const read = Number(is.read) - Number(was.read)
    return read * 2 >= this.rows ? { table, ancestors, mode, does: 'reads' } : undefined
  }

  private async look(): Promise<States> {
    const oids = this.tables.map(({ oid }) => oid)
    const { rows } = await this.client.query<TableState>(states, [oids])
    return new Map(rows.map((row) => [row.oid, row]))
  }
}
