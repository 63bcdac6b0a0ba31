import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { readSince } from '../../src/cli/arguments/journal-options'
import { userFrames } from '../../src/run/failure/user-stack'
import { withApplication } from './application'

const scripts = {
  'migration/1_a.sql': 'SELECT 1',
  'migration/2_b.sql': 'SELECT 2',
  'migration/3_c.sql': 'SELECT 3',
}

const revisionsIn = (text: string) =>
  Array.from(text.matchAll(/^ {2}\d+ +run +(\d+)/gm), ([, revision]) => revision)

test('list --limit shows the newest, in their order; --since those that are not older', async () => {
  await withApplication(scripts, async ({ database, run }) => {
    await run('upgrade')
    await database.query(
      "UPDATE migration_journal SET started_at = '2020-01-01T10:00Z', finished_at = '2020-01-01T10:01Z' WHERE revision = 1",
    )
    const shown = async (line: string) => revisionsIn((await run(line)).stdout)

    assert.deepEqual(await shown('list'), ['1', '2', '3'])
    assert.deepEqual(await shown('list --limit 2'), ['2', '3'])
    assert.deepEqual(await shown('list --since 1d'), ['2', '3'])
    assert.deepEqual(await shown('list --since 2020-01-01T10:00:30Z --limit 9'), ['1', '2', '3'])
    assert.deepEqual(await shown('list --since 2020-01-01T10:02'), ['2', '3'])
    const { stdout } = await run('list --since 2100-01-01')
    assert.match(stdout, /\nthe journal has no such entries\n$/)
  })
})

test('errors takes the same options, and -d leaves only the entries of a folder', async () => {
  await withApplication(
    { ...scripts, 'other/2_b.sql': '', 'migration/4_d.sql': 'SELCT' },
    async ({ run }) => {
      await run('upgrade')

      assert.deepEqual(revisionsIn((await run('list -d other')).stdout), ['2'])
      assert.deepEqual(revisionsIn((await run('list -d other --revision 02')).stdout), ['2'])
      assert.deepEqual(revisionsIn((await run('list -d other --revision 1')).stdout), [])
      assert.deepEqual(revisionsIn((await run('errors --limit 1 --since 2h')).stdout), ['4'])
      assert.match((await run('errors -d other')).stdout, /\nthe journal has no such entries\n$/)
    },
  )
})

test('a time is ISO 8601 in UTC or a duration before now', () => {
  const now = new Date('2026-05-05T12:00:00Z')
  const read = (text: string) => readSince(text, now).toISOString()

  assert.equal(read('2h'), '2026-05-05T10:00:00.000Z')
  assert.equal(read('7d'), '2026-04-28T12:00:00.000Z')
  assert.equal(read('2026-01-31'), '2026-01-31T00:00:00.000Z')
  assert.equal(read('2026-01-31 12:30'), '2026-01-31T12:30:00.000Z')
  assert.equal(read('2026-01-31T12:30:00+02:00'), '2026-01-31T10:30:00.000Z')
  for (const text of ['yesterday', '5', '2026-13-01', '2 weeks', '7m'])
    assert.throws(() => read(text), /--since takes a time or a duration/)
})

test('trace of a SQL error reads as the error did, and has no stack', async () => {
  await withApplication({ 'migration/1_wrong.sql': 'SELECT 1;\n  SELCT 2;\n' }, async ({ run }) => {
    const { stderr } = await run('upgrade')
    const { stdout } = await run('trace 1')
    const elsewhere = await run('trace 1 -d migration')

    const facts = stderr.slice(stderr.indexOf('error:'), stderr.indexOf('hint:'))
    assert.match(facts, /\n {6}SELCT 2;\n {6}\^\n/)
    assert.ok(stdout.startsWith(facts), stdout)
    assert.match(stdout, /\n\nid +1\n/)
    assert.doesNotMatch(stdout, /\n +at .*\(/)
    assert.equal(elsewhere.stdout, stdout)
  })
})

test("trace of a TypeScript error shows the user's frames and none of typetrek's", async () => {
  const files = {
    'migration/1_a.ts':
      "import { fill } from '../lib/fill'\nexport async function upgrade() {\n  await fill()\n}\n",
    'lib/fill.ts': "export async function fill() {\n  throw new Error('no rows')\n}\n",
  }
  await withApplication(files, async ({ run }) => {
    const { stderr } = await run('upgrade')
    const { stdout } = await run(`trace ${/migrate trace (\d+)/.exec(stderr)?.[1]}`)

    assert.match(stderr, /^database .*\nerror: script 1_a: no rows\n/)
    assert.match(stdout, /^error: script 1_a: no rows\n {2}at migration\/1_a\.ts:3/)
    assert.match(stdout, /\n {2}at .*fill\.ts:2:\d+\)?\n {2}at .*1_a\.ts:3:\d+\)?\n/)
    assert.doesNotMatch(stdout, /code\.js|runner|node:internal/)
  })
})

test('frames of Node, of the drivers and of typetrek are left out of a stack', () => {
  const stack = `Error: no
    at fill (/app/lib/fill.ts:2:9)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
    at Client.query (/app/node_modules/pg/lib/client.js:1:1)
    at run (/app/node_modules/typetrek/dist/src/bundle.js:1:1)
    at async upgrade (/app/node_modules/own/x.js:3:3)`

  assert.deepEqual(userFrames(stack), [
    'at fill (/app/lib/fill.ts:2:9)',
    'at async upgrade (/app/node_modules/own/x.js:3:3)',
  ])
})

test('an existing folder may follow --to, as it does after "to"', async () => {
  await withApplication(scripts, async ({ cwd, run }) => {
    await mkdir(join(cwd, 'more'))
    await writeFile(join(cwd, 'more/7_x.sql'), 'SELECT 7')

    const { stdout, status } = await run('--to 7 more')
    const up = await run('--up more')

    assert.equal(status, 0)
    assert.match(stdout, /^up {3}7 x/)
    assert.match(up.stdout, /nothing to do/)
    assert.match((await run('--to 7 absent')).stderr, /unknown command "absent"/)
  })
})
