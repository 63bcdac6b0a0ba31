import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net'

/** A server far away. */
export interface Proxy {
  port: number
  /** Messages that went to the server since the start: one and its answer are a round trip. */
  readonly turns: number
  close(): Promise<void>
}

/**
 * Listens on a port of its own and hands everything on to `port` of this machine, each way late by half
 * of `roundTrip` milliseconds, at full width.
 */
export async function startProxy(port: number, roundTrip: number): Promise<Proxy> {
  const sockets = new Set<Socket>()
  let turns = 0
  const server = createServer({ noDelay: true }, (near) => {
    const far = createConnection({ port, host: '127.0.0.1', noDelay: true })
    let asking = false
    near.on('data', () => {
      if (!asking) turns++
      asking = true
    })
    far.on('data', () => (asking = false))
    carry(near, far, roundTrip / 2)
    carry(far, near, roundTrip / 2)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    }
  })
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle))
  return {
    port: (server.address() as AddressInfo).port,
    get turns() {
      return turns
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((settle) => server.close(settle))
    },
  }
}

function carry(from: Socket, to: Socket, delay: number): void {
  const later = (act: () => void) => void setTimeout(act, delay)
  from.on('data', (data) => later(() => to.write(data)))
  from.on('end', () => later(() => to.end()))
  from.on('error', () => to.destroy())
  from.on('close', () => later(() => to.destroy()))
}
