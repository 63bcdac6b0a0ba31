import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { test } from 'node:test'
import { readFull } from '../../src/journal/entries'
import { readState } from '../../src/journal/journal'
import { columns, journalShape } from '../../src/journal/model/journal-columns'
import { ensureJournal } from '../../src/journal/shape'
import type { TestDatabase } from '../support/database'
import { withFolder } from '../support/folder'
import { startMigrate } from '../support/program'
import { untilBlocked } from '../support/until'
import { shapeOne, shapeOneFiles } from './shape-1'
import { usualName, withJournal } from './with-journal'

const names = columns.map(({ name }) => name)
const firstNames = columns.filter(({ since }) => since === 1).map(({ name }) => name)

async function shapeOf({ query }: TestDatabase): Promise<{ comment: unknown; columns: unknown }> {
  const [row] =
    await query(`SELECT obj_description('migration_journal'::regclass, 'pg_class') AS comment,
    array(SELECT attname::text FROM pg_attribute WHERE attrelid = 'migration_journal'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum) AS columns`)
  return { comment: row?.['comment'], columns: row?.['columns'] }
}

const first = { comment: 'typetrek journal, shape 1', columns: firstNames }
const current = { comment: `typetrek journal, shape ${journalShape}`, columns: names }

/** Every row, in the columns of shape 1. */
function rowsOf({ query }: TestDatabase): Promise<unknown[]> {
  return query(`SELECT ${firstNames.join(', ')} FROM migration_journal WHERE id < 4 ORDER BY id`)
}

test('an older journal gets the current shape when a run needs it, and no row changes', async () => {
  await withJournal(undefined, async ({ session, database }) => {
    await database.query(shapeOne)
    const rows = await rowsOf(database)

    const state = await ensureJournal(session, usualName, true)

    assert.deepEqual(
      state.applied.map(({ revision }) => revision),
      ['1', '2'],
    )
    assert.deepEqual(await shapeOf(database), current)
    assert.deepEqual(await rowsOf(database), rows)
  })
})

test('reading an older journal, also in full, does not change it', async () => {
  await withJournal(undefined, async ({ session, database }) => {
    await database.query(shapeOne)

    assert.equal((await readState(session, usualName)).applied.length, 2)
    const [failure] = await readFull(session, usualName, { outcome: 'error' })

    assert.deepEqual([failure?.error?.['code'], failure?.file], ['SCRIPT_FAILED', null])
    assert.deepEqual(await shapeOf(database), first)
  })
})

test('two migrators that upgrade the journal at once end with one shape', async () => {
  await withJournal(undefined, async ({ session, another, database }) => {
    await database.query(shapeOne)
    const other = await another()

    const states = await Promise.all([
      ensureJournal(session, usualName, true),
      ensureJournal(other, usualName, false),
    ])

    assert.deepEqual(
      states.map(({ applied }) => applied.length),
      [2, 2],
    )
    assert.deepEqual(await shapeOf(database), current)
  })
})

test("the caller's own transaction upgrades the journal, and its rollback takes that back", async () => {
  await withJournal(undefined, async ({ session, database }) => {
    await database.query(shapeOne)
    await session.send('BEGIN')
    await ensureJournal(session, usualName, true)

    await session.send('ROLLBACK')

    assert.deepEqual(await shapeOf(database), first)
  })
})

test('a role that does not own an older journal is refused with what its owner can run', async () => {
  await withJournal(undefined, async ({ session, database }) => {
    await database.query(shapeOne)
    const role = `reader_${database.url.split('/').at(-1)?.replace(/\W.*/, '')}`
    await database.query(`CREATE ROLE ${role}`)
    try {
      await database.query(`GRANT ALL ON migration_journal TO ${role}`)
      await session.send(`SET ROLE ${role}`)

      await assert.rejects(ensureJournal(session, usualName, true), {
        code: 'JOURNAL_FAILED',
        hint: /owner run: ALTER TABLE "public"\."migration_journal" ADD COLUMN/,
      })
      assert.deepEqual(await shapeOf(database), first)
    } finally {
      await session.send('RESET ROLE')
      await database.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
    }
  })
})

async function withShapeOne(
  work: (folder: string, database: TestDatabase) => Promise<void>,
): Promise<void> {
  await withJournal(undefined, async ({ database }) => {
    await database.query(shapeOne)
    const ini = `[migration]\ntypeorm.url = ${database.url.replaceAll('%', '%%')}\npackage = migration\n`
    await withFolder({ ...shapeOneFiles, 'development.ini': ini }, (folder) =>
      work(folder, database),
    )
  })
}

test('a migrator that is killed while it waits to upgrade the journal leaves it as it was', async () => {
  await withShapeOne(async (folder, database) => {
    const rows = await rowsOf(database)
    const reader = await database.client()
    await reader.query('BEGIN; LOCK TABLE migration_journal IN ACCESS SHARE MODE')
    const { child, ended } = startMigrate(folder, 'upgrade')
    await untilBlocked(database)
    child.kill('SIGKILL')
    await ended
    assert.deepEqual(await shapeOf(database), first)
    await reader.query('COMMIT')
    await reader.end()

    const { status, output } = await startMigrate(folder, 'upgrade').ended

    assert.equal(status, 0, output)
    assert.deepEqual([await shapeOf(database), await rowsOf(database)], [current, rows])
    assert.deepEqual(await database.query('SELECT file FROM migration_journal WHERE id > 3'), [
      { file: '3_toys.sql' },
    ])
  })
})

test('kills at random moments leave the one shape or the other, and every row', async () => {
  for (const share of [0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]) {
    await withShapeOne(async (folder, database) => {
      const rows = await rowsOf(database)
      const { child, ended } = startMigrate(folder, 'upgrade')
      await Promise.race([pause(share * usual), ended])
      child.kill('SIGKILL')
      await ended

      const shape = await shapeOf(database)
      assert.deepEqual(shape, shape.comment === first.comment ? first : current)
      assert.deepEqual(await rowsOf(database), rows)
      const { status, output } = await startMigrate(folder, 'upgrade').ended
      assert.equal(status, 0, output)
      assert.deepEqual([await shapeOf(database), await rowsOf(database)], [current, rows])
      assert.deepEqual(await database.query("SELECT to_regclass('toys') IS NOT NULL AS there"), [
        { there: true },
      ])
    })
  }
})

/** Milliseconds in which a run is over on most machines; what the test says holds for any moment. */
const usual = 500
