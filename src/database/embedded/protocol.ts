import type { Socket } from 'node:net'
import { type ErrorCode, MigrationError } from '../../errors'

/** What a user of the server sends to its supervisor, once; then the connection stays open. */
export interface Hello {
  /** PostgreSQL's major version that must be the server's. */
  major?: number | undefined
  /** Milliseconds that the server stays after this user, where it is the last one. */
  keep?: number | undefined
}

/** Databases that a user who leaves wants dropped, and copies that the next user will want; each starts with `typetrek_`. */
export interface TidyRequest {
  drop: readonly string[]
  copy: readonly { name: string; template: string }[]
}

/** What the supervisor answers, once. */
export type SupervisorAnswer =
  | { server: { host: string; port: number; major: number } }
  | { refused: { code: ErrorCode; message: string; detail?: string; hint?: string } }

/** Sends one message: a line of JSON. */
export function send(socket: Socket, message: Hello | TidyRequest | SupervisorAnswer): void {
  socket.write(`${JSON.stringify(message)}\n`)
}

/** Receives the second line of JSON, if one has come when the connection ends. */
export async function receiveTidyRequest(socket: Socket): Promise<TidyRequest | undefined> {
  let text = ''
  socket.on('data', (part: Buffer | string) => (text += part.toString()))
  await new Promise((settle) => socket.once('close', settle))
  const [, request, ...rest] = text.split('\n')
  return request && rest.length > 0 ? (JSON.parse(request) as TidyRequest) : undefined
}

/** Receives the first line of JSON; rejects when the connection ends before. */
export function receive<Message extends Hello | SupervisorAnswer>(
  socket: Socket,
): Promise<Message> {
  return new Promise((settle, fail) => {
    let text = ''
    socket.setEncoding('utf8')
    socket.on('data', (part: string) => {
      text += part
      const end = text.indexOf('\n')
      if (end >= 0) settle(JSON.parse(text.slice(0, end)) as Message)
    })
    socket.once('error', fail)
    socket.once('close', () => fail(new Error('the connection ended')))
  })
}

export function refusal(error: unknown): SupervisorAnswer {
  if (error instanceof MigrationError) {
    const { code, message, detail, hint } = error
    return { refused: { code, message, ...(detail && { detail }), ...(hint && { hint }) } }
  }
  const message = `the embedded server failed: ${error instanceof Error ? error.message : 'no reason given'}`
  return { refused: { code: 'EMBEDDED_FAILED', message } }
}
