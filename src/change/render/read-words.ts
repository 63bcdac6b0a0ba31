import type { Pool } from 'pg'
import { eq, ne } from '../../database/sql/operators'
import type { Words } from '../../catalog/sql-words'

const inCatalog = (namespace: string) => `${namespace} ${eq} 'pg_catalog'::pg_catalog.regnamespace`

/** Asks the server, whose version decides. */
export async function readWords(pool: Pool): Promise<Words> {
  const reserved = await pool.query<{ word: string }>(
    `SELECT word FROM pg_catalog.pg_get_keywords() WHERE catcode ${ne} 'U'`,
  )
  const system = await pool.query<{ name: string }>(
    `SELECT relname AS name FROM pg_catalog.pg_class WHERE ${inCatalog('relnamespace')}
     UNION SELECT typname FROM pg_catalog.pg_type WHERE ${inCatalog('typnamespace')}
     UNION SELECT proname FROM pg_catalog.pg_proc WHERE ${inCatalog('pronamespace')}`,
  )
  return {
    reserved: new Set(reserved.rows.map(({ word }) => word)),
    system: new Set(system.rows.map(({ name }) => name)),
  }
}
