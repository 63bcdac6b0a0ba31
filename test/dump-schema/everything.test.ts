import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Databases } from '../add-script/scratch'
import { dumpTwice } from './dumped'
import { pgDump } from '../support/pg-dump'
import { everything } from './everything'

for (const major of [14, 18]) {
  test(`everything that a schema file can hold comes back, PostgreSQL ${major}`, () =>
    Databases.with(async (databases) => {
      const { text, left, again, names } = await dumpTwice(databases, everything)
      if (process.env['SHOW']) console.log(text)

      assert.deepEqual(left, [])
      assert.equal(again, text)
      if (major < 18) return
      const [original = '', loaded] = await Promise.all(
        names.map((name) => dumpOf(databases, name)),
      )
      assert.equal(loaded, original)
    }, major))
}

/** What another program says that a database holds, but for the names of what is NOT NULL. */
async function dumpOf(databases: Databases, name: string): Promise<string> {
  const text = await pgDump(databases.connectionTo(name))
  return text.replaceAll(/ CONSTRAINT \w+(?= NOT NULL)/g, '')
}
