import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { prepareOn } from '../../src/add-script/prepare-next'
import { buildSides } from '../../src/add-script/source/target-schema'
import { Readings } from '../../src/catalog/readings'
import { inventoryOf } from '../../src/inventory/inventory'
import { fillCopy } from '../../src/sample-rows/filled-copy'
import { takeSnapshot } from '../../src/sample-rows/snapshot'
import { isSelfContained, replayKeys } from '../../src/scratch/replay-key'
import { replayScripts } from '../../src/scratch/replay-scripts'
import { openScratch, type Scratch, type ScratchDatabase } from '../../src/scratch/scratch'
import { usualLayout } from '../../src/script/layout/layout'
import { readScripts } from '../../src/script/source/read-scripts'
import { readSettings } from '../../src/settings/read-settings'
import type { Settings } from '../../src/settings/value/setting-types'
import { type TestDatabase, withDatabase } from '../support/database'
import { withFolder } from '../support/folder'
import { until } from '../support/until'

interface Place {
  database: TestDatabase
  settings: Settings
  /** Writes a script; undefined: removes it. */
  write(name: string, sql: string | undefined): Promise<void>
}

/** A folder with a script, whose table tells one run of it from another, and a server. */
async function withPlace(work: (place: Place) => Promise<void>): Promise<void> {
  await withDatabase(async (database) => {
    const url = database.url.replaceAll('%', '%%')
    const ini = `[migration]\ntypeorm.url = postgres://nowhere/app\nscratch.url = ${url}\n`
    await withFolder({ 'development.ini': ini, 'migration/1_a.sql': once }, async (cwd) => {
      const settings = await readSettings({ cwd, env: {} })
      const write = (name: string, sql: string | undefined) =>
        sql === undefined
          ? rm(join(cwd, 'migration', name))
          : writeFile(join(cwd, 'migration', name), sql)
      try {
        await work({ database, settings, write })
      } finally {
        for (const name of await kept(database))
          await database.query(`DROP DATABASE IF EXISTS ${name}`)
      }
    })
  })
}

const tablesOfPublic = `SELECT relname AS name FROM pg_class
  WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1`

const once = 'CREATE TABLE a AS SELECT gen_random_uuid() AS id'

async function kept(database: TestDatabase): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    `SELECT datname AS name FROM pg_database WHERE datname LIKE 'typetrek\\_replayed\\_%'`,
  )
  return rows.map(({ name }) => name)
}

/** Does work as on a server of typetrek's own, which the tests' server is in all but the name. */
async function withOwn<Result>(
  { settings }: Place,
  work: (scratch: Scratch) => Promise<Result>,
): Promise<Result> {
  const scratch = await openScratch(settings, undefined)
  try {
    return await work(Object.create(scratch, { own: { value: true } }) as Scratch)
  } finally {
    await scratch.close()
  }
}

/** Replays and answers with what the first script has made and which tables there are. */
async function replay(place: Place, signal = new AbortController().signal): Promise<string[]> {
  return withOwn(place, async (scratch) => {
    const pool = await (await replayScripts(scratch, place.settings, signal)).pool()
    const { rows } = await pool.query<{ id: string }>('SELECT id FROM a')
    const tables = await pool.query<{ name: string }>(tablesOfPublic)
    return [rows[0]!.id, ...tables.rows.map(({ name }) => name)]
  })
}

test('what scripts were replayed in is copied by the next command, and only new scripts run', () =>
  withPlace(async (place) => {
    const first = await replay(place)
    const second = await replay(place)
    await place.write('2_b.sql', 'CREATE TABLE b (id int)')
    const third = await replay(place)

    assert.deepEqual(second, first)
    assert.deepEqual(third, [...first, 'b'])
    assert.equal((await kept(place.database)).length, 2)
  }))

test('after a change of an old script all of them are replayed', () =>
  withPlace(async (place) => {
    await place.write('2_b.sql', 'CREATE TABLE b (id int)')
    const [first] = await replay(place)
    await place.write('1_a.sql', `${once}; CREATE TABLE c (id int)`)
    const [second, ...tables] = await replay(place)
    await place.write('1_a.sql', `${once} -- the same`)
    const [third] = await replay(place)
    await place.write('2_b.sql', undefined)
    await place.write('1_a.sql', once)
    await replay(place)

    assert.deepEqual(tables, ['a', 'b', 'c'])
    assert.equal(new Set([first, second, third]).size, 3)
  }))

test('two commands at once keep one, and both have all that the scripts make', () =>
  withPlace(async (place) => {
    const [one, other] = await Promise.all([replay(place), replay(place)])
    const later = await replay(place)

    assert.deepEqual(one.slice(1), ['a'])
    assert.deepEqual(other.slice(1), ['a'])
    assert.ok([one[0], other[0]].includes(later[0]))
    assert.equal((await kept(place.database)).length, 1)
  }))

test('a replay that is interrupted or fails keeps nothing', () =>
  withPlace(async (place) => {
    await place.write('2_b.sql', 'SELECT pg_sleep(600)')
    const stopping = new AbortController()
    const stopped = assert.rejects(replay(place, stopping.signal))
    await until(async () => {
      const asleep = `SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname LIKE 'typetrek%'`
      return (await place.database.query(asleep)).length > 0
    })
    stopping.abort(new Error('stopped'))
    await place.database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname LIKE 'typetrek%'`,
    )
    await stopped
    await place.write('2_b.sql', 'SELECT 1 / 0')
    await assert.rejects(replay(place))

    assert.deepEqual(await kept(place.database), [])
  }))

/** Replays scripts while somebody edits one, which the migrator then reads, and edits it again. */
async function replayWhile(place: Place, edited: string, then: string): Promise<string[]> {
  return withOwn(place, async (scratch) => {
    const create = async (): Promise<ScratchDatabase> => {
      await place.write('1_a.sql', edited)
      const database = await scratch.create()
      const pool = async () => {
        await place.write('1_a.sql', then)
        return database.pool()
      }
      return Object.create(database, { pool: { value: pool } }) as ScratchDatabase
    }
    const edits = Object.create(scratch, { create: { value: create } }) as Scratch
    const { signal } = new AbortController()
    const pool = await (await replayScripts(edits, place.settings, signal)).pool()
    const { rows } = await pool.query<{ name: string }>(tablesOfPublic)
    return rows.map(({ name }) => name)
  })
}

test('what was replayed of a script that was edited meanwhile is not kept, even where it was edited back', () =>
  withPlace(async (place) => {
    const edited = `${once}; CREATE TABLE c (id int)`
    const first = await replayWhile(place, edited, edited)
    await place.write('1_a.sql', once)
    const second = await replayWhile(place, edited, once)
    const names = await kept(place.database)
    const [, ...tables] = await replay(place)

    assert.deepEqual(first, ['a', 'c'])
    assert.deepEqual(second, ['a', 'c'])
    assert.deepEqual(names, [])
    assert.deepEqual(tables, ['a'])
  }))

test('what a command read of it, and the rows that it made, are those of the next one', () =>
  withPlace(async (place) => {
    await place.write('2_b.sql', schema)
    const read = () =>
      withOwn(place, async (scratch) => {
        const { signal } = new AbortController()
        const before = await replayScripts(scratch, place.settings, signal)
        const { facts, details } = await new Readings().of(before)
        const inventory = await inventoryOf(before, [])
        const { database, tried, filled } = await fillCopy(scratch, before)
        const rows = await takeSnapshot(await database.pool())
        const reading = { facts: facts.facts(), edges: [...facts.edges], details }
        // what is stored is not waited for
        await until(async () => {
          const parts = await place.database.query('SELECT FROM public.typetrek_notes')
          return parts.length === 3
        })
        return { reading, inventory, tried, filled, rows }
      })
    const first = await read()
    const second = await read()

    assert.deepEqual(second, first)
    assert.deepEqual(second.rows, second.filled)
    assert.ok(second.filled.rows.size === 3 && second.reading.facts.length > 30)
  }))

test('what is prepared after a command is what the next one would have made, with nothing left to do', () =>
  withPlace(async (place) => {
    const { signal } = new AbortController()
    await withOwn(place, (scratch) => prepareOn(scratch, place.settings, usualLayout, signal))
    const made = await kept(place.database)
    const { found, recalled, rows } = await withOwn(place, async (scratch) => {
      const before = await replayScripts(scratch, place.settings, signal)
      const copy = await fillCopy(scratch, before)
      const parts = ['reading', 'items', 'rows'].map((part) => before.known!.recall(part))
      const pool = await copy.database.pool()
      return {
        found: before.name,
        recalled: await Promise.all(parts),
        rows: await takeSnapshot(pool),
      }
    })

    assert.deepEqual(made.toSorted(), [found, `${found}_rows`])
    assert.deepEqual(await kept(place.database), made)
    assert.ok(recalled.every((part) => part !== undefined) && rows.rows.size === 1)
  }))

const schema = `CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE b (id bigserial PRIMARY KEY, mood mood[] NOT NULL DEFAULT '{good}', total int CHECK (total > 0),
  twice int GENERATED ALWAYS AS (total * 2) STORED);
CREATE TABLE c (id int GENERATED BY DEFAULT AS IDENTITY (START 7) PRIMARY KEY, b bigint REFERENCES b ON DELETE CASCADE);
CREATE INDEX ON c (b) WHERE b > 7;
CREATE VIEW v AS SELECT b.id, mood FROM b;
COMMENT ON COLUMN b.total IS 'it''s';
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER t BEFORE INSERT ON c FOR EACH ROW EXECUTE FUNCTION f();
CREATE CAST (mood AS text) WITH INOUT;
ALTER TABLE b ALTER total SET STORAGE PLAIN`

test('the oldest are dropped, but none that a command uses', () =>
  withPlace(async (place) => {
    await withOwn(place, async (scratch) => {
      const { signal } = new AbortController()
      const used = await replayScripts(scratch, place.settings, signal)
      for (let n = 2; n < 8; n++) {
        await place.write(`${n}_b.sql`, `CREATE TABLE b${n} (id int)`)
        await replay(place)
      }
      const names = await kept(place.database)

      assert.equal(names.length, 5, names.join())
      assert.ok(names.includes(used.name))
    })
    await place.write('8_b.sql', 'CREATE TABLE b8 (id int)')
    await replay(place)

    assert.equal((await kept(place.database)).length, 4)
  }))

test("nothing is kept on a server that is not typetrek's own", () =>
  withPlace(async (place) => {
    const scratch = await openScratch(place.settings, undefined)
    await replayScripts(scratch, place.settings, new AbortController().signal)
    await scratch.close()

    assert.deepEqual(await kept(place.database), [])
  }))

test('what scripts result in is known by texts, settings and server, unless something else decides', () =>
  withPlace(async ({ settings, write }) => {
    const keys = async (more: Partial<Settings> = {}, server = 'one') => {
      const scripts = await readScripts(settings)
      const found = await replayKeys({ ...settings, ...more }, scripts, server)
      return found.map(({ key }) => key)
    }
    await write('2_b.sql', 'SELECT 1')
    const [all, first] = await keys()
    const same = await keys()
    const others = await Promise.all([
      keys({}, 'other'),
      keys({ scratch: { extensions: ['citext'] } }),
      keys({ layout: 'flyway' }),
      keys({ typeorm: { schema: 'app' } }),
    ])
    const values = await keys({ sources: [{ name: '1_a', sql: once }] })
    await write('2_b.sql', 'SELECT 1\r\n')
    const [changed, before] = await keys()

    assert.deepEqual(same, [all, first])
    assert.equal(new Set([all, ...others.map(([key]) => key)]).size, 5)
    assert.deepEqual(values, [])
    assert.notEqual(changed, all)
    assert.equal(before, first)
  }))

test('a module is known by its text where it imports nothing that may change', () => {
  const typeorm = `import type { MigrationInterface, QueryRunner } from 'typeorm'
export class A1 { async up(queryRunner: QueryRunner) { await queryRunner.query('SELECT 1') } }`

  assert.equal(isSelfContained(typeorm), true)
  for (const more of [
    `import { names } from './names'`,
    `import names from "../names.json"`,
    `export { down } from './other'`,
    `import 'dotenv/config'`,
    `const { readFileSync } = require('node:fs')`,
    `const m = await import('./names')`,
    `if (process.env.DEMO) {}`,
    `await queryRunner.manager.save(new User())`,
    `await queryRunner.query(context.caller.sql)`,
  ])
    assert.equal(isSelfContained(`${typeorm}\n${more}`), false, more)
})

test('a role that a script makes may be there from an earlier command, and is granted to by the schema file', async () => {
  await withPlace(async (place) => {
    const { database, settings, write } = place
    const role = `reader_of_${database.name}`
    const schema = join(settings.here, 'schema.sql')
    await writeFile(schema, `CREATE TABLE a (id uuid);\nGRANT SELECT ON a TO ${role};\n`)
    const building = {
      settings: { ...settings, schema },
      layout: usualLayout,
      signal: new AbortController().signal,
      progress: () => undefined,
    }
    try {
      for (const comment of ['first', 'edited', 'edited again']) {
        await write(
          '1_a.sql',
          `-- ${comment}\nCREATE ROLE ${role};\nCREATE TABLE a (id uuid);\nGRANT SELECT ON a TO ${role};`,
        )
        const { is } = await withOwn(place, (scratch) =>
          buildSides('schema', { ...building, scratch }),
        )
        assert.equal(is, 'schemas')
      }
    } finally {
      for (const name of await kept(database))
        await database.query(`DROP DATABASE IF EXISTS ${name}`)
      await database.query(`DROP ROLE IF EXISTS ${role}`)
    }
  })
})
