import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { withApplication, type Application } from '../cli/application'

/** A class of migratore's form that writes down what is called. */
const logging = (name: string, more = '') => `
const note = (queryRunner, what) => queryRunner.query('INSERT INTO calls (what) VALUES ($1)', ['${name} ' + what])
class Migration {
  uuid = '9f0c2f8e-5d3b-4a57-8f0a-0c3f6f2f7a1${name}'
  async run(queryRunner) { await note(queryRunner, 'run') }
  async runPartial(queryRunner, context) { await note(queryRunner, 'runPartial ' + context.direction) }
  async runSkip(queryRunner) { await note(queryRunner, 'runSkip') }
  async rollback(queryRunner, { force }) { await note(queryRunner, 'rollback ' + force) }
  async cleanup(queryRunner) { await note(queryRunner, 'cleanup') }
  ${more}
}
export const migration = new Migration()
`

const calls = 'migration/1_calls.sql'
const table = { [calls]: 'CREATE TABLE calls (id serial, what text)' }

async function called({ database }: Application): Promise<string[]> {
  const rows = await database.query<{ what: string }>('SELECT what FROM calls ORDER BY id')
  await database.query('TRUNCATE calls')
  return rows.map(({ what }) => what)
}

async function journal({ database }: Application): Promise<string[]> {
  const rows = await database.query<{ row: string }>(
    "SELECT revision || ' ' || operation || ' ' || outcome AS row FROM migration_journal WHERE revision > 1 ORDER BY id",
  )
  return rows.map(({ row }) => row)
}

test('each operation calls its own function of a class, cleanup after each, and the journal names it', async () => {
  const files = { ...table, 'migration/2_a.ts': logging('a'), 'migration/3_b.ts': logging('b') }
  await withApplication(files, async (application) => {
    const { run } = application
    const steps: Record<string, string[]> = {}
    for (const line of [
      'upgrade 2',
      'skip',
      'rebuild 2',
      'downgrade',
      'mark --yes',
      'downgrade 1',
    ]) {
      const { status, stderr } = await run(line)
      assert.equal(status, 0, `${line}: ${stderr}`)
      steps[line] = await called(application)
    }

    assert.deepEqual(steps, {
      'upgrade 2': ['a run', 'a cleanup'],
      skip: ['b runSkip', 'b cleanup'],
      'rebuild 2': ['a runPartial up', 'a cleanup'],
      // what was run again keeps its place: b is the newest application
      downgrade: ['b rollback true', 'b cleanup'],
      'mark --yes': ['b runSkip', 'b cleanup'],
      'downgrade 1': ['b rollback true', 'b cleanup', 'a rollback true', 'a cleanup'],
    })
    assert.deepEqual(await journal(application), [
      '2 run success',
      '3 run_skip success',
      '2 run_partial success',
      '3 rollback success',
      '3 run_skip success',
      '3 rollback success',
      '2 rollback success',
    ])
  })
})

test('a failure recovers by the script’s own rollback only where safe = false, and that has an entry', async () => {
  const failing = 'async run(queryRunner) { await note(queryRunner, "run"); throw new Error("no") }'
  const outside = `${logging('a', failing)}\nexport const transaction = false\n`
  await withApplication({ ...table, 'migration/2_a.ts': outside }, async (application) => {
    const { run } = application
    const safe = await run('upgrade')
    const first = await called(application)
    const unsafe = await run('upgrade', { env: { SAFE: '0' } })
    const second = await called(application)

    assert.equal(safe.status, 1)
    assert.deepEqual(first, ['a run', 'a cleanup'])
    assert.equal(unsafe.status, 1)
    assert.match(unsafe.stderr, /^error: script 2_a: no$/m)
    assert.deepEqual(second, ['a run', 'a rollback false', 'a cleanup'])
    assert.deepEqual(await journal(application), [
      '2 run error',
      '2 run error',
      '2 rollback success',
    ])
    assert.match((await run('status')).stdout, /1 applied, 1 pending/)
    assert.equal((await run('upgrade 1')).status, 0)
  })
})

test('a cleanup that fails loses neither the script’s success nor its failure', async () => {
  const broken = 'async cleanup() { throw new Error("still locked") }'
  const both = `${broken}\n  async run() { throw new Error("no") }\n  async rollback() { throw new Error("nor back") }`
  const files = { ...table, 'migration/2_a.ts': logging('a', broken) }
  await withApplication(files, async (application) => {
    const { cwd, run } = application
    const done = await run('upgrade')
    const trace = await run('trace 2')
    await writeFile(join(cwd, 'migration/3_b.ts'), logging('b', both))
    const failed = await run('upgrade', { env: { SAFE: '0' } })
    const list = await run('errors --json')
    const together = await run('upgrade --transaction all')

    assert.equal(done.status, 1)
    assert.match(done.stderr, /^error: script 2_a: cleanup: still locked$/m)
    assert.match(done.stderr, /^ {2}The script itself is applied\.$/m)
    assert.match(trace.stdout, /still locked/)
    assert.match((await run('status')).stdout, /2 applied/)
    assert.match(failed.stderr, /^error: script 3_b: no$/m)
    assert.match(
      failed.stderr,
      /^ {2}then script 3_b: nor back\n {2}then script 3_b: cleanup: still locked$/m,
    )
    assert.match(list.stdout, /cleanup: still locked/)
    assert.match(together.stderr, /^error: script 3_b: no$/m)
    assert.match(together.stderr, /then script 3_b: cleanup: still locked/)
  })
})

test('functions of a module are hooks too, in either spelling; a class of TypeORM’s has none', async () => {
  const functions = `
export async function upgrade(q) { await q.query("INSERT INTO calls (what) VALUES ('up')") }
export async function run_skip(q) { await q.query("INSERT INTO calls (what) VALUES ('run_skip')") }
export async function rollback(q, { force }) { await q.query("INSERT INTO calls (what) VALUES ('rollback ' || $1::text)", [String(force)]) }
`
  const typeorms = `export class Old3 {
  async up(q) { await q.query("INSERT INTO calls (what) VALUES ('up 3')") }
  async down(q) { await q.query("INSERT INTO calls (what) VALUES ('down 3')") }
  async cleanup() { throw new Error('a helper') }
}`
  const files = { ...table, 'migration/2_a.ts': functions, 'migration/3_b.ts': typeorms }
  await withApplication(files, async (application) => {
    const { run } = application
    await run('upgrade 1')
    await run('skip --yes')
    const up = await run('upgrade')
    const down = await run('downgrade 1')

    assert.equal(up.status, 0, up.stderr)
    assert.equal(down.status, 0, down.stderr)
    assert.deepEqual(await called(application), ['run_skip', 'up 3', 'down 3', 'rollback true'])
  })
})
