import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeNotice } from '../../src/run/context/notice-text'
import { Session } from '../../src/database/postgres/session'
import { backend, Watch } from '../../src/run/session/watch'
import { type TestDatabase, withDatabase } from '../support/database'

const stays = () => Promise.resolve()

/** Runs SQL on one session while another one watches it. */
async function watched(
  database: TestDatabase,
  sql: string,
  onNotice: () => void = () => undefined,
): Promise<string[]> {
  const [work, asked] = [await database.client(), await database.client()]
  const session = new Session(asked, stays)
  await session.send('BEGIN')
  const notices: string[] = []
  const { rows } = await work.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  const watch = new Watch(session, backend(session, rows[0]!.pid), {
    what: 'the work',
    interval: 30,
    patience: 0,
    repeat: 100,
    progress: true,
    notice(one) {
      const text = describeNotice(one)
      notices.push(text)
      onNotice()
    },
    signal: undefined,
  })
  await work.query(sql)
  await watch.stop()

  assert.equal(session.status, 'T')
  return notices
}

test('a watch says now and then how far an index build has come', async () => {
  await withDatabase(async (database) => {
    // such a function sees no new rows, so that a lock must say when it may go on
    await database.query(`CREATE TABLE a AS SELECT 1 AS n;
CREATE FUNCTION slow(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN
  WHILE NOT pg_try_advisory_xact_lock_shared(7) LOOP PERFORM pg_sleep(0.02); END LOOP; RETURN n; END $$`)
    const holder = await database.client()
    await holder.query('SELECT pg_advisory_lock(7)')

    const notices = await watched(database, 'CREATE INDEX CONCURRENTLY i ON a (slow(n))', () => {
      void holder.query('SELECT pg_advisory_unlock_all()')
    })

    assert.match(notices.join('\n'), /^the work: building index: scanning table/m)
  })
})

test('a watch keeps no lock on the catalog, and its errors do not end the transaction that it asks in', async () => {
  await withDatabase(async (database) => {
    await database.query('CREATE TABLE a (i int)')

    await database.query(`ALTER DATABASE ${database.name} SET lock_timeout = '2min'`)
    // it needs pg_authid and pg_database for itself
    await watched(database, 'VACUUM FULL')
    const session = new Session(await database.client(), stays)
    await session.send('BEGIN')
    const watch = new Watch(session, backend(session, -1), {
      what: '',
      interval: 10,
      patience: 0,
      repeat: 1,
      progress: true,
      notice: () => assert.fail(),
      signal: AbortSignal.timeout(20),
    })
    await new Promise((done) => setTimeout(done, 200))
    await watch.stop()
    assert.equal(session.status, 'T')
  })
})
