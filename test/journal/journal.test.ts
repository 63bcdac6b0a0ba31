import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MigrationError } from '../../src/errors'
import { readFull } from '../../src/journal/entries'
import { inspection, readInspection } from '../../src/journal/inspect'
import { ensureJournal } from '../../src/journal/shape'
import { readState } from '../../src/journal/journal'
import { createJournal } from '../../src/journal/model/table-shape'
import { finishClaim, insertClaim, insertRow } from '../../src/journal/model/claim'
import type { JournalName } from '../../src/journal/model/journal-name'
import type { TestDatabase } from '../support/database'
import { untilBlocked } from '../support/until'
import { claimOf, usualName, withJournal } from './with-journal'

const unknown = (text: RegExp) => (error: unknown) => {
  assert.ok(error instanceof MigrationError)
  assert.equal(error.code, 'JOURNAL_UNKNOWN')
  assert.match(`${error.message} ${error.hint}`, text)
  return true
}

test('reading a database without a journal creates nothing', async () => {
  await withJournal(undefined, async ({ session, database }) => {
    const state = await readState(session, { schema: 'ops', table: 'journal' })

    assert.equal(state.exists, false)
    assert.deepEqual(state.applied, [])
    assert.deepEqual(await readFull(session, usualName, { outcome: 'success' }), [])
    assert.deepEqual(await readFull(session, usualName, { ids: ['1'] }), [])
    assert.deepEqual(await tables(database), [])
  })
})

test('creating a journal that is there changes nothing', async () => {
  await withJournal(usualName, async ({ session }) => {
    await session.send(insertRow(usualName, claimOf(), { outcome: 'success' }))

    await ensureJournal(session, usualName)

    assert.equal((await readState(session, usualName)).applied.length, 1)
  })
})

test('two who create the journal and its schema at once end with one journal', async () => {
  const name: JournalName = { schema: 'ops', table: 'journal' }
  await withJournal(undefined, async ({ session, another, database }) => {
    const other = await another()
    // until the first commits, the second waits in the catalog's own unique index
    await session.send(`BEGIN;\n${createJournal(name, true)}`)
    const second = ensureJournal(other, name)
    await untilBlocked(database)
    await session.send('COMMIT')
    await second

    await other.send(insertRow(name, claimOf(), { outcome: 'success' }))
    assert.equal((await readState(session, name)).applied.length, 1)
  })
})

test('inside a transaction the second one is refused, and may look again', async () => {
  await withJournal(undefined, async ({ session, another, database }) => {
    const other = await another()
    await session.send(`BEGIN;\n${createJournal(usualName, false)}`)
    await other.send('BEGIN')
    const refused = assert.rejects(ensureJournal(other, usualName), { code: 'CLAIM_REFUSED' })
    await untilBlocked(database)
    await session.send('COMMIT')

    await refused
    await other.send('ROLLBACK')
    assert.equal((await readState(other, usualName)).exists, true)
  })
})

test('an index of the name that the journal needs is told, and not asked for for ever', async () => {
  await withJournal(undefined, async ({ session, database }) => {
    await database.query('CREATE TABLE a (i int); CREATE INDEX migration_journal_claim ON a (i)')

    await assert.rejects(ensureJournal(session, usualName), /migration_journal_claim/)
    assert.equal(session.status, 'I')
  })
})

test('a type that has the name of the journal is tried again, and then reported', async () => {
  await withJournal(undefined, async ({ session, database }) => {
    await database.query('CREATE DOMAIN migration_journal AS int')

    await assert.rejects(
      ensureJournal(session, usualName),
      /type "migration_journal" already exists/,
    )
    assert.equal(session.status, 'I')

    await database.query('DROP DOMAIN migration_journal')
    assert.equal((await ensureJournal(session, usualName)).exists, true)
  })
})

test('an entry is read as it was written', async () => {
  await withJournal(usualName, async ({ session }) => {
    const claim = claimOf({
      revision: '123456789012345678901234567890',
      title: `it's a "title" with \\ and 🐘`,
      statementsTotal: 3,
      downgradeText: 'DROP TABLE people',
    })
    await session.send(insertClaim(usualName, claim))
    await session.send(finishClaim(usualName, claim))

    const [entry] = await readFull(session, usualName, { outcome: 'success' })

    const { startedAt, finishedAt, durationMs, ...rest } = entry!
    assert.deepEqual(rest, {
      id: '1',
      revision: '123456789012345678901234567890',
      title: `it's a "title" with \\ and 🐘`,
      kind: 'sql',
      operation: 'run',
      ordinal: 1,
      outcome: 'success',
      attempt: 1,
      statementsDone: 3,
      checksum: 'abc',
      checksumKind: 'sql',
      doneChecksum: null,
      revertible: true,
      runId: 'this run',
      statementsTotal: 3,
      error: null,
      trace: null,
      operator: 'ann@desk',
      toolVersion: '1.2.3',
      file: '1_people.sql',
      uuid: null,
    })
    assert.match(startedAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    assert.ok(finishedAt !== null && finishedAt >= startedAt)
    const whole = Date.parse(finishedAt ?? '') - Date.parse(startedAt)
    assert.ok(durationMs !== null && durationMs >= 0 && durationMs <= whole + 1)
  })
})

test('moments are UTC whatever the time zone of the session', async () => {
  await withJournal(usualName, async ({ session }) => {
    const before = Date.now()
    await session.send("SET TimeZone = 'Asia/Kolkata'")
    await session.send(insertRow(usualName, claimOf(), { outcome: 'success' }))

    const [entry] = (await readState(session, usualName)).applied

    const startedAt = Date.parse(entry!.startedAt)
    assert.ok(startedAt >= before && startedAt <= Date.now())
  })
})

test('a journal of a newer shape is refused and left as it is', async () => {
  await withJournal(usualName, async ({ session, database }) => {
    await session.send(insertRow(usualName, claimOf(), { outcome: 'success' }))
    await database.query(`COMMENT ON TABLE migration_journal IS 'typetrek journal, shape 99'`)

    await assert.rejects(readState(session, usualName), unknown(/shape 99.*Upgrade typetrek/))

    assert.equal((await database.query('SELECT FROM migration_journal')).length, 1)
  })
})

test('a newer shape is told from a foreign table even where its columns differ', async () => {
  await withJournal(usualName, async ({ session, database }) => {
    await database.query(`COMMENT ON TABLE migration_journal IS 'typetrek journal, shape 99'`)
    await database.query('ALTER TABLE migration_journal RENAME COLUMN ordinal TO number')

    await assert.rejects(readState(session, usualName), unknown(/shape 99.*Upgrade typetrek/))
  })
})

for (const [what, ddl] of [
  ['table', 'CREATE TABLE migration_journal (id int, note text)'],
  ['table without columns', 'CREATE TABLE migration_journal ()'],
  ['view', 'CREATE VIEW migration_journal AS SELECT 1 AS id'],
  ['sequence', 'CREATE SEQUENCE migration_journal'],
  ['index', 'CREATE TABLE t (id int); CREATE INDEX migration_journal ON t (id)'],
  ['composite type', 'CREATE TYPE migration_journal AS (id int)'],
] as const) {
  test(`a ${what} of the journal's name is refused and left as it is`, async () => {
    await withJournal(undefined, async ({ session, database }) => {
      await database.query(ddl)

      await assert.rejects(
        readState(session, usualName),
        unknown(/"public"\."migration_journal" is not a journal of typetrek.*journal_table/),
      )
      await assert.rejects(
        readFull(session, usualName, { outcome: 'success' }),
        unknown(/is not a journal/),
      )
    })
  })
}

const names: Readonly<Record<string, JournalName>> = {
  'another schema': { schema: 'ops', table: 'journal' },
  'capitals and spaces': { schema: 'My Schema', table: 'My Journal' },
  quotes: { schema: `o'"p`, table: `a "quoted" 'journal'` },
  'dots and a backslash': { schema: 'a.b', table: 'c\\d.e' },
  '63 bytes': { schema: 's'.repeat(63), table: 't'.repeat(63) },
  '60 bytes of emoji': { schema: '🐘'.repeat(15), table: '🐘'.repeat(15) },
  'a keyword': { schema: 'select', table: 'table' },
}

for (const [what, name] of Object.entries(names)) {
  test(`a journal may have a name with ${what}`, async () => {
    await withJournal(name, async ({ session, another, database }) => {
      await session.send(insertClaim(name, claimOf()))
      await session.send(finishClaim(name, claimOf()))

      const { exists, applied } = await readState(await another(), name)

      assert.equal(exists, true)
      assert.deepEqual(
        applied.map(({ revision }) => revision),
        ['1'],
      )
      assert.deepEqual(await tables(database), [name])
    })
  })
}

test('a role that may not create the journal is told what to grant', async () => {
  await withJournal(undefined, async ({ session }) => {
    await session.send('SET ROLE pg_monitor')

    await assert.rejects(ensureJournal(session, usualName), {
      code: 'JOURNAL_FAILED',
      sqlstate: '42501',
      hint: /Grant the role/,
    })
  })
})

test('a server that is read-only is told from one that forbids', async () => {
  await withJournal(undefined, async ({ session }) => {
    await session.send('SET default_transaction_read_only = on')

    await assert.rejects(ensureJournal(session, usualName), {
      code: 'JOURNAL_FAILED',
      sqlstate: '25006',
      hint: /connect to the primary/,
    })
  })
})

test('the journal is found whatever the search path', async () => {
  await withJournal(usualName, async ({ session }) => {
    await session.send("SET search_path = ''")
    await session.send(insertRow(usualName, claimOf(), { outcome: 'success' }))

    assert.equal((await readState(session, usualName)).applied.length, 1)
  })
})

async function tables(database: TestDatabase): Promise<JournalName[]> {
  return database.query<{ schema: string; table: string }>(
    `SELECT schemaname AS schema, tablename AS table FROM pg_tables
      WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  )
}

test('a journal that was made after a snapshot is not there in it, and lacks nothing', () =>
  withJournal(undefined, async ({ session, another }) => {
    await session.send('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT')
    await ensureJournal(await another(), usualName)
    const [before] = await session.query(inspection(usualName))
    await session.send('COMMIT')
    const [after] = await session.query(inspection(usualName))

    assert.equal(readInspection(usualName, before).exists, false)
    assert.deepEqual(readInspection(usualName, after), {
      exists: true,
      schemaExists: true,
      outdated: false,
    })
  }))
