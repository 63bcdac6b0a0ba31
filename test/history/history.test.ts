import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TestDatabase, withDatabase } from '../support/database'
import { type History, type HistoryOptions, makeHistory } from '../support/history'
import { withRole } from '../support/history-role'
import { assertSame, type Snapshot, snapshot } from '../support/history-snapshot'
import { type MigratorFixture, type MigratorOptions, withMigrator } from '../support/migrator'
import { findPsql, replayWithDriver, replayWithPsql } from '../support/psql'
import { few } from '../support/scope'

const seed = Number(process.env.HISTORY_SEED ?? 20260101)

/** Without psql, or where `HISTORY_REPLAY=driver` says so, PostgreSQL's own parser cuts the statements. */
async function chosenReplay(): Promise<typeof replayWithDriver> {
  const psql = process.env.HISTORY_REPLAY === 'driver' ? undefined : await findPsql()
  return psql === undefined
    ? replayWithDriver
    : (database, texts) => replayWithPsql(psql, database, texts)
}

/** Replays a history without us. */
async function reference(
  { scripts }: History,
  replay: typeof replayWithDriver,
  major: number,
): Promise<Snapshot> {
  let result: Snapshot | undefined
  await withDatabase(
    async (database) => {
      const texts = scripts.map(({ up, needsTransaction }) => ({ text: up, needsTransaction }))
      await replay(database, texts)
      result = await snapshot(database)
    },
    { major },
  )
  return result!
}

const emptyCatalogs = new Map<number, Promise<Snapshot>>()

function emptyCatalog({ major }: TestDatabase): Promise<Snapshot> {
  const made = emptyCatalogs.get(major) ?? catalogOfNothing(major)
  emptyCatalogs.set(major, made)
  return made
}

async function catalogOfNothing(major: number): Promise<Snapshot> {
  let result: Snapshot | undefined
  await withDatabase(
    async (empty) => {
      result = await snapshot(empty)
    },
    { major },
  )
  return result!
}

/** Up is what the reference says, down is an empty catalog, and up again is the same. */
async function upDownUp({ migrator, database, another }: MigratorFixture, expected: Snapshot) {
  const { pending } = await migrator.status()
  const up = await migrator.execute({ command: 'upgrade' })
  assert.equal(up.steps.length, pending.length)
  assertSame(await snapshot(database), expected)

  const down = await (await another()).execute({ command: 'downgrade', target: '0' })
  assert.equal(down.steps.length, pending.length)
  assertSame(await snapshot(database), await emptyCatalog(database))
  assert.equal((await migrator.status()).pending.length, pending.length)

  await (await another()).execute({ command: 'upgrade' })
  assertSame(await snapshot(database), expected)
  const outcomes = await database.query(
    'SELECT outcome, count(*)::int AS n FROM migration_journal GROUP BY outcome',
  )
  assert.deepEqual(outcomes, [{ outcome: 'success', n: 3 * pending.length }])
}

async function sameAsReference(
  options: Omit<HistoryOptions, 'role'>,
  replay: typeof replayWithDriver,
  { major = 18, flags = {} }: MigratorOptions,
): Promise<void> {
  await withRole(major, async (role) => {
    const history = makeHistory({ ...options, role })
    assert.ok(history.scripts.length >= options.scripts)
    const expected = await reference(history, replay, major)
    await withMigrator(history.files, (fixture) => upDownUp(fixture, expected), { major, flags })
  })
}

// the older major is there for what it lacks, which a shorter history shows as well
for (const [major, scripts] of [
  [14, few(10, 500)],
  [18, few(18, 500)],
] as const)
  test(`${scripts} scripts make the catalog on PostgreSQL ${major} that psql makes of them, go down to nothing and up again`, async () => {
    const options = { seed: seed + major, scripts, times: 5 }
    await sameAsReference(options, await chosenReplay(), { major })
  })

test("a history makes what PostgreSQL's own parser cuts it into, statement by statement", async () => {
  await sameAsReference({ seed: seed + 1, scripts: few(10, 120), times: 1 }, replayWithDriver, {})
})

test('a history in one transaction makes the same catalog', async () => {
  const options = { seed: seed + 2, scripts: few(10, 120), times: 2 }
  await sameAsReference(
    { ...options, fits: ({ own, outside }) => !own && !outside },
    await chosenReplay(),
    { flags: { transaction: 'all' } },
  )
})

test('a history without our transactions makes the same catalog', async () => {
  const options = { seed: seed + 3, scripts: few(10, 120), times: 2 }
  await sameAsReference(
    { ...options, fits: ({ needsTransaction }) => !needsTransaction },
    await chosenReplay(),
    { flags: { transaction: 'none' } },
  )
})
