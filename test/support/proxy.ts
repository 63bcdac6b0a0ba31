import { once } from 'node:events'
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { MessageSplitter, type WireMessage } from './wire'

/** A message on its way, and how many of its side went before it on that connection. */
export interface PassingMessage extends WireMessage {
  connection: ProxiedConnection
  from: 'client' | 'server'
  /**
   * Which exchange it belongs to, from 0: a client's Query or Sync ends its side of one, and the
   * server's ReadyForQuery the other. The greeting up to the first ReadyForQuery is -1.
   */
  exchange: number
}

/**
 * What becomes of a message: the first so many bytes of it may pass before both sockets are cut, or
 * others may go in its place.
 */
export type Passage = 'pass' | 'cut' | { bytes: number } | { instead: Buffer }

/** Told of every message; the side that sent it waits for the answer, so that a promise delays it. */
export type Guard = (message: PassingMessage) => Passage | Promise<Passage>

/** One client's connection through the proxy. */
export interface ProxiedConnection {
  /** In the order of opening, from 0. */
  readonly number: number
  /** The backend's process id; 0 until the server has told it. */
  readonly pid: number
  /** Ends both sockets at once, as a dead network would look to both sides. */
  cut(): void
}

/** Stands between a client and a server and understands enough of what they say to hurt them precisely. */
export interface Proxy {
  readonly port: number
  readonly connections: readonly ProxiedConnection[]
  cutAll(): void
  close(): Promise<void>
}

/** Starts a proxy on a TCP port of 127.0.0.1, in front of a server that speaks without TLS. */
export async function startProxy(
  upstream: { host: string; port: number },
  guard: Guard,
): Promise<Proxy> {
  const connections: Relay[] = []
  const server = createServer((client) => {
    connections.push(new Relay(connections.length, client, connectTo(upstream), guard))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cutAll = () => connections.forEach((connection) => connection.cut())
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    cutAll,
    close: async () => {
      cutAll()
      server.close()
      await once(server, 'close')
    },
  }
}

function connectTo({ host, port }: { host: string; port: number }): Socket {
  return host.startsWith('/')
    ? createConnection(join(host, `.s.PGSQL.${port}`))
    : createConnection(port, host)
}

class Relay implements ProxiedConnection {
  pid = 0
  private asked = -1
  private answered = -1
  private ended = false

  constructor(
    readonly number: number,
    private readonly client: Socket,
    private readonly server: Socket,
    private readonly guard: Guard,
  ) {
    // messages travel one by one, and would wait 40 ms for each other's acknowledgements
    for (const socket of [client, server]) socket.setNoDelay(true)
    this.carry(client, server, 'client')
    this.carry(server, client, 'server')
  }

  cut(): void {
    this.ended = true
    this.client.destroy()
    this.server.destroy()
  }

  private carry(source: Socket, target: Socket, from: 'client' | 'server'): void {
    const splitter = new MessageSplitter(from === 'client')
    let passed: Promise<unknown> = Promise.resolve()
    source.on('data', (bytes) => {
      for (const message of splitter.push(bytes)) {
        passed = passed.then(() => this.pass(message, target, from))
      }
    })
    // what was said before the end is still carried, as a real network would
    source.on('close', () => void passed.then(() => target.end()))
    source.on('error', () => undefined) // a side that is killed resets its socket; 'close' follows
  }

  private async pass(message: WireMessage, target: Socket, from: 'client' | 'server') {
    const exchange = this.exchangeOf(message, from)
    const passage = await this.guard({ ...message, connection: this, from, exchange })
    if (this.ended || target.destroyed || target.writableEnded) return
    if (passage === 'pass') return void target.write(message.bytes)
    if (passage === 'cut') return this.cut()
    if ('instead' in passage) return void target.write(passage.instead)
    this.ended = true
    target.write(message.bytes.subarray(0, passage.bytes), () => this.cut())
  }

  private exchangeOf({ type, bytes }: WireMessage, from: 'client' | 'server'): number {
    if (from === 'server') {
      if (type === 'K') this.pid = bytes.readInt32BE(5)
      return type === 'Z' ? this.answered++ : this.answered
    }
    if (this.asked < 0) {
      if (type === '' || type === 'p') return -1
      this.asked = 0
    }
    return type === 'Q' || type === 'S' ? this.asked++ : this.asked
  }
}
