import { quoteIdentifier } from '../sql/quote'
import type { TidyRequest } from './protocol'
import type { Server } from './server/cluster'

/** Drops and copies what a user has left to the supervisor. What cannot be done is left undone; never throws. */
export async function tidyDatabases(
  { host, port, major }: Pick<Server, 'host' | 'port'> & { major: number },
  { drop, copy }: TidyRequest,
): Promise<void> {
  const { Client } = require('pg') as typeof import('pg')
  const client = new Client({ host, port, user: 'postgres', database: 'postgres' })
  client.on('error', () => undefined) // the server goes
  const run = (sql: string) => client.query(sql).catch(() => undefined)
  try {
    await client.connect()
    for (const name of drop.filter(isOurs))
      await run(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)} WITH (FORCE)`)
    const strategy = major >= 15 ? ' STRATEGY file_copy' : ''
    for (const { name, template } of copy.filter((one) => isOurs(one.name)))
      await run(
        `CREATE DATABASE ${quoteIdentifier(name)} TEMPLATE ${quoteIdentifier(template)}${strategy}`,
      )
  } catch {
    // the next user finds the databases, and makes its own copies
  } finally {
    await client.end().catch(() => undefined)
  }
}

function isOurs(name: string): boolean {
  return name.startsWith('typetrek_')
}
