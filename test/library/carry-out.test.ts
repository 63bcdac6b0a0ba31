import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { execute, migrateTo, plan, type MigrationEvent, type StoredPlan } from '../../src'
import { withDatabase, type TestDatabase } from '../support/database'
import { failureOf } from '../support/failure'
import { withFolder, writeFiles } from '../support/folder'

const both = (name: string) =>
  `-- MIGRATE UP\nCREATE TABLE ${name} ();\n-- MIGRATE DOWN\nDROP TABLE ${name};\n`

const three = { '1_a.sql': both('a'), '2_b.sql': both('b'), '3_c.sql': both('c') }

async function withScripts(
  files: Readonly<Record<string, string>>,
  work: (database: TestDatabase, folder: string) => Promise<void>,
): Promise<void> {
  await withDatabase((database) => withFolder(files, (folder) => work(database, folder)))
}

async function tablesOf(database: TestDatabase): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace
      AND relkind = 'r' AND relname <> 'migration_journal' ORDER BY relname`,
  )
  return rows.map(({ name }) => name)
}

const wayOf = ({ steps }: StoredPlan) =>
  steps.map(({ direction, revision }) => `${direction} ${revision}`).join(', ')

const throughJson = (planned: StoredPlan) => JSON.parse(JSON.stringify(planned)) as StoredPlan

test('a plan that was stored as JSON is executed as it was reviewed, and once', async () => {
  await withScripts(three, async (database, folder) => {
    const planned = throughJson(await plan(database.url, folder, { target: '2' }))

    assert.equal(planned.direction, 'up')
    assert.deepEqual(await tablesOf(database), [])
    const { sql, ...first } = planned.steps[0]!
    assert.equal(sql, 'CREATE TABLE a ();\n')
    const { checksum, ...shown } = first
    assert.match(checksum, /^[0-9a-f]{64}$/)
    assert.deepEqual(shown, {
      ...{ revision: '1', title: 'a', kind: 'sql', direction: 'up', operation: 'run', ordinal: 1 },
      ...{ late: false, file: '1_a.sql', checksumKind: 'sql' },
    })
    const events: MigrationEvent[] = []
    const report = await execute(database.url, planned, { onEvent: (one) => events.push(one) })
    assert.deepEqual(
      report.steps.map(({ revision, outcome }) => `${revision} ${outcome}`),
      ['1 success', '2 success'],
    )
    assert.deepEqual(
      events.map(({ type }) => type),
      ['planned', 'started', 'finished', 'started', 'finished'],
    )
    assert.deepEqual(await tablesOf(database), ['a', 'b'])
    const again = await failureOf(execute(database.url, planned))
    assert.equal(again.code, 'STALE_PLAN')
    assert.equal(again.detail, 'Planned with 0 applied, up to 0; now 2 applied, up to 2.')
  })
})

test('without a direction a plan goes up, down or nowhere, whichever its target needs', async () => {
  await withScripts(three, async (database, folder) => {
    const client = await database.client()
    const wayTo = async (target: string) => {
      const planned = await plan(client, folder, { target })
      await execute(client, planned)
      return `${planned.direction}: ${wayOf(planned)}`
    }

    assert.equal(await wayTo('2'), 'up: up 1, up 2')
    assert.equal(await wayTo('2'), 'none: ')
    assert.equal(await wayTo('next'), 'up: up 3')
    assert.equal(await wayTo('previous'), 'down: down 3')
    assert.equal(await wayTo('latest'), 'up: up 3')
    assert.equal(await wayTo('1'), 'down: down 3, down 2')
    assert.equal(await wayTo('0'), 'down: down 1')
    const every = await plan(client, folder)
    assert.equal(wayOf(every), 'up 1, up 2, up 3')
    const only = await plan(client, folder, { only: '2', force: true })
    await execute(client, throughJson(only))
    assert.deepEqual(await tablesOf(database), ['b'])
    assert.equal(wayOf(await plan(client, folder, { target: '1' })), 'down 2, up 1')
    assert.equal((await plan(client, folder, { target: '1' })).direction, 'both')
    assert.equal((await plan(client, folder, { target: '3', direction: 'down' })).direction, 'none')
    await migrateTo(client, folder, '0')
    assert.deepEqual(await tablesOf(database), [])
    // nothing of the caller's is closed
    assert.equal((await client.query('SELECT 1')).rowCount, 1)
  })
})

test('a plan is refused when the journal, a text or the list of scripts is another one', async () => {
  await withScripts(three, async (database, folder) => {
    const planned = await plan(database.url, folder, { target: 'latest' })
    const refusal = async () => {
      const { code, detail, message } = await failureOf(execute(database.url, planned))
      assert.deepEqual(await tablesOf(database), await journalled(database))
      return [code, detail ?? message]
    }

    await writeFile(join(folder, '2_b.sql'), both('b').replace('()', '(id int)'))
    assert.deepEqual(await refusal(), [
      'SCRIPT_CHANGED',
      'script 2_b differs from its text in the plan',
    ])
    await writeFile(join(folder, '2_b.sql'), both('b'))
    await writeFile(join(folder, '4_d.sql'), both('d'))
    assert.deepEqual(await refusal(), ['STALE_PLAN', 'Only now: 4_d.'])
    await migrateTo(database.url, folder, '1')
    const [code, detail] = await refusal()
    assert.equal(code, 'STALE_PLAN')
    assert.match(detail!, /now 1 applied, up to 1/)
  })
})

async function journalled(database: TestDatabase): Promise<string[]> {
  const rows = await database
    .query<{ title: string }>('SELECT title FROM migration_journal ORDER BY title')
    .catch(() => [])
  return rows.map(({ title }) => title)
}

test('a plan that nothing is to be done is refused too when that has changed', async () => {
  await withScripts(three, async (database, folder) => {
    await migrateTo(database.url, folder, '3')
    const planned = await plan(database.url, folder)
    assert.equal(planned.direction, 'none')
    await execute(database.url, planned)
    await migrateTo(database.url, folder, '2')

    assert.equal((await failureOf(execute(database.url, planned))).code, 'STALE_PLAN')
  })
})

test('a failure carries what was done before it', async () => {
  const files = { ...three, '2_b.sql': 'SELECT 1/0' }
  await withScripts(files, async (database, folder) => {
    const planned = await plan(database.url, folder)
    const { code, results } = await failureOf(execute(database.url, planned))

    assert.equal(code, 'SCRIPT_FAILED')
    assert.deepEqual(
      results?.map(({ revision, outcome }) => `${revision} ${outcome}`),
      ['1 success', '2 error'],
    )
  })
})

test('a value that is no plan is refused, and so is an option that is unknown', async () => {
  const planned = { typetrek: 1, request: { command: 'nuke' }, steps: [], basis: { digest: '' } }
  for (const value of [undefined, {}, { typetrek: 2 }, planned]) {
    const failure = await failureOf(execute('postgres://nowhere/none', value as never))
    assert.equal(failure.code, 'USAGE')
  }
  const wrong = [
    { to: '1' },
    { direction: 'left' },
    { count: 2 },
    { settings: { transacton: 'all' } },
    { force: true },
  ]
  for (const options of wrong) {
    const failure = await failureOf(plan('postgres://nowhere/none', '.', options as never))
    assert.equal(failure.code, 'USAGE', JSON.stringify(options))
  }
})

test('one process plans, a person reads, another process executes', async () => {
  await withScripts(three, async (database, folder) => {
    const file = join(folder, 'plan.json')
    const library = JSON.stringify(join(__dirname, '../../src/index.js'))
    const planning = `const { plan } = require(${library})
plan(process.argv[1], 'migration', { settings: { transaction: 'all', isolation: 'serializable' } })
  .then((planned) => require('node:fs').writeFileSync('plan.json', JSON.stringify(planned)))`
    const inFolder = join(folder, 'migration')
    await writeFiles(inFolder, three)
    execFileSync(process.execPath, ['-e', planning, database.url], { cwd: folder })

    const planned = JSON.parse(await readFile(file, 'utf8')) as StoredPlan
    assert.equal(planned.scripts, 'migration')
    assert.doesNotMatch(JSON.stringify(planned), new RegExp(folder))
    const report = await execute(database.url, planned, { scripts: inFolder })
    assert.equal(report.steps.length, 3)
    assert.deepEqual(await tablesOf(database), ['a', 'b', 'c'])
    const again = await failureOf(execute(database.url, planned, { scripts: inFolder }))
    assert.equal(again.code, 'STALE_PLAN')
  })
})
