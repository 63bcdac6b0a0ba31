import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import { join } from 'node:path'
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads'
import type { DumpWork } from './pg-dump-worker'

/** A server that lets `user` in without a password; `host` may be the folder of a Unix socket. */
export interface DumpConnection {
  host: string
  port: number
  user: string
  database: string
}

/**
 * The output of a real `pg_dump -s` (18, as WebAssembly, so that nothing must be installed) without
 * comments, settings, `\restrict` lines and blank lines: what two databases must share to be called
 * the same. Works with servers 9.2 to 18.
 *
 * Reads under pg_dump's ACCESS SHARE locks, writes nothing.
 * @param more further arguments of pg_dump, `['--no-owner']` for instance
 * @throws Error with pg_dump's own message when the server refuses
 */
export async function pgDump(
  connection: DumpConnection,
  more: readonly string[] = [],
): Promise<string> {
  const socket = await connect(connection)
  const { port1: wire, port2 } = new MessageChannel()
  const answered = new SharedArrayBuffer(4)
  const work: DumpWork = { wire: port2, answered, args: ['-s', ...more] }
  relay(socket, wire, new Int32Array(answered), connection)
  const worker = new Worker(join(__dirname, 'pg-dump-worker.js'), {
    workerData: work,
    transferList: [port2],
  })
  try {
    return normalise(await textOf(worker))
  } finally {
    await worker.terminate()
    wire.close()
    socket.destroy()
  }
}

async function textOf(worker: Worker): Promise<string> {
  const [outcome] = (await Promise.race([once(worker, 'message'), once(worker, 'exit')])) as [
    string | number,
  ]
  if (typeof outcome === 'number') throw new Error(`pg_dump ended with ${outcome} and no output`)
  return outcome
}

/** Drops from pg_dump's output what says nothing about the schema. */
export function normalise(dump: string): string {
  const kept = dump.split('\n').filter((line) => line.trim() !== '' && !noise.test(line))
  return kept.join('\n') + '\n'
}

const noise = /^(--|SET \w+ = |\\(un)?restrict |SELECT pg_catalog\.set_config\()/

async function connect({ host, port }: DumpConnection): Promise<Socket> {
  const socket = host.startsWith('/')
    ? createConnection(join(host, `.s.PGSQL.${port}`))
    : createConnection(port, host)
  await once(socket, 'connect')
  return socket
}

/** Carries each request to the server, and its answer back when it is whole. */
function relay(socket: Socket, wire: MessagePort, flag: Int32Array, to: DumpConnection): void {
  let asked: Buffer = Buffer.alloc(0)
  let received: Buffer = Buffer.alloc(0)
  let greeted = false
  const answer = (): void => {
    wire.postMessage(Uint8Array.from(received))
    received = Buffer.alloc(0)
    Atomics.store(flag, 0, 1)
    Atomics.notify(flag, 0)
  }
  wire.on('message', (bytes: Uint8Array) => {
    if (socket.destroyed || socket.readableEnded) return answer()
    socket.write(greeted ? bytes : startupMessage(to))
    asked = greeted ? Buffer.concat([asked, bytes]) : Buffer.from('S\0\0\0\x04')
    greeted = true
    const { last, rest } = lastMessage(asked)
    asked = rest
    // Query and Sync are what a server answers with ReadyForQuery; the others only fill its buffer.
    if (rest.length > 0 || (last !== 'Q' && last !== 'S')) answer()
  })
  socket.on('data', (data) => {
    received = Buffer.concat([received, data])
    const { last, rest } = lastMessage(received)
    if (rest.length === 0 && last === 'Z') answer()
  })
  // A refusal ends the connection without ReadyForQuery; pg_dump reads the error and then the end.
  socket.on('close', answer)
  socket.on('error', answer)
}

/** The type of the last whole message in the bytes, and what follows it. */
function lastMessage(bytes: Buffer): { last: string; rest: Buffer } {
  let last = ''
  let at = 0
  while (at + 5 <= bytes.length) {
    const end = at + 1 + bytes.readInt32BE(at + 1)
    if (end > bytes.length) break
    last = String.fromCharCode(bytes[at] ?? 0)
    at = end
  }
  return { last, rest: bytes.subarray(at) }
}

/** Ours in place of pg_dump's, which knows only the user `postgres`. */
function startupMessage({ user, database }: DumpConnection): Buffer {
  const fields = `user\0${user}\0database\0${database}\0client_encoding\0UTF8\0\0`
  const message = Buffer.alloc(8 + Buffer.byteLength(fields))
  message.writeInt32BE(message.length, 0)
  message.writeInt32BE(196608, 4)
  message.write(fields, 8)
  return message
}
