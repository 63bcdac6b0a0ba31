import type { Client, ClientBase, QueryResultRow } from 'pg'
import type { NoticeMessage } from 'pg-protocol/dist/messages'
import { eq, matches } from '../sql/operators'
import { Message, type MessageResult } from './simple-query'

/** PostgreSQL's transaction status: idle, in a transaction, in a failed one. */
export type TransactionStatus = 'I' | 'T' | 'E'

/**
 * An SQL condition: while a statement runs, the server is able to check whether its client is still
 * connected, and client_connection_check_interval is not set.
 */
export const canLook = `(pg_catalog.current_setting('client_connection_check_interval', true) ${eq} '0' AND pg_catalog.version() ${matches} 'linux')`

/** Text of a NOTICE, WARNING or INFO as the server sent it. */
export interface ServerNotice {
  severity: string
  message: string
  /** How many statements of the message under way had completed before. */
  completed: number
}

interface Identity extends QueryResultRow {
  pid: number
  looks: boolean | null
  conforming: boolean
  idle: string | null
  transaction: string | null
  answer: boolean
}

/** One connection, used by one caller at a time. */
export class Session {
  /** True once the connection is gone; queries are rejected. */
  lost = false
  /** Statements that restore what the connection's owner had set; empty on typetrek's own connection. */
  baseline: readonly string[] = []
  /** True on a connection that belongs to the caller: its temporary tables, prepared statements and locks must stay. */
  borrowed = false
  /** True where the caller has a transaction open, which stays the caller's to end. */
  inCallersTransaction = false
  /** The backend's process id as `identify` read it; behind a pooler the next transaction may have another. */
  pid: number
  /** True on an address that is said to lead past a pooler, whatever the process ids look like. */
  direct = false

  /** The backend's answer to `canLook`; undefined before `identify`. */
  looks: boolean | undefined

  /** Which timeouts the role, the database or the server sets, among those that only newer servers have. */
  limits = { idle: false, transaction: false }

  /** The default of `standard_conforming_strings` in this session, as `identify` read it. */
  conforming = true

  /** Key of an advisory lock that this session may hold; it is released before a lent connection is returned. */
  advisoryKey: string | undefined

  private readonly running = new Set<Promise<unknown>>()
  private ended: Promise<void> | undefined
  /** The newest message that was sent. */
  private message: Message | undefined
  private lastStatus: TransactionStatus = 'I'
  private readonly lose = () => {
    this.lost = true
  }

  private readonly ready = (message?: { status?: TransactionStatus }) => {
    this.lastStatus = message?.status ?? this.lastStatus
  }

  /**
   * @param release releases the connection; called once.
   * @param shared several users have this session, so that `close` keeps it and only `end` releases it.
   */
  constructor(
    private readonly client: ClientBase,
    private readonly release: () => Promise<void>,
    private readonly shared = false,
  ) {
    client.on('error', this.lose)
    client.on('end', this.lose)
    // before 8.21 pg's Client does not expose the status that its connection receives
    wireOf(client)?.on('readyForQuery', this.ready)
    this.pid = this.wirePid
  }

  /** Runs one query with parameters (or several without) and returns its rows. */
  async query<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]> {
    const result = await this.tracked(this.client.query<Row>(text, values))
    return result.rows
  }

  /** Runs several statements in one message and returns the rows of each; rows arrive as pg's types. */
  async queryAll(text: string): Promise<QueryResultRow[][]> {
    const result: unknown = await this.tracked(this.client.query(text))
    const results = Array.isArray(result) ? result : [result]
    return results.map((one: { rows: QueryResultRow[] }) => one.rows)
  }

  /**
   * Sends a simple-query message. A server's error comes back as part of the result.
   * @throws the driver's error when the connection is lost before the answer is complete.
   */
  send(text: string): Promise<MessageResult> {
    const answer = new Promise<MessageResult>((done, failed) => {
      this.message = new Message(text, done, failed)
      this.client.query(this.message)
    })
    return this.tracked(answer)
  }

  /** Runs one `COPY … FROM stdin` with its data, at the pace at which the server takes it. */
  async copyIn(statement: string, data: Iterable<string> | AsyncIterable<Buffer>): Promise<void> {
    // loaded when they are needed, and by `require`: `import` would be a second loader
    const { Readable } = require('node:stream') as typeof import('node:stream')
    const { pipeline } = require('node:stream/promises') as typeof import('node:stream/promises')
    const { from } = require('pg-copy-streams') as typeof import('pg-copy-streams')
    await this.tracked(pipeline(Readable.from(data), this.client.query(from(statement))))
  }

  private tracked<Result>(answer: Promise<Result>): Promise<Result> {
    const settled: Promise<unknown> = answer.then(forget, forget)
    const { running } = this
    function forget(): void {
      running.delete(settled)
    }
    running.add(settled)
    return answer
  }

  /** Resolves when nothing sent here is under way any more. */
  async quiet(): Promise<void> {
    await Promise.all(this.running)
  }

  /** As of the server's last ReadyForQuery; idle before the first. */
  get status(): TransactionStatus {
    const client: ClientBase & { getTransactionStatus?(): TransactionStatus | null } = this.client
    return client.getTransactionStatus?.() ?? this.lastStatus
  }

  /** Reads the backend's process id, which behind a pooler is not the one that the protocol gave, and its settings. */
  async identify(): Promise<void> {
    await this.identifyWith('')
  }

  /** The same, and one more question (an expression that gives true or false) in the same round trip. */
  async identifyWith(question: string): Promise<boolean> {
    const [row] = await this.query<Identity>(
      `SELECT pg_catalog.pg_backend_pid() AS pid, ${canLook} AS looks,
              pg_catalog.current_setting('standard_conforming_strings') ${eq} 'on' AS conforming,
              pg_catalog.current_setting('idle_session_timeout', true) AS idle,
              pg_catalog.current_setting('transaction_timeout', true) AS transaction,
              ${question || 'true'} AS answer`,
    )
    if (!row) return false
    this.pid = row.pid
    this.conforming = row.conforming
    this.looks = row.looks ?? false
    this.limits = { idle: isLimit(row.idle), transaction: isLimit(row.transaction) }
    return row.answer
  }

  /** True on a Unix socket without a pooler, where the connection cannot be lost in a network. */
  get near(): boolean {
    const { host } = this.client as Partial<Client>
    return (host ?? '').startsWith('/') && this.looks !== undefined && !this.pooled
  }

  /** Server's process id as the wire protocol gave it; behind a pooler not that of the backend. */
  get wirePid(): number {
    return (this.client as Client & { processID?: number }).processID ?? 0
  }

  /**
   * True when `identify` has found a pooler between: the next transaction may run in another backend,
   * so nothing may be left in a session, and its process id says nothing about later work.
   */
  get pooled(): boolean {
    return !this.direct && this.wirePid !== 0 && this.pid !== this.wirePid
  }

  /** Asks the server, or the pooler, to cancel whatever this connection runs at the moment; never throws. */
  async cancel(): Promise<void> {
    const { requestCancel } = await import('./cancel.js')
    await requestCancel(this.client)
  }

  onNotice(listener: (notice: ServerNotice) => void): () => void {
    const pass = (notice: NoticeMessage) => {
      const { severity = 'NOTICE', message = '' } = notice
      listener({ severity, message, completed: this.message?.completed ?? 0 })
    }
    this.client.on('notice', pass)
    return () => this.client.off('notice', pass)
  }

  /** Whether the connection keeps the process alive, as it does unless this is called. */
  keepAlive(alive: boolean): void {
    const client = this.client as ClientBase & { ref(): void; unref(): void }
    if (alive) client.ref()
    else client.unref()
  }

  /** The driver's own client, for TypeORM's use. */
  get driverClient(): ClientBase {
    return this.client
  }

  /** Releases the connection, whatever state it is in, unless others share it; never throws. */
  async close(): Promise<void> {
    if (!this.shared) await this.end()
  }

  /** Releases the connection once, also one that is shared; never throws. */
  end(): Promise<void> {
    this.ended ??= this.release().catch(() => undefined)
    return this.ended
  }

  /** Takes our listeners off a connection that stays with its owner. */
  detach(): void {
    this.client.off('error', this.lose)
    this.client.off('end', this.lose)
    wireOf(this.client)?.off('readyForQuery', this.ready)
  }
}

/** Null where the server does not know the setting, or a pooler hides it. */
function isLimit(value: string | null | undefined): boolean {
  return value !== null && value !== undefined && value !== '0'
}

function wireOf(client: ClientBase): NodeJS.EventEmitter | undefined {
  return (client as ClientBase & { connection?: NodeJS.EventEmitter }).connection
}
