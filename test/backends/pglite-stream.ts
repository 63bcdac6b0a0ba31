import { PGlite } from '@electric-sql/pglite'
import { Duplex } from 'node:stream'
import { Client } from 'pg'

/** A PostgreSQL in this process, and what connects to it: one connection at a time. */
export class Pglite {
  private readonly server = new PGlite()

  /** Connects as to any server; the messages go to PGlite instead of a socket. */
  async client(): Promise<Client> {
    await this.server.waitReady
    const client = new Client({
      user: 'postgres',
      database: 'postgres',
      stream: () => this.stream(),
    })
    await client.connect()
    return client
  }

  close(): Promise<void> {
    return this.server.close()
  }

  private stream(): Duplex {
    const { server } = this
    const stream = new Duplex({
      write(chunk: Buffer, _, done) {
        // the end of a connection is none of the server
        if (chunk[0] === 0x58 && chunk.length === 5) return done()
        server.execProtocolRaw(new Uint8Array(chunk)).then(
          (answer) => {
            this.push(Buffer.from(answer))
            done()
          },
          (error: Error) => done(error),
        )
      },
      read() {},
      final(done) {
        this.push(null)
        done()
      },
    })
    return Object.assign(stream, {
      connect: () => void setImmediate(() => stream.emit('connect')),
      setNoDelay: () => stream,
      setKeepAlive: () => stream,
      ref: () => stream,
      unref: () => stream,
    })
  }
}
