import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readGraphFolder } from '../../src/script/named/graph-folder'
import { failureOf } from '../support/failure'
import { withFolder } from '../support/folder'

async function edges(...names: string[]): Promise<string[]> {
  let found: string[] = []
  await withFolder(
    Object.fromEntries(names.map((name) => [name, 'SELECT 1'])),
    async (directory) => {
      const scripts = await readGraphFolder({ directory, ignore: [] })
      found = scripts.map(
        ({ edge: { from, direction, to }, kind }) => `${from} ${direction} ${to} ${kind}`,
      )
    },
  )
  return found
}

test('of several _up_ and _down_ in a name the last one counts, and the date is not looked at', async () => {
  const names = [
    '20230101_initial_up_a.sql',
    '20229999_a_up_b_up_c.ts',
    '00000000_a_up_b_down_c.sql',
    '20230101_é_down_a.js',
  ]
  assert.deepEqual((await edges(...names)).toSorted(), [
    'a_up_b down c sql',
    'a_up_b up c ts',
    'initial up a sql',
    'é down a ts',
  ])
})

test('a name that is nearly one is refused, and what is no script is left out', async () => {
  await withFolder(
    {
      '20230101_initial_up_a.sql': '',
      '20230101_a_:up_b.sql': '',
      '1_x.sql': '',
      'README.md': '',
      'notes.txt': '',
    },
    async (directory) => {
      const error = await failureOf(readGraphFolder({ directory, ignore: [] }))
      assert.equal(error.code, 'SCRIPT_NAME_INVALID')
      assert.match(error.detail ?? '', /1_x\.sql[^]*a_:up_b\.sql|a_:up_b\.sql[^]*1_x\.sql/)
      assert.equal((await readGraphFolder({ directory, ignore: ['1_x.sql', '*:up*'] })).length, 1)
    },
  )
})
