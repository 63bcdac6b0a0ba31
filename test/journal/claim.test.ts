import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Session } from '../../src/database/postgres/session'
import { readFull } from '../../src/journal/entries'
import { readState } from '../../src/journal/journal'
import { claimIndex, type JournalName } from '../../src/journal/model/journal-name'
import {
  failClaim,
  finishClaim,
  insertClaim,
  insertRow,
  markTakenOver,
  recordDone,
  takeOver,
} from '../../src/journal/model/claim'
import { claimOf, usualName, withJournal } from './with-journal'

for (const [what, name] of Object.entries<JournalName>({
  'the usual name': usualName,
  'a name of 63 bytes': { schema: 'public', table: 'j'.repeat(63) },
  'a name of 60 bytes of emoji': { schema: 'public', table: '🐘'.repeat(15) },
  'a name with quotes': { schema: 'public', table: `my "own" 'journal'` },
})) {
  test(`a claim that is made already is refused by the claim's index, in a journal with ${what}`, async () => {
    await withJournal(name, async ({ session, another }) => {
      await session.send(insertClaim(name, claimOf()))

      const { error } = await (await another()).send(insertClaim(name, claimOf({ runId: 'b' })))

      assert.equal(error?.code, '23505')
      assert.equal(error.constraint, claimIndex(name))
    })
  })
}

test('a second claim waits for the first and is refused when it commits', async () => {
  await withJournal(usualName, async ({ session, another }) => {
    const second = await another()
    await session.send(`BEGIN; ${insertClaim(usualName, claimOf())}`)
    const waiting = second.send(insertClaim(usualName, claimOf({ runId: 'b' })))
    await untilWaiting(session, second)

    await session.send('COMMIT')

    const { error } = await waiting
    assert.equal(error?.constraint, claimIndex(usualName))
  })
})

test('a second claim is made when the first is rolled back', async () => {
  await withJournal(usualName, async ({ session, another }) => {
    const second = await another()
    await session.send(`BEGIN; ${insertClaim(usualName, claimOf())}`)
    const waiting = second.send(insertClaim(usualName, claimOf({ runId: 'b' })))
    await untilWaiting(session, second)

    await session.send('ROLLBACK')

    assert.equal((await waiting).error, undefined)
  })
})

test('a failure leaves its claim free, and any number of failures may stand', async () => {
  await withJournal(usualName, async ({ session }) => {
    await session.send(insertClaim(usualName, claimOf()))
    await session.send(failClaim(usualName, claimOf(), '{"code":"SCRIPT_FAILED"}', 'at x'))
    await session.send(insertRow(usualName, claimOf(), { outcome: 'error', error: '{}' }))

    const { error } = await session.send(insertClaim(usualName, claimOf()))

    assert.equal(error, undefined)
    const failures = await readFull(session, usualName, { outcome: 'error' })
    assert.deepEqual(
      failures.map((one) => [one.error, one.trace]),
      [
        [{ code: 'SCRIPT_FAILED' }, 'at x'],
        [{}, null],
      ],
    )
  })
})

test('a claim that is gone cannot be finished', async () => {
  await withJournal(usualName, async ({ session }) => {
    await session.send(`BEGIN; ${insertClaim(usualName, claimOf())}; ROLLBACK`)

    const { error } = await session.send(finishClaim(usualName, claimOf()))

    assert.equal(error?.code, '22012')
  })
})

test('a claim is finished once, and by its own run', async () => {
  await withJournal(usualName, async ({ session }) => {
    await session.send(insertClaim(usualName, claimOf()))

    const foreign = await session.send(finishClaim(usualName, claimOf({ runId: 'b' })))
    const own = await session.send(finishClaim(usualName, claimOf()))
    const again = await session.send(finishClaim(usualName, claimOf()))

    assert.deepEqual(
      [foreign, own, again].map(({ error }) => error?.code),
      ['22012', undefined, '22012'],
    )
  })
})

test('of two who take over what a dead run left, one gets it', async () => {
  await withJournal(usualName, async ({ session, another }) => {
    await session.send(insertClaim(usualName, claimOf()))
    await session.send(recordDone(usualName, claimOf(), 2, 'two'))
    const sessions = [session, await another()]

    const rows = await Promise.all(
      sessions.map((one, index) => one.query(takeOver(usualName, `run ${index}`, '1', 1))),
    )

    assert.equal(rows.flat().length, 1)
    const left = (await readState(session, usualName)).unfinished.get('1')
    assert.deepEqual(
      [left?.attempt, left?.statementsDone, left?.doneChecksum, left?.outcome],
      [2, 2, 'two', 'running'],
    )
  })
})

test('what a dead run left is marked as done by one', async () => {
  await withJournal(usualName, async ({ session }) => {
    await session.send(insertClaim(usualName, claimOf()))

    const first = await session.send(markTakenOver(usualName, 'b', '1', 1))
    const second = await session.send(markTakenOver(usualName, 'c', '1', 1))

    assert.deepEqual([first.error?.code, second.error?.code], [undefined, '22012'])
    const [entry] = await readFull(session, usualName, { outcome: 'success' })
    assert.deepEqual([entry?.operation, entry?.runId, entry?.attempt], ['run_skip', 'b', 2])
  })
})

async function untilWaiting(session: Session, waiter: Session): Promise<void> {
  for (;;) {
    const [row] = await session.query<{ waits: boolean }>(
      'SELECT cardinality(pg_blocking_pids($1)) > 0 AS waits',
      [waiter.pid],
    )
    if (row?.waits) return
  }
}
