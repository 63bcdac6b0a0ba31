import { hash } from 'node:crypto'
import type { QueryRunner } from 'typeorm'
import type { SqlEngine, EngineLock, LockPlace } from './sql-engine'
import { firstWord } from './split-statements'

/** What InnoDB holds in a transaction; anything else commits by itself. */
const atomic = new Set(['INSERT', 'UPDATE', 'DELETE', 'REPLACE', 'SELECT', 'WITH', 'DO', 'VALUES'])

const lost = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'ECONNRESET',
  'EPIPE',
  'ER_SERVER_SHUTDOWN',
  'ER_CONNECTION_KILLED',
  'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
])

/** MySQL and MariaDB. CREATE TABLE and its like commit at once, so scripts go statement by statement. */
export const mysql: SqlEngine = {
  name: 'MySQL',
  dialect: 'mysql',
  undoes: false,
  quote: (name) => `\`${name.replaceAll('`', '``')}\``,
  identity: 'BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY',
  isAtomic: (statement) => atomic.has(firstWord(statement)),
  isMissingTable: (error) => codeOf(error) === 'ER_NO_SUCH_TABLE',
  isTaken: (error) => codeOf(error) === 'ER_DUP_ENTRY',
  isConnectionLoss: (error) => lost.has(codeOf(error)),
  tables:
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name',
  lock: async (work, place) => new NamedLock(work, await nameOf(work, place)),
}

/** MySQL's own code of an error, whether TypeORM has wrapped it or not. */
function codeOf(error: unknown): string {
  const { driverError, code } = error as { driverError?: { code?: string }; code?: string }
  return driverError?.code ?? code ?? ''
}

/** At most 64 characters, and the same for all databases of a server. */
async function nameOf(work: QueryRunner, { settings }: LockPlace): Promise<string> {
  const [row] = (await work.query('SELECT DATABASE() AS name')) as { name: string }[]
  return `typetrek ${hash('sha1', JSON.stringify([row?.name, settings.journal.table]))}`
}

/**
 * Held by the connection that works: when a migrator is killed, the statement that the server still runs
 * for it ends before the lock is free.
 */
class NamedLock implements EngineLock {
  constructor(
    private readonly work: QueryRunner,
    private readonly name: string,
  ) {}

  async take(): Promise<boolean> {
    const [row] = await this.ask('SELECT GET_LOCK(?, 0) AS value')
    return Number(row?.value) === 1
  }

  async holder(): Promise<string | undefined> {
    const [row] = await this.ask('SELECT IS_USED_LOCK(?) AS value')
    return row?.value == null ? undefined : `connection ${row.value} holds it`
  }

  async release(): Promise<void> {
    await this.ask('SELECT RELEASE_LOCK(?) AS value')
  }

  private ask(text: string): Promise<{ value: string | number | null }[]> {
    return this.work.query(text, [this.name]) as Promise<{ value: string | number | null }[]>
  }
}
