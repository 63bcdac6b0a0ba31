import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import type { Client, ClientBase, QueryResultRow } from 'pg'
import type { NoticeMessage } from 'pg-protocol/dist/messages'
import { Message, type MessageResult } from './message'

/** PostgreSQL's transaction status: idle, in a transaction, in a failed one. */
export type TransactionStatus = 'I' | 'T' | 'E'

/** Text of a NOTICE, WARNING or INFO as the server sent it. */
export interface Notice {
  severity: string
  message: string
}

/** One connection, used by one caller at a time. */
export class Session {
  /** Rejects queries once true; the connection is gone. */
  lost = false
  pid = 0
  private readonly lostListeners = new Set<() => void>()

  constructor(
    private readonly client: ClientBase,
    private readonly release: () => Promise<void>,
  ) {
    const lose = () => {
      this.lost = true
      for (const listener of this.lostListeners) listener()
    }
    client.on('error', lose)
    client.on('end', lose)
  }

  /** Runs one query with parameters (or several without) and returns its rows. */
  async query<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]> {
    const result = await this.client.query<Row>(text, values)
    return result.rows
  }

  /** Runs several statements in one message and returns the rows of each; rows arrive as pg's types. */
  async queryAll(text: string): Promise<QueryResultRow[][]> {
    const result: unknown = await this.client.query(text)
    const results = Array.isArray(result) ? result : [result]
    return results.map((one: { rows: QueryResultRow[] }) => one.rows)
  }

  /**
   * Sends a simple-query message. A server's error comes back as part of the result.
   * @throws the driver's error when the connection is lost before the answer is complete.
   */
  send(text: string): Promise<MessageResult> {
    return new Promise((done, failed) => {
      this.client.query(new Message(text, done, failed))
    })
  }

  /** Runs one `COPY … FROM stdin` with its data. */
  async copyIn(statement: string, data: string): Promise<void> {
    const { from } = await import('pg-copy-streams')
    await pipeline(Readable.from([data]), this.client.query(from(statement)))
  }

  get status(): TransactionStatus {
    const client = this.client as ClientBase & { getTransactionStatus?(): TransactionStatus | null }
    return client.getTransactionStatus?.() ?? 'I'
  }

  /** Server's process id as the wire protocol gave it; behind a pooler not that of the backend. */
  get wirePid(): number {
    return (this.client as Client & { processID?: number }).processID ?? 0
  }

  onLost(listener: () => void): () => void {
    this.lostListeners.add(listener)
    return () => this.lostListeners.delete(listener)
  }

  onNotice(listener: (notice: Notice) => void): () => void {
    const pass = (notice: NoticeMessage) => {
      listener({ severity: notice.severity ?? 'NOTICE', message: notice.message ?? '' })
    }
    this.client.on('notice', pass)
    return () => this.client.off('notice', pass)
  }

  /** The driver's own client, for TypeORM's use. */
  get driverClient(): ClientBase {
    return this.client
  }

  /** Lets the connection go, whatever state it is in; never throws. */
  async close(): Promise<void> {
    await this.release().catch(() => undefined)
  }
}
