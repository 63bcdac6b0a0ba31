import { basename } from 'node:path'
import type { DatabaseError } from 'pg'
import type { Session } from '../database/postgres/session'
import { MigrationError } from '../errors'
import {
  type CopyData,
  dataOf,
  isDataLine,
  readSchemaFile,
  type SchemaFile,
} from '../script/folder/schema-file'
import { systemFact } from '../system-error'
import { classify, type SqlWork } from '../script/parser/sql-work'
import { offsetOfFailure, scriptFailure, type Sent } from '../run/failure/script-failure'

/**
 * Builds an empty database from the canonical schema, in the transaction that is open. COPY data goes
 * from the file to the server chunk by chunk. Returns how many statements the file holds.
 *
 * @throws {MigrationError} SETTINGS_INVALID when the file cannot be read; TRANSACTION_MODE for what
 *   PostgreSQL refuses in a transaction; SCRIPT_FAILED with the place
 */
export async function runSchema(session: Session, file: string): Promise<number> {
  const schema = await read(file)
  const sql = atOnce(await classify(schema.part, schema.part.file, session.conforming))
  refuseOutside(sql, file)
  const load = new SchemaLoad(session, schema, sql)
  await (sql.stepwise ? load.statements() : load.span(0, sql.text.length))
  return sql.statements.length
}

async function read(file: string): Promise<SchemaFile> {
  try {
    return await readSchemaFile(file)
  } catch (error) {
    const known = systemFact(error)
    throw new MigrationError('SETTINGS_INVALID', 'cannot read the canonical schema', {
      file,
      detail: known?.fact ?? (error as Error).message,
      hint: 'Check schema in the settings.',
      cause: error,
    })
  }
}

const concurrently = 'CONCURRENTLY'

/** Tables that were just made have no rows and nobody who waits: their indexes are built at once. */
function atOnce(sql: SqlWork): SqlWork {
  const found = sql.nonTransactional.flatMap(({ what, statementIndex }) => {
    if (what !== `CREATE INDEX ${concurrently}`) return []
    const { firstTokenStart, end } = sql.statements[statementIndex]!
    const statement = sql.text.slice(firstTokenStart, end)
    const word = /^CREATE\s+(?:UNIQUE\s+)?INDEX\s+(?=CONCURRENTLY\s)/i.exec(statement)?.[0]
    return word === undefined ? [] : [{ statementIndex, at: firstTokenStart + word.length }]
  })
  let { text } = sql
  for (const { at } of found)
    text = `${text.slice(0, at)}${' '.repeat(concurrently.length)}${text.slice(at + concurrently.length)}`
  const done = new Set(found.map(({ statementIndex }) => statementIndex))
  const nonTransactional = sql.nonTransactional.filter((one) => !done.has(one.statementIndex))
  return { ...sql, text, nonTransactional }
}

function refuseOutside(sql: SqlWork, file: string): void {
  const [outside] = sql.nonTransactional
  if (!outside && !sql.inner) return
  throw new MigrationError('TRANSACTION_MODE', 'the canonical schema must run in one transaction', {
    file,
    detail: outside ? `It holds ${outside.what}.` : 'It holds BEGIN or COMMIT in the middle.',
    hint: 'Remove it from the file: a script is the place for it.',
  })
}

class SchemaLoad {
  private readonly taken: CopyData[]
  /** Lines of data that were left in the file, above the line that the load has reached. */
  private linesAbove = 0

  constructor(
    private readonly session: Session,
    private readonly schema: SchemaFile,
    private readonly sql: SqlWork,
  ) {
    this.taken = [...schema.data]
  }

  async statements(): Promise<void> {
    const { statements, copies } = this.sql
    const dataOfStatement = new Map(copies.map((copy) => [copy.statementIndex, copy]))
    for (const [index, { start, end }] of statements.entries()) {
      const copy = dataOfStatement.get(index)
      await (copy ? this.copy(start, end, copy) : this.span(start, end))
    }
  }

  /** Sends the statements of a span as one message. */
  async span(start: number, end: number): Promise<void> {
    const text = this.sql.text.slice(start, end)
    const { error, tags } = await this.session.send(text)
    if (error) throw this.failure(error, { start, end }, tags.length)
  }

  private async copy(start: number, end: number, copy: SqlWork['copies'][number]): Promise<void> {
    const { sql, schema, session } = this
    const range = isDataLine(sql.text, copy.dataStart) ? this.taken.shift() : undefined
    const data = range ? dataOf(schema, range) : [sql.text.slice(copy.dataStart, copy.dataEnd)]
    try {
      await session.copyIn(sql.text.slice(start, end), data)
    } catch (error) {
      throw this.failure(error as DatabaseError, { start, end }, 0)
    }
    this.linesAbove += range?.lines ?? 0
  }

  private failure(error: DatabaseError, sent: Sent, done: number): MigrationError {
    const offset = offsetOfFailure(this.sql, sent, error, done)
    const part = { ...this.schema.part, line: 1 + this.linesAbove }
    return scriptFailure(error, basename(part.file), {
      part,
      offset,
      stage: 'script',
      form: 'schema',
    })
  }
}
