import { eq, ne } from '../database/sql/operators'
import type { Session } from '../database/postgres/session'
import { MigrationError } from '../errors'

/**
 * A database that something else has built is not ours to build over. Reads only.
 * @throws {MigrationError} NOT_EMPTY
 */
export async function refuseTables(work: Session): Promise<void> {
  const rows = await work.query<{ name: string }>(
    `SELECT c.oid::pg_catalog.regclass::pg_catalog.text AS name FROM pg_catalog.pg_class c
         JOIN pg_catalog.pg_namespace n ON n.oid ${eq} c.relnamespace
        WHERE c.relkind ${eq} ANY ('{r,p,v,m,f}') AND c.relpersistence ${ne} 't'
          AND n.nspname ${ne} ALL ('{pg_catalog,information_schema,pg_toast}')
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid ${eq} 'pg_catalog.pg_class'::pg_catalog.regclass
                          AND d.objid ${eq} c.oid AND d.deptype ${eq} 'e')
        ORDER BY 1 LIMIT 6`,
  )
  if (rows.length === 0) return
  const names = rows.slice(0, 5).map(({ name }) => name)
  throw new MigrationError('NOT_EMPTY', 'the database has tables but no journal', {
    detail: `found ${names.join(', ')}${rows.length > 5 ? ' and more' : ''}`,
    hint: 'If they are what the scripts would build, run mark; else set up an empty database.',
  })
}
