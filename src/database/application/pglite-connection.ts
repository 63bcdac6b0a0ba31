import { Duplex } from 'node:stream'
import type { Client } from 'pg'

/** What is used of `@electric-sql/pglite`, PostgreSQL in this process. */
export interface PGliteInstance {
  readonly closed: boolean
  readonly waitReady: Promise<void>
  /** Gives messages of the wire protocol to the server, and returns its answer. */
  execProtocolRaw(message: Uint8Array): Promise<Uint8Array>
  runExclusive<Result>(work: () => Promise<Result>): Promise<Result>
}

/** A pg Client whose socket is a PGlite. */
export async function clientOnPGlite(pglite: PGliteInstance): Promise<Client> {
  const pg = require('pg') as typeof import('pg')
  await pglite.waitReady
  const stream = () => new PGliteSocket(pglite)
  const options = { user: 'postgres', database: 'postgres', password: '', ssl: false }
  const client = new pg.Client({ ...options, stream })
  client.on('error', () => undefined) // the Session hears it too
  await client.connect()
  return client
}

/** Lets go of the PGlite without the message that would end it. */
export function leavePGlite(client: Client): void {
  const { connection } = client as Client & { connection?: { stream?: Duplex } }
  connection?.stream?.destroy()
}

/** What a socket is to pg, and what of it means nothing here. */
class PGliteSocket extends Duplex {
  private rest = Buffer.alloc(0)
  private started = false

  constructor(private readonly pglite: PGliteInstance) {
    super()
  }

  connect(): this {
    setImmediate(() => this.emit('connect'))
    return this
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  override _read(): void {}

  override _write(chunk: Buffer, _: string, done: (error?: Error | null) => void): void {
    this.rest = Buffer.concat([this.rest, chunk])
    this.pass().then(() => done(), done)
  }

  private async pass(): Promise<void> {
    for (let message = this.next(); message; message = this.next()) {
      const sent = new Uint8Array(message)
      const answer = await this.pglite.runExclusive(() => this.pglite.execProtocolRaw(sent))
      if (answer.length > 0) this.push(Buffer.from(answer))
    }
  }

  /** The first message of a connection has no letter before its length. */
  private next(): Buffer | undefined {
    const at = this.started ? 1 : 0
    if (this.rest.length < at + 4) return undefined
    const length = at + this.rest.readUInt32BE(at)
    if (this.rest.length < length) return undefined
    const message = this.rest.subarray(0, length)
    this.rest = this.rest.subarray(length)
    this.started = true
    return message
  }
}
