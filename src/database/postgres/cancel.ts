import type { Client, ClientBase } from 'pg'

/** What pg's own Connection has and its types do not declare. */
interface Wire extends NodeJS.EventEmitter {
  connect(port: number | string, host?: string): void
  requestSsl(): void
  cancel(processId: number, secretKey: number): void
  stream: { destroy(): void }
}

type Keys = Client & { processID: number; secretKey: number | null }

const limit = 5000

/**
 * Sends a CancelRequest for what a client runs, on a connection of its own. It reaches the right
 * backend through a pooler too, where the server's process ids mean nothing. The protocol
 * answers nothing, so this only ends; it never throws.
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
export async function requestCancel(client: ClientBase): Promise<void> {
  const { host, port, ssl, processID, secretKey } = client as Keys
  if (secretKey === null || host === '') return
  const pg = require('pg') as typeof import('pg')
  const wire = new pg.Connection({ ssl }) as unknown as Wire
  await new Promise<void>((done) => {
    const timer = setTimeout(done, limit)
    const finish = () => {
      clearTimeout(timer)
      done()
    }
    wire.once('error', finish)
    wire.once('end', finish)
    wire.once('sslconnect', () => wire.cancel(processID, secretKey))
    wire.once('connect', () => (ssl ? wire.requestSsl() : wire.cancel(processID, secretKey)))
    if (host.startsWith('/')) wire.connect(`${host}/.s.PGSQL.${port}`)
    else wire.connect(port, host)
  })
  wire.on('error', ignored)
  wire.stream.destroy()
}

/** A server may reset the connection after it took the request. */
const ignored = (): void => undefined
