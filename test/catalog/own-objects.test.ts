import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pool } from 'pg'
import { type Engine, loadEngine } from '../../src/catalog/engine'
import { ofOwnObjects } from '../../src/catalog/own-objects'
import { underCatalogPath } from '../../src/catalog/properties/catalog-path'
import { rareTexts, settingParts } from '../../src/catalog/properties/unmodelled'
import { Databases } from '../add-script/scratch'
import { everything } from '../dump-schema/everything'

/** Of what the server has: a view on its views, a function of its language, a column of its collation and type. */
const servers = `CREATE VIEW of_servers AS SELECT table_name, x.oid FROM information_schema.tables, pg_class x;
CREATE TABLE uses (name information_schema.sql_identifier, german text COLLATE "de-x-icu");
CREATE FUNCTION f(information_schema.cardinal_number[]) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';`

/** Facts and edges in one order, but for roles, which other tests make. */
async function extracted({ extract }: Engine, pool: Pool): Promise<string[]> {
  const { factBase } = await extract(pool)
  const facts = factBase.facts().filter(({ id }) => id.kind !== 'role')
  return [...facts, ...factBase.edges].map((one) => JSON.stringify(one)).toSorted()
}

/** The texts that pg-delta sends on the connections of a pool, and how many rows came of each. */
function watched(pool: Pool): { pool: Pool; sent: Map<string, number> } {
  const sent = new Map<string, number>()
  const connect = async () => {
    const client = await pool.connect()
    const query = async (text: string) => {
      const result = await client.query<Record<string, unknown>>(text)
      sent.set(text, result.rows.length)
      return result
    }
    return Object.create(client, { query: { value: query } }) as unknown
  }
  return { pool: Object.create(pool, { connect: { value: connect } }) as Pool, sent }
}

for (const major of [14, 18]) {
  test(`dependencies are read of what a person made alone, and are the same (PostgreSQL ${major})`, () =>
    Databases.with(async (databases) => {
      const engine = await loadEngine()
      const pool = databases.open(await databases.make(everything + servers))
      const all = watched(pool)
      const own = watched(pool)
      assert.deepEqual(
        await extracted(engine, ofOwnObjects(own.pool)),
        await extracted(engine, all.pool),
      )
      const changed = [...own.sent.keys()].filter((text) => !all.sent.has(text))
      const [usual] = [...all.sent.keys()].filter((text) => !own.sent.has(text))
      assert.equal(changed.length, 1)
      assert.ok(all.sent.get(usual!)! - own.sent.get(changed[0]!)! > 500)
    }, major))

  test(`a part of the settings that is not asked for has none (PostgreSQL ${major})`, () =>
    Databases.with(async (databases) => {
      const plain = databases.open(await databases.make('CREATE TABLE t (id int PRIMARY KEY)'))
      const always = settingParts.filter(({ where }) => where === undefined).length
      assert.deepEqual(await rowsOfOthers(plain), { asked: always, found: [] })
      const full = databases.open(await databases.make(everything))
      const { asked, found } = await rowsOfOthers(full)
      assert.ok(asked > 8, `${asked} parts`)
      assert.deepEqual(found, [])
    }, major))
}

/** How many parts the conditions leave, and what all others find. */
function rowsOfOthers(pool: Pool) {
  return underCatalogPath(pool, async (client) => {
    const found: unknown[] = []
    let asked = 0
    for (const { sql, where = 'true' } of [...settingParts, ...Object.values(rareTexts)]) {
      const { rows } = await client.query<{ holds: boolean }>(`SELECT ${where} AS holds`)
      if (rows[0]!.holds) asked += 1
      else found.push(...(await client.query<object>(sql)).rows)
    }
    return { asked, found }
  })
}
