import type { Pool, PoolClient } from 'pg'
import { setTimeout as pause } from 'node:timers/promises'
import { eq } from '../../database/sql/operators'

const sample = `SELECT FROM pg_catalog.pg_locks
  WHERE granted AND pid ${eq} $1 AND mode ${eq} 'AccessExclusiveLock'
    AND relation ${eq} ANY ($2::pg_catalog.oid[]) LIMIT 1`

/** Milliseconds between two looks. */
const interval = 2

/** Looks again and again whether a session holds ACCESS EXCLUSIVE on one of some tables. */
export class LockSampler {
  private longest = 0
  private since: number | undefined
  private isDone = false
  private readonly looking: Promise<void>

  private constructor(
    private readonly client: PoolClient,
    private readonly pid: number,
    private readonly tables: readonly string[],
  ) {
    this.looking = this.look()
  }

  /** @param tables their oids */
  static async start(pool: Pool, pid: number, tables: readonly string[]): Promise<LockSampler> {
    return new LockSampler(await pool.connect(), pid, tables)
  }

  /** The longest time without a break since this was asked last, in milliseconds. */
  take(): number {
    const { longest } = this
    this.longest = 0
    return longest
  }

  async stop(): Promise<void> {
    this.isDone = true
    await this.looking
    this.client.release()
  }

  private async look(): Promise<void> {
    while (!this.isDone) {
      const asked = performance.now()
      const { rowCount } = await this.client.query(sample, [this.pid, this.tables])
      if (rowCount === 0) this.since = undefined
      else {
        this.since ??= asked
        this.longest = Math.max(this.longest, performance.now() - this.since)
      }
      await pause(interval)
    }
  }
}
