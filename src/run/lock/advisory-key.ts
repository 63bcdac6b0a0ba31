import { createHash } from 'node:crypto'
import { eq } from '../../database/sql/operators'
import type { JournalName } from '../../journal/model/journal-name'

/** The key of the migrator's advisory lock: one journal, one key. Locks are local to a database. */
export function lockKey(journal: JournalName): string {
  return keyOf('typetrek', journal)
}

/** The key that the connection which works on a journal holds; another one than the migrator's own lock. */
export function workKey(journal: JournalName): string {
  return keyOf('typetrek work', journal)
}

function keyOf(purpose: string, { schema, table }: JournalName): string {
  const hash = createHash('sha256').update(`${purpose}\0${schema}\0${table}`).digest()
  return hash.readBigInt64BE().toString()
}

/** A condition on `l` of pg_locks: somebody holds the advisory lock of this key in this database. */
export function holdsKey(key: string): string {
  const bits = BigInt.asUintN(64, BigInt(key))
  return `(l.locktype ${eq} 'advisory' AND l.granted AND l.objsubid ${eq} 1
        AND l.database ${eq} (SELECT oid FROM pg_catalog.pg_database WHERE datname ${eq} pg_catalog.current_database())
        AND l.classid ${eq} ${bits >> 32n} AND l.objid ${eq} ${bits & 0xffffffffn})`
}
