import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Migrator } from '../../src/migrator/migrator'
import { withDatabase, type TestDatabase } from '../support/database'
import { catalogLines } from '../support/history-snapshot'
import { canonicalDump, dumpOf, withScripts } from './example-database'

/** The help desk as it was when it had the first tickets, so that later scripts find rows. */
const rows = `
INSERT INTO company (name, phone) VALUES ('Mill & Sons', '+49 30 1234'), ('Empty', NULL);
INSERT INTO customer (company_id, name, email) VALUES (1, 'Carl', 'Carl@Mill.example');
INSERT INTO team (name) VALUES ('First level');
INSERT INTO agent (team_id, name, email) VALUES (1, 'Ann', 'ann@desk.example');
INSERT INTO ticket (customer_id, agent_id, subject, status, priority, closed_at)
  VALUES (1, 1, 'The printer is on fire', 'pending', 'urgent', NULL),
         (1, NULL, 'An invoice', 'closed', 'low', now());
INSERT INTO message (ticket_id, customer_id, body) VALUES (1, 1, 'Smoke!');
INSERT INTO message (ticket_id, agent_id, body) VALUES (1, 1, 'Pull the plug.');`

const firstTickets = '20240205140000'
const irreversible = '20250602110000'

for (const major of [14, 18]) {
  test(`the scripts make the canonical schema, PostgreSQL ${major}`, async () => {
    await withDatabase(
      async (database) => {
        const report = await withScripts(database, (migrator) =>
          migrator.execute({ command: 'upgrade' }),
        )

        assert.equal(report.steps.length, 17)
        assert.equal(await dumpOf(database), await canonicalDump(major))
      },
      { major },
    )
  })

  test(`the scripts make the canonical schema in a database in use, PostgreSQL ${major}`, async () => {
    await withDatabase(
      async (database) => {
        await withScripts(database, async (migrator) => {
          await migrator.execute({ command: 'upgrade', target: firstTickets })
          await database.query(rows)
          await migrator.execute({ command: 'upgrade' })
        })

        assert.equal(await dumpOf(database), await canonicalDump(major))
        const [answered] = await database.query(
          'SELECT first_responded_at IS NOT NULL AS yes FROM ticket WHERE id = 1',
        )
        assert.deepEqual(answered, { yes: true })
      },
      { major },
    )
  })
}

test('every script goes up, down and up again to the same catalog', async () => {
  await withDatabase(async (database) => {
    await withScripts(database, async (migrator) => {
      const { pending } = await migrator.status()
      let before: readonly string[] = await catalogLines(database)
      for (const { script } of pending) {
        before = await upDownUp(migrator, database, script.revision, before)
        if (script.revision === firstTickets) await database.query(rows)
      }
      assert.equal((await migrator.status()).pending.length, 0)
      assert.equal(await dumpOf(database), await canonicalDump(18))
    })
  })
})

/**
 * The catalog after the script. What the second upgrade leaves is seen when the next script is
 * reverted: it must be what this first one left.
 */
async function upDownUp(
  migrator: Migrator,
  database: TestDatabase,
  revision: string,
  before: readonly string[],
): Promise<readonly string[]> {
  await migrator.execute({ command: 'upgrade', target: revision })
  const after = await catalogLines(database)
  if (revision === irreversible) {
    await assert.rejects(migrator.execute({ command: 'downgrade' }), { code: 'IRREVERSIBLE' })
    return after
  }
  const { steps } = await migrator.execute({ command: 'downgrade' })
  assert.deepEqual(
    steps.map((step) => step.revision),
    [revision],
  )
  assert.deepEqual(await catalogLines(database), before, `what ${revision} leaves behind`)
  await migrator.execute({ command: 'upgrade', target: revision })
  return after
}

test('all the way down stops at the irreversible script, and nothing is done', async () => {
  await withDatabase(async (database) => {
    await withScripts(database, async (migrator) => {
      await migrator.execute({ command: 'upgrade' })

      await assert.rejects(migrator.execute({ command: 'downgrade', target: '0' }), {
        code: 'IRREVERSIBLE',
      })
      assert.equal((await migrator.status()).applied.length, 17)
      const { steps } = await migrator.execute({ command: 'downgrade', target: irreversible })
      assert.equal(steps.length, 4)
    })
  })
})
