import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { Client, Pool, type QueryConfig } from 'pg'

/** Which code has sent a text, by the stack of its call. */
export type Sender = 'typetrek' | 'typeorm' | 'pg-delta' | 'other'

export interface SentText {
  text: string
  sender: Sender
  /** The file whose function has sent it: `session.js`. */
  file: string
  /** Sent in a transaction whose search_path is pg_catalog alone. */
  catalogPath: boolean
}

/** Every text that goes to a PostgreSQL server from this process until `stop`. */
export interface SqlRecorder {
  readonly texts: readonly SentText[]
  stop(): void
}

type Query = (this: object, ...args: unknown[]) => unknown

/** Records what every client and pool of `pg` in this process is given to send. */
export function recordSql(): SqlRecorder {
  const texts: SentText[] = []
  const onPath = new WeakSet<object>()
  const note = (client: object, given: unknown) => {
    const text = typeof given === 'string' ? given : (given as QueryConfig).text
    const from = senderOf(new Error('where'))
    // the pool calls its client from a stack of its own, and has been recorded itself
    if (from) texts.push({ text, ...from, catalogPath: onPath.has(client) })
    if (/SET LOCAL search_path TO pg_catalog, pg_temp/.test(text)) onPath.add(client)
    if (/^(?:ROLLBACK|COMMIT)/.test(text)) onPath.delete(client)
  }
  const restore = [Client.prototype, Pool.prototype].map((prototype) => {
    const holder = prototype as unknown as { query: Query }
    const own = Object.hasOwn(holder, 'query')
    const original = holder.query
    holder.query = function (...args) {
      note(this, args[0])
      return original.apply(this, args)
    }
    return () => {
      if (own) holder.query = original
      else Reflect.deleteProperty(holder, 'query')
    }
  })
  return { texts, stop: () => restore.forEach((one) => one()) }
}

const libraries = /node:|\/node_modules\/pg(?:-[a-z-]+)?\/|\/sql-recorder\./
/** They pass on what pg-delta sends. */
const between = /\/catalog\/(?:own-objects|early-queries)\./

function senderOf({ stack }: Error): { sender: Sender; file: string } | undefined {
  const frames = stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? []
  const paths = frames.filter((line) => !libraries.test(line)).map(pathOf)
  const path = paths.find((one) => !libraries.test(one) && !between.test(one))
  return path === undefined ? undefined : { sender: ownerOf(path), file: basename(path) }
}

/** Of the module that a line of a stack names. */
function pathOf(frame: string): string {
  const [, file = '', line] = /([^\s(]+?):(\d+):\d+\)?$/.exec(frame) ?? []
  return /\/bundle[\w-]*\.js$/.test(file) ? bundledAt(file, Number(line)) : file
}

const bundles = new Map<string, string[]>()

/** The module of which that line of a file with many is. */
function bundledAt(bundle: string, line: number): string {
  const lines = bundles.get(bundle) ?? readFileSync(bundle, 'latin1').split('\n')
  bundles.set(bundle, lines)
  const row = lines.slice(0, line).findLast((one) => /^\["(?:own|private|shared)", "/.test(one))
  const [, kind, name = ''] = /^\["(\w+)", "([^"]+)"/.exec(row ?? '') ?? []
  return kind === 'own' ? `/src/${name}` : `/node_modules/${name}`
}

function ownerOf(path: string): Sender {
  if (path.includes('/node_modules/typeorm/')) return 'typeorm'
  if (path.includes('/node_modules/@supabase/')) return 'pg-delta'
  return path.includes('/src/') && !path.includes('/node_modules/') ? 'typetrek' : 'other'
}
