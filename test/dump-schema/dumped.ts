import { Copy } from '../../src/change/trial/trial'
import { readCatalog } from '../../src/catalog/catalog'
import { remaining } from '../../src/change/trial/trial'
import { loadEngine } from '../../src/catalog/engine'
import { schemaSteps } from '../../src/dump-schema/schema-steps'
import { schemaText } from '../../src/dump-schema/schema-text'
import type { Databases } from '../add-script/scratch'

/** A schema written anew, and what became of that. */
export interface Dumped {
  text: string
  /** What it lacks or has too much, as statements. */
  left: string[]
  /** The same schema, written from what its text builds. */
  again: string
  /** The databases: as the SQL made it, as the text did. */
  names: readonly [original: string, loaded: string]
}

/** Writes the schema that this SQL makes, loads it, and writes it once more from there. */
export async function dumpTwice(databases: Databases, sql: string): Promise<Dumped> {
  const original = await databases.make(sql)
  const text = await dump(databases, original)
  const loaded = await databases.make(`BEGIN;${text};COMMIT`)
  const engine = await loadEngine()
  const pools = [loaded, original].map((name) => databases.open(name))
  const [have, want] = await Promise.all(pools.map((pool) => readCatalog(engine, pool, [])))
  const again = await dump(databases, loaded)
  return { text, left: remaining(engine, have!, want!), again, names: [original, loaded] }
}

async function dump(databases: Databases, name: string): Promise<string> {
  const engine = await loadEngine()
  const copy = await Copy.of(engine, databases.open(await databases.make('')), { ignored: [] })
  const catalog = await readCatalog(engine, databases.open(name), [])
  return schemaText(await schemaSteps(copy, catalog), { folder: 'migration', remarks: [] })
}
