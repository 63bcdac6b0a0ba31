import type { Pool } from 'pg'
import type { Words } from './sql-words'

/** Asks the server, whose version decides. */
export async function readWords(pool: Pool): Promise<Words> {
  const reserved = await pool.query<{ word: string }>(
    "SELECT word FROM pg_catalog.pg_get_keywords() WHERE catcode <> 'U'",
  )
  const system = await pool.query<{ name: string }>(
    `SELECT relname AS name FROM pg_catalog.pg_class WHERE relnamespace = 'pg_catalog'::regnamespace
     UNION SELECT typname FROM pg_catalog.pg_type WHERE typnamespace = 'pg_catalog'::regnamespace
     UNION SELECT proname FROM pg_catalog.pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace`,
  )
  return {
    reserved: new Set(reserved.rows.map(({ word }) => word)),
    system: new Set(system.rows.map(({ name }) => name)),
  }
}
