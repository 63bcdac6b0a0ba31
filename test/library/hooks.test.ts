import assert from 'node:assert/strict'
import { test } from 'node:test'
import { migrateTo, type RunHooks } from '../../src'
import { withDatabase } from '../support/database'
import { failureOf } from '../support/failure'

const scripts = [
  { name: '1_a', sql: 'CREATE TABLE a ()' },
  { name: '2_b', sql: 'CREATE TABLE b ()' },
  { name: '3_c', sql: 'SELECT 1/0' },
]

function recorder(): { hooks: Required<RunHooks>; heard: string[] } {
  const heard: string[] = []
  const hooks: Required<RunHooks> = {
    beforeRun: ({ steps }) => void heard.push(`run of ${steps.length}`),
    async afterRun({ steps, error }) {
      await Promise.resolve()
      heard.push(`run over: ${steps.length}${error ? ', failed' : ''}`)
    },
    beforeStep: ({ revision }, index, total) =>
      void heard.push(`before ${revision}: ${index} of ${total}`),
    afterStep: ({ outcome }, { revision }) => void heard.push(`after ${revision}: ${outcome}`),
  }
  return { hooks, heard }
}

test('hooks are called before and after a run and each script, and wait for each other', async () => {
  await withDatabase(async ({ url }) => {
    for (const transaction of ['each', 'all'] as const) {
      const { hooks, heard } = recorder()
      const settings = { transaction, journal_table: `journal_${transaction}` }
      const two = scripts.slice(0, 2).map(({ name }) => ({ name, sql: 'SELECT 1' }))
      await migrateTo(url, two, 'latest', { hooks, settings })
      await migrateTo(url, two, 'latest', { hooks, settings }) // nothing to do

      assert.deepEqual(heard, [
        'run of 2',
        'before 1: 0 of 2',
        'after 1: success',
        'before 2: 1 of 2',
        'after 2: success',
        'run over: 2',
      ])
    }
  })
})

test('the hooks after a script and a run hear of its failure', async () => {
  await withDatabase(async ({ url }) => {
    const { hooks, heard } = recorder()
    const { code } = await failureOf(migrateTo(url, scripts, 'latest', { hooks }))

    assert.equal(code, 'SCRIPT_FAILED')
    assert.deepEqual(heard.slice(-2), ['after 3: error', 'run over: 3, failed'])
  })
})

test('what a hook throws stops the run there', async () => {
  await withDatabase(async ({ url, query }) => {
    const no = () => Promise.reject(new Error('no backup'))
    const done = async (settings: object) => {
      const hooks = { beforeStep: ({ revision }: { revision: string }) => revision === '2' && no() }
      const failure = await failureOf(
        migrateTo(url, scripts, 'latest', { hooks: hooks as never, settings }),
      )
      const rows = await query<{ name: string }>(
        "SELECT relname AS name FROM pg_class WHERE relname IN ('a', 'b')",
      )
      return [failure.code, failure.detail, rows.map(({ name }) => name).join()]
    }

    const { code } = await failureOf(migrateTo(url, scripts, '1', { hooks: { beforeRun: no } }))
    assert.equal(code, 'HOOK_FAILED')
    assert.deepEqual(await done({ transaction: 'all' }), ['HOOK_FAILED', 'no backup', ''])
    assert.deepEqual(await done({}), ['HOOK_FAILED', 'no backup', 'a'])
  })
})
