import type { Connection, DatabaseError, Submittable } from 'pg'

/** What a simple-query message came to. A server's error is a value here, since what ran before it counts. */
export interface MessageResult {
  /** One for each statement that completed, in order. */
  tags: readonly string[]
  /** Rows whose first column is called `typetrek`, as text; all others are dropped unread. */
  rows: readonly (readonly (string | null)[])[]
  error?: DatabaseError
}

interface RowDescription {
  fields: readonly { name: string }[]
}

/** A simple-query message that keeps command tags and its own rows and drops every other row. */
export class Message implements Submittable {
  private readonly tags: string[] = []
  private readonly rows: (string | null)[][] = []
  private keeping = false

  constructor(
    private readonly text: string,
    private readonly done: (result: MessageResult) => void,
    private readonly failed: (error: Error) => void,
  ) {}

  /** Statements that have completed so far. */
  get completed(): number {
    return this.tags.length
  }

  submit(connection: Connection): void {
    connection.query(this.text)
  }

  handleRowDescription({ fields }: RowDescription): void {
    this.keeping = fields[0]?.name === 'typetrek'
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    if (this.keeping) this.rows.push(fields.map((field) => field?.toString() ?? null))
  }

  handleCommandComplete({ text }: { text: string }): void {
    this.tags.push(text)
  }

  handleEmptyQuery(): void {
    this.tags.push('')
  }

  handlePortalSuspended(): void {}

  handleCopyInResponse(connection: Connection & { sendCopyFail(why: string): void }): void {
    connection.sendCopyFail('COPY FROM stdin without data')
  }

  handleCopyData(): void {}

  /** The server's own errors are followed by ReadyForQuery, and only then is the session usable again. */
  handleError(error: Error, connection: Connection): void {
    const severity = (error as Partial<DatabaseError>).severity
    if (severity === undefined || severity === 'FATAL' || severity === 'PANIC') {
      this.failed(error)
      return
    }
    const finish = () => {
      connection.off('end', lost)
      this.done({ tags: this.tags, rows: this.rows, error: error as DatabaseError })
    }
    const lost = () => {
      connection.off('readyForQuery', finish)
      this.failed(error)
    }
    connection.once('readyForQuery', finish)
    connection.once('end', lost)
  }

  handleReadyForQuery(): void {
    this.done({ tags: this.tags, rows: this.rows })
  }
}
