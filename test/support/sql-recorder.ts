import { Client } from 'pg'

/** Which code has sent a text, by the stack of its call. */
export type Sender = 'typetrek' | 'typeorm' | 'pg-delta' | 'other'

export interface SentText {
  text: string
  sender: Sender
}

/** Every text that goes to a PostgreSQL server from this process until `stop`. */
export interface SqlRecorder {
  readonly texts: readonly SentText[]
  stop(): void
}

type Query = (this: unknown, ...args: unknown[]) => unknown

/** Records what every client and pool of `pg` in this process is given to send. */
export function recordSql(): SqlRecorder {
  const texts: SentText[] = []
  const { Pool } = require('pg') as typeof import('pg')
  const note = (given: unknown) => {
    const sender = senderOf(new Error('where'))
    // the pool calls its client from a stack of its own, and has been recorded itself
    if (sender) texts.push({ text: textOf(given), sender })
  }
  const restore = [Client.prototype, Pool.prototype].map((prototype) => {
    const holder = prototype as unknown as { query: Query }
    const own = Object.hasOwn(holder, 'query')
    const original = holder.query
    holder.query = function (...args) {
      note(args[0])
      return original.apply(this, args)
    }
    return () => {
      if (own) holder.query = original
      else Reflect.deleteProperty(holder, 'query')
    }
  })
  return { texts, stop: () => restore.forEach((one) => one()) }
}

function textOf(given: unknown): string {
  if (typeof given === 'string') return given
  return String((given as { text?: unknown }).text)
}

const libraries = /node:|\/node_modules\/pg(?:-[a-z-]+)?\/|\/sql-recorder\./

function senderOf(error: Error): Sender | undefined {
  const frame = error.stack
    ?.split('\n')
    .find((line) => /^ {4}at /.test(line) && !libraries.test(line))
  if (frame === undefined) return undefined
  if (frame.includes('/node_modules/typeorm/')) return 'typeorm'
  if (frame.includes('/node_modules/@supabase/')) return 'pg-delta'
  return frame.includes('/src/') && !frame.includes('/node_modules/') ? 'typetrek' : 'other'
}
