import { migratorOf, type Scripts } from '../library/open-migrator'
import type { StoringMigrator } from '../migrator/migrator-type'
import type { DatabaseGiven } from '../migrator/pick-migrator'
import { newestOf } from '../script/revision'
import type { Status } from '../migrator/status'

/** Whether a database is where its scripts lead, in a few words. */
export interface SchemaState {
  /**
   * True where nothing of this release is pending, unfinished or failed. What a newer release has applied, or
   * applies at the moment, is no concern of an older one.
   */
  current: boolean
  /** The greatest revision that is applied; null for none. */
  revision: string | null
  applied: number
  pending: readonly string[]
  unfinished: readonly string[]
  failed: readonly string[]
  /** The revision that a migrator is at; null where none is at work, or where the server does not show it. */
  running: string | null
}

/** Sums a status up. Pure. */
export function schemaStateOf(status: Status): SchemaState {
  const pending = status.pending.map(({ script }) => script.revision)
  const gone = new Set(status.missing.map(({ revision }) => revision))
  const own = new Set([...pending, ...revisionsOf(status.applied).filter((one) => !gone.has(one))])
  const unfinished = revisionsOf(status.unfinished).filter((one) => own.has(one))
  const failed = revisionsOf(status.failed).filter((one) => own.has(one))
  return {
    current: [pending, unfinished, failed].every((list) => list.length === 0),
    revision: newestOf(revisionsOf(status.applied)) ?? null,
    applied: status.applied.length,
    pending,
    unfinished,
    failed,
    running: status.running?.revision ?? null,
  }
}

function revisionsOf(list: readonly { revision: string }[]): string[] {
  return list.map(({ revision }) => revision)
}

/** A migrator that is opened when it is first needed, and once. */
export class LateMigrator {
  private opened: Promise<StoringMigrator> | undefined

  constructor(
    private readonly on: DatabaseGiven,
    private readonly scripts: Scripts,
  ) {}

  /** One that could not be opened is tried again by the next call. */
  get(): Promise<StoringMigrator> {
    this.opened ??= migratorOf(this.on, this.scripts).catch((error: unknown) => {
      this.opened = undefined
      throw error
    })
    return this.opened
  }

  async close(): Promise<void> {
    const opened = await this.opened?.catch(() => undefined)
    this.opened = undefined
    await opened?.close()
  }
}
