import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readCatalog } from '../../src/add-script/catalog'
import { findDifference } from '../../src/add-script/difference'
import { remaining } from '../../src/add-script/draft'
import { loadEngine } from '../../src/add-script/engine'
import type { Answers, Change, Question } from '../../src/add-script/types'
import { MigrationError } from '../../src/errors'
import { Random } from '../support/history-random'
import { changedModel, randomModel, sqlOf } from './random-schema'
import { Databases } from './scratch'

const seed = Number(process.env['RANDOM_SEED'] ?? Date.now() % 100_000)
const pairs = Number(process.env['RANDOM_PAIRS'] ?? 6)

const agreeable: Answers = {
  renames: [],
  using: [],
  map: [],
  backfills: [],
  extra: 'drop',
  yes: true,
  online: false,
  ask: async ({ about, choices, suggestion, text }: Question) => {
    if (about === 'rename') return Promise.resolve(choices?.at(-1) ?? '')
    const type = / becomes (.*?) from /.exec(text)?.[1]?.replace(/ COLLATE .*/, '')
    return Promise.resolve(suggestion ?? (about === 'using' ? `NULL::${type}` : ''))
  },
}

for (let at = 0; at < pairs; at++)
  test(`random schemas ${seed + at}: the script converges, or is refused with a reason`, () =>
    Databases.with(async (databases) => {
      const random = new Random(seed + at)
      const model = randomModel(random)
      const [from, to] = [sqlOf(model), sqlOf(changedModel(model, random))]
      const before = await databases.make(from)
      const copy = databases.open(await databases.make('', before))
      const after = databases.open(await databases.make(to))
      const answers: Answers = {
        ...agreeable,
        online: random.chance(0.25),
        extra: random.chance(0.25) ? 'keep' : 'drop',
      }
      const change = await findDifference(copy, after, answers, []).catch(refusal)
      if (change instanceof MigrationError) {
        assert.equal(change.code, 'DIFFERENCE_REFUSED')
        if (process.env['SHOW']) console.log('REFUSED', change.message, change.detail)
        return
      }
      report(change)
      if (change.scripts.some(({ reversible, down }) => reversible === 'no' && down.length === 0))
        return
      const engine = await loadEngine()
      const catalogs = [copy, databases.open(before)].map((pool) => readCatalog(engine, pool, []))
      const [left, start] = await Promise.all(catalogs)
      assert.deepEqual(left && start && remaining(engine, left, start), [])
    }))

function refusal(error: unknown): MigrationError {
  if (error instanceof MigrationError) return error
  throw error
}

function report({ scripts }: Change): void {
  if (!process.env['SHOW']) return
  for (const { reversible, up, down, losses } of scripts)
    console.log('SCRIPT', reversible, up.length, down.length, reversible === 'no' ? losses : '')
}
