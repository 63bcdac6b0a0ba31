import type { Pool, PoolClient } from 'pg'

/**
 * Places in pg-delta's query for dependencies, each with the oid of an object. The server's own objects, with
 * oids below 16384, depend on no others that are compared, and nobody's dependence on them is; but
 * pg-delta builds the names of all of them first.
 */
const places: readonly (readonly [text: string, oid: string])[] = [
  ["WHERE d.deptype IN ('n', 'a')", 'd.objid'],
  ["WHERE rc.relkind IN ('r','p','f','v','m','i','I','S')", 'rc.oid'],
  ["WHERE con.contype IN ('p','u','x') AND con.conindid <> 0", 'con.oid'],
  ['WHERE att.attnum > 0 AND NOT att.attisdropped', 'att.attrelid'],
  ["WHERE pp.prokind IN ('f','p','a','w')", 'pp.oid'],
  ['WHERE con.conrelid <> 0', 'con.oid'],
  ["WHERE base.typtype IN ('d', 'e', 'c', 'r')", 'tt.oid'],
  ["WHERE cc.relkind = 'c'", 'cc.oid'],
  ['JOIN pg_namespace cln ON cln.oid = cl.collnamespace', 'cl.oid'],
  ['JOIN pg_class vc ON vc.oid = r.ev_class', 'r.oid'],
]

/** The planner knows the distribution of oids from an empty database, and nothing of an expression. */
const narrow = (text: string, [place, oid]: (typeof places)[number]): string =>
  text.replace(place, `${place} AND ${oid}::bigint >= 16384`)

/**
 * pg-delta's query for dependencies, of the objects that a person made alone; any other text as it is. A
 * query of another version of pg-delta, in which a place is missing, stays as it is too.
 */
export function narrowed(text: string): string {
  const isIt = places.every(([place]) => text.split(place).length === 2)
  return isIt ? places.reduce(narrow, text) : text
}

/** Connections for pg-delta, which gives them texts alone. */
export function ofOwnObjects(pool: Pool): Pool {
  const connect = async () => {
    const client = await pool.connect()
    const sendNarrowed = (text: string) => client.query(narrowed(text))
    return Object.create(client, { query: { value: sendNarrowed } }) as PoolClient
  }
  return Object.create(pool, { connect: { value: connect } }) as Pool
}
