import type { Pool, PoolClient } from 'pg'
import { Message } from '../database/postgres/simple-query'
import { quoteIdentifier } from '../database/sql/quote'

/** What the connections of a pool were asked. */
const askedOf = new WeakMap<Pool, Set<string>>()

/** What is sent for the queries that a connection is ready for. A pool closes one that is idle for ten seconds. */
type Ready = ReadonlyMap<string, string>

const readyFor = new WeakMap<PoolClient, Ready>()

/** The queries without parameters that came through `answeredTogether`, in their order. */
export function queriesOf(pool: Pool): string[] {
  return [...(askedOf.get(pool) ?? [])]
}

/**
 * A pool of one connection, which is sent all that it was made ready for in one message when the first of that
 * is asked for, since a reading asks for all of it. It has only what readings of catalogs use: `connect`
 * and `query`.
 * @param beside another pool of one connection to the same database, which stays as it is: it answers at the same
 *   time what it was made ready for
 */
export function answeredTogether(pool: Pool, beside?: Pool): Pool {
  const asked = askedOf.get(pool) ?? new Set()
  askedOf.set(pool, asked)
  const connect = async () => {
    const client = await pool.connect()
    const other = await beside?.connect().catch((error: unknown) => {
      client.release()
      throw error
    })
    const parts = [new Part(client, 'caller'), ...(other ? [new Part(other, 'own')] : [])]
    const release = () => [client, other].forEach((one) => one?.release())
    return { query: answering(client.query.bind(client), asked, parts), release }
  }
  return { connect, query: pool.query.bind(pool) } as unknown as Pool
}

type Ask = (text: string, values?: unknown[]) => Promise<unknown>

/** What one of the connections answers, once in its use. */
class Part {
  readonly ready: Ready
  private asked: Promise<ReadonlyMap<string, unknown>> | undefined

  /** @param transaction whose it is: the caller's, who begins it, or one of its own */
  constructor(
    private readonly client: PoolClient,
    private readonly transaction: 'caller' | 'own',
  ) {
    this.ready = readyFor.get(client) ?? new Map<string, string>()
  }

  answers(): Promise<ReadonlyMap<string, unknown>> {
    this.asked ??= this.ask()
    return this.asked
  }

  private async ask(): Promise<ReadonlyMap<string, unknown>> {
    const { client, transaction, ready } = this
    if (ready.size === 0) return new Map()
    if (transaction === 'own') await client.query(begin)
    try {
      const results = [await client.query([...ready.values()].join('\n;\n'))].flat()
      return new Map([...ready.keys()].map((text, at) => [text, results[at]]))
    } finally {
      if (transaction === 'own') await client.query('ROLLBACK')
    }
  }
}

/** For one use of the connections, in which nothing changes. */
function answering(query: Ask, asked: Set<string>, parts: readonly Part[]): Ask {
  return async (text, values) => {
    if (values !== undefined) return query(text, values)
    if (/^\s*(?:SELECT|WITH)\b/.test(text)) asked.add(text)
    const part = parts.find(({ ready }) => ready.has(text))
    if (!part) return query(text)
    const [answers] = await Promise.all([part, ...parts].map((one) => one.answers()))
    return answers!.get(text)
  }
}

/**
 * Has the server run queries in one message, so that its caches hold what they need: on a new connection that
 * takes three times as long as the queries themselves. Whoever uses the connection waits for it; where a query
 * fails, nothing is ready. Never throws.
 * @param planned true: their plans are kept, which suit a database as large as it is now, and the search_path
 *   of `underCatalogPath`
 * @returns once the message is sent
 */
export async function getReady(
  pool: Pool,
  texts: readonly string[],
  planned = false,
): Promise<void> {
  if (texts.length === 0) return
  const client = await pool.connect().catch(() => undefined)
  if (!client) return
  const named = texts.map((text, at) => ({ text, name: quoteIdentifier(`typetrek ${at}`) }))
  const prepare = named.map(({ text, name }) => `PREPARE ${name} AS ${text}`)
  const ready = new Map(named.map(({ text, name }) => [text, planned ? `EXECUTE ${name}` : text]))
  void send(client, [begin, ...(planned ? prepare : []), ...ready.values(), 'ROLLBACK'])
    .then((isDone) => isDone && readyFor.set(client, ready))
    .finally(() => client.release())
}

/** Has the server run once more what a connection of the pool was made ready for. Never throws. */
export async function repeatReady(pool: Pool): Promise<void> {
  const client = await pool.connect().catch(() => undefined)
  const ready = client && readyFor.get(client)
  if (ready && !(await send(client, [begin, ...ready.values(), 'ROLLBACK'])))
    readyFor.delete(client)
  client?.release()
}

const begin = 'BEGIN READ ONLY; SET LOCAL search_path TO pg_catalog, pg_temp; SET LOCAL jit TO off'

/** False where it failed; the connection is then as new. */
async function send(client: PoolClient, statements: readonly string[]): Promise<boolean> {
  try {
    const { error } = await new Promise<{ error?: Error }>((done, failed) => {
      client.query(new Message(statements.join('\n;\n'), done, failed))
    })
    if (error) await client.query('ROLLBACK; DEALLOCATE ALL')
    return !error
  } catch {
    return false // the connection is gone, which its next query reports
  }
}
