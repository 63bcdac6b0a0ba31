import assert from 'node:assert/strict'
import { test } from 'node:test'
import { statusOf, readStatus, type Status } from '../../src/migrator/status'
import type { Request } from '../../src/plan/plan'
import { survey } from '../../src/plan/survey'
import { execute } from '../../src/run/execute'
import type { Notice, RunReport } from '../../src/run/context/events'
import { executionContext } from '../../src/run/context/run-context'
import { readScripts } from '../../src/script/source/read-scripts'
import { settingsFor } from '../../src/settings/library'
import { failureOf } from '../support/failure'
import { withFolder } from '../support/folder'
import { withMigrator } from '../support/migrator'
import { MemoryBackend, MemoryStore } from './memory-backend'

/** A database under test, with scripts. */
interface Place {
  execute(request: Request): Promise<RunReport>
  status(): Promise<Status>
  tables(): Promise<string[]>
  /** Codes of the notices, and what was reported of scripts, in order. */
  events: string[]
}

type Files = Readonly<Record<string, string>>

function observerInto(events: string[]) {
  return {
    started: ({ revision }: { revision: string }) => void events.push(`started ${revision}`),
    finished: (result: { revision: string; outcome: string }) =>
      void events.push(`${result.outcome} ${result.revision}`),
    notice: ({ code }: Notice) => void events.push(code),
  }
}

async function inMemory(files: Files, work: (place: Place) => Promise<void>): Promise<void> {
  await withFolder(files, async (folder) => {
    const store = new MemoryStore()
    const settings = await settingsFor(folder, 'postgres://nowhere/none', {})
    const events: string[] = []
    const context = () => executionContext(settings, observerInto(events))
    await work({
      events,
      execute(request) {
        const each = context()
        return execute(each, new MemoryBackend(store, each), readScripts(settings), request)
      },
      async status() {
        const found = await readStatus(new MemoryBackend(store, context()))
        const holders = { sessions: [], progress: new Map() }
        return statusOf(survey(await readScripts(settings), found.state), { ...found, holders })
      },
      tables: () => Promise.resolve([...store.tables].toSorted()),
    })
  })
}

async function onPostgres(files: Files, work: (place: Place) => Promise<void>): Promise<void> {
  await withMigrator(files, async ({ migrator, database, another }) => {
    const events: string[] = []
    const observer = observerInto(events)
    await work({
      events,
      execute: async (request) => (await another()).execute(request, { observer }),
      status: () => migrator.status(),
      async tables() {
        const rows = await database.query<{ name: string }>(
          `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace
            AND relkind = 'r' AND relname <> 'migration_journal' ORDER BY relname`,
        )
        return rows.map(({ name }) => name)
      },
    })
  })
}

const script = (name: string): string =>
  `-- MIGRATE UP\nCREATE TABLE ${name} ();\n-- MIGRATE DOWN\nDROP TABLE ${name};\n`

const three = { '1_a.sql': script('a'), '2_b.sql': script('b'), '3_c.sql': script('c') }

const upgrade: Request = { command: 'upgrade' }

function shown({ applied, pending, failed }: Status): string {
  const names = (list: readonly { revision: string }[]) => list.map(({ revision }) => revision)
  const parts = [names(applied), names(pending.map((one) => one.script)), names(failed)]
  return parts.map((part) => part.join(' ')).join(' | ')
}

for (const [name, within] of Object.entries({ memory: inMemory, PostgreSQL: onPostgres })) {
  test(`on ${name}, an upgrade runs what is pending, once`, async () => {
    await within(three, async ({ execute: run, status, tables, events }) => {
      assert.equal(shown(await status()), ' | 1 2 3 | ')
      const first = await run({ ...upgrade, target: '2' })
      assert.deepEqual(
        first.steps.map(({ revision, outcome }) => `${outcome} ${revision}`),
        ['success 1', 'success 2'],
      )
      assert.equal(shown(await status()), '1 2 | 3 | ')
      await run(upgrade)
      assert.deepEqual((await run(upgrade)).steps, [])
      assert.deepEqual(await tables(), ['a', 'b', 'c'])
      assert.deepEqual(
        events,
        ['1', '2', '3'].flatMap((revision) => [`started ${revision}`, `success ${revision}`]),
      )
    })
  })

  test(`on ${name}, a downgrade reverts the newest, and "to" goes either way`, async () => {
    await within(three, async ({ execute: run, status, tables }) => {
      await run(upgrade)
      await run({ command: 'downgrade' })
      assert.deepEqual(await tables(), ['a', 'b'])
      await run({ command: 'to', target: '1' })
      assert.deepEqual(await tables(), ['a'])
      await run({ command: 'to', target: '3' })
      assert.deepEqual(await tables(), ['a', 'b', 'c'])
      await run({ command: 'downgrade', target: '0' })
      assert.deepEqual(await tables(), [])
      assert.equal(shown(await status()), ' | 1 2 3 | ')
    })
  })

  test(`on ${name}, a mark records and runs nothing`, async () => {
    await within(three, async ({ execute: run, status, tables }) => {
      await run({ command: 'mark', target: '2' })
      assert.equal(shown(await status()), '1 2 | 3 | ')
      assert.deepEqual(await tables(), [])
    })
  })

  test(`on ${name}, a failure is undone and recorded, and says what was done before`, async () => {
    const bad = { ...three, '2_b.sql': 'CREATE TABLE b ();\nCREATE TABLE a ()' }
    await within(bad, async ({ execute: run, status, tables, events }) => {
      const error = await failureOf(run(upgrade))

      assert.equal(error.code, 'SCRIPT_FAILED')
      assert.deepEqual(
        error.results?.filter(({ outcome }) => outcome === 'success').map((one) => one.revision),
        ['1'],
      )
      assert.deepEqual(await tables(), ['a'])
      assert.equal(shown(await status()), '1 | 2 3 | 2')
      assert.deepEqual(events, ['started 1', 'success 1', 'started 2', 'error 2'])
    })
  })

  test(`on ${name}, a script that another migrator has claimed is not run, the others are`, async () => {
    const claim = `INSERT INTO migration_journal (run_id, revision, title, kind, operation, ordinal, outcome, checksum, checksum_kind, operator, tool_version)
      VALUES ('other', 2, 'b', 'sql', 'run', 1, 'success', '', 'sql', 'other', '0')`
    await within({ ...three, '1_a.sql': claim }, async ({ execute: run, tables, events }) => {
      const { steps } = await run(upgrade)

      assert.deepEqual(
        steps.filter(({ outcome }) => outcome === 'success').map(({ revision }) => revision),
        ['1', '3'],
      )
      assert.deepEqual(await tables(), ['c'])
      assert.ok(events.includes('PLAN_AGAIN'), events.join())
    })
  })

  test(`on ${name}, of three that start at once each script is run by one`, async () => {
    await within(three, async ({ execute: run, tables }) => {
      const reports = await Promise.all([run(upgrade), run(upgrade), run(upgrade)])

      assert.equal(reports.flatMap(({ steps }) => steps).length, 3)
      assert.deepEqual(await tables(), ['a', 'b', 'c'])
    })
  })
}
