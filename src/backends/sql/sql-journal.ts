import type { QueryRunner } from 'typeorm'
import { MigrationError } from '../../errors'
import type { Entry, FullEntry } from '../../journal/model/entry'
import type { Claim } from '../../journal/model/journal-columns'
import { claimRefused } from '../../run/failure/unfinished'
import type { SqlEngine } from './sql-engine'

/** Columns and the member of an entry or a claim that each holds; `claim` is what must be there once. */
const columns = {
  run_id: 'runId',
  revision: 'revision',
  title: 'title',
  kind: 'kind',
  operation: 'operation',
  ordinal: 'ordinal',
  outcome: 'outcome',
  attempt: 'attempt',
  statements_done: 'statementsDone',
  statements_total: 'statementsTotal',
  checksum: 'checksum',
  checksum_kind: 'checksumKind',
  done_checksum: 'doneChecksum',
  error: 'error',
  trace: 'trace',
  operator: 'operator',
  tool_version: 'toolVersion',
  file: 'file',
  started_at: 'startedAt',
  finished_at: 'finishedAt',
  duration_ms: 'durationMs',
} as const

type Row = Record<string, unknown>
type Values = Readonly<Record<string, string | number | null>>

/** The journal as a table of MySQL or SQLite. Times are texts, ISO 8601 in UTC. */
export class SqlJournal {
  private readonly table: string

  constructor(
    private readonly engine: SqlEngine,
    readonly work: QueryRunner,
    private readonly name: string,
  ) {
    this.table = engine.quote(name)
  }

  /** Every entry, oldest first; undefined where there is no journal. Never writes. */
  async entries(): Promise<FullEntry[] | undefined> {
    const { quote } = this.engine
    const names = Object.keys(columns).map((name) => quote(name))
    try {
      const rows = (await this.work.query(
        `SELECT id, ${names.join(', ')}, downgrade_text IS NOT NULL AS revertible FROM ${this.table} ORDER BY id`,
      )) as Row[]
      return rows.map(toEntry)
    } catch (error) {
      if (this.engine.isMissingTable(error)) return undefined
      throw journalFailed(error, this.name)
    }
  }

  /** What reverts a script, as the journal keeps it. */
  async downgradeText(revision: string): Promise<string | undefined> {
    const rows = (await this.work.query(
      `SELECT downgrade_text AS text FROM ${this.table} WHERE revision = ? AND downgrade_text IS NOT NULL AND outcome = 'success' ORDER BY id DESC LIMIT 1`,
      [revision],
    )) as { text: string }[]
    return rows[0]?.text
  }

  /** Creates the table where there is none. Run it under the lock. */
  async create(): Promise<void> {
    const { quote, identity } = this.engine
    const short = ['ordinal', 'attempt', 'statements_done', 'statements_total', 'duration_ms']
    const long = ['title', 'error', 'trace', 'operator', 'file']
    const typed = Object.keys(columns).map((name) => {
      const type = short.includes(name)
        ? 'BIGINT'
        : long.includes(name)
          ? this.long
          : 'VARCHAR(190)'
      return `${quote(name)} ${type}`
    })
    const texts = ['upgrade_text', 'downgrade_text'].map((name) => `${name} ${this.long}`)
    const all = [`id ${identity}`, ...typed, ...texts, 'claim VARCHAR(190) UNIQUE']
    await this.work.query(`CREATE TABLE IF NOT EXISTS ${this.table} (${all.join(', ')})`)
  }

  private get long(): string {
    return this.engine.dialect === 'mysql' ? 'LONGTEXT' : 'TEXT'
  }

  /**
   * Writes an entry. One that is no failure claims its operation: where another migrator has it, this fails.
   * @throws {MigrationError} CLAIM_REFUSED
   */
  async insert(claim: Claim, outcome: Entry['outcome'], more: Values = {}): Promise<void> {
    const now = new Date().toISOString()
    const { upgradeText, downgradeText, ...rest } = claim
    const known = Object.entries(columns).flatMap(([column, key]) =>
      key in rest ? [[column, rest[key as keyof typeof rest]] as const] : [],
    )
    const values: Row = {
      ...Object.fromEntries(known),
      upgrade_text: upgradeText,
      downgrade_text: downgradeText,
      outcome,
      attempt: 1,
      statements_done: 0,
      started_at: now,
      finished_at: outcome === 'running' ? null : now,
      claim: outcome === 'error' ? null : keyOf(claim),
      ...more,
    }
    const names = Object.keys(values).map((name) => this.engine.quote(name))
    const marks = names.map(() => '?').join(', ')
    try {
      await this.work.query(
        `INSERT INTO ${this.table} (${names.join(', ')}) VALUES (${marks})`,
        Object.values(values),
      )
    } catch (error) {
      if (this.engine.isTaken(error)) throw claimRefused(claim.revision)
      throw error
    }
  }

  /**
   * Changes the entry that this run has claimed.
   * @throws {MigrationError} CLAIM_REFUSED where another one has taken it over
   */
  async update(claim: Claim, values: Values): Promise<void> {
    const changed = await this.change(values, "run_id = ? AND claim = ? AND outcome = 'running'", [
      claim.runId,
      keyOf(claim),
    ])
    if (changed !== 1) throw claimRefused(claim.revision)
  }

  /** Takes over the entry that a dead run left. @throws {MigrationError} CLAIM_REFUSED */
  async takeOver(claim: Claim, { id, attempt }: Entry, values: Values = {}): Promise<void> {
    const changed = await this.change(
      { run_id: claim.runId, attempt: attempt + 1, ...values },
      "id = ? AND attempt = ? AND outcome = 'running'",
      [id, attempt],
    )
    if (changed !== 1) throw claimRefused(claim.revision)
  }

  private async change(values: Values, where: string, of: readonly unknown[]): Promise<number> {
    const set = Object.keys(values).map((name) => `${this.engine.quote(name)} = ?`)
    const { affected } = await this.work.query(
      `UPDATE ${this.table} SET ${set.join(', ')} WHERE ${where}`,
      [...Object.values(values), ...of],
      true,
    )
    return affected ?? 0
  }
}

function keyOf({ revision, ordinal }: Claim): string {
  return `${revision}/${ordinal}`
}

const numbers = new Set(['ordinal', 'attempt', 'statementsDone', 'statementsTotal', 'durationMs'])

function toEntry(row: Row): FullEntry {
  const entry = Object.entries(columns).map(([column, key]) => {
    const value = row[column] ?? null
    if (value !== null && numbers.has(key)) return [key, Number(value)] as const
    return [key, key === 'error' && value !== null ? JSON.parse(value as string) : value] as const
  })
  const own = { id: String(row['id']), revertible: Number(row['revertible']) === 1 }
  return { ...Object.fromEntries(entry), ...own } as FullEntry
}

function journalFailed(error: unknown, table: string): MigrationError {
  return new MigrationError('JOURNAL_FAILED', `cannot read the journal ${table}`, {
    detail: error instanceof Error ? error.message : String(error),
    hint: 'Check the rights of the user, and the table; journal_table names another one.',
    cause: error,
  })
}
