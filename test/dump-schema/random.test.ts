import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Databases } from '../add-script/scratch'
import { randomModel, sqlOf } from '../add-script/random-schema'
import { Random } from '../support/history-random'
import { few } from '../support/scope'
import { dumpTwice } from './dumped'

const seed = Number(process.env['RANDOM_SEED'] ?? 20260101)
const schemas = Number(process.env['RANDOM_SCHEMAS'] ?? few(1, 10))

test(`random schemas from ${seed}: what is written builds the same, and is written the same from there`, () =>
  Databases.with(async (databases) => {
    for (let at = 0; at < schemas; at++) {
      const { text, left, again } = await dumpTwice(
        databases,
        sqlOf(randomModel(new Random(seed + at))),
      )
      if (process.env['SHOW']) console.log(text)

      assert.deepEqual(left, [], `seed ${seed + at}`)
      assert.equal(again, text, `seed ${seed + at}`)
    }
  }))
