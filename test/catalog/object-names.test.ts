import assert from 'node:assert/strict'
import { test } from 'node:test'
import { madeUpName } from '../../src/catalog/object-names'
import { quoteIdentifier } from '../../src/database/sql/quote'
import { withDatabase } from '../support/database'

const names = [
  ['t', 'a'],
  ['t'.repeat(60), 'a'],
  ['t', 'a'.repeat(60)],
  ['t'.repeat(40), 'a'.repeat(41)],
  ['ß'.repeat(31), 'ä'.repeat(30)],
  ['x🐘'.repeat(11), `${'🐘'.repeat(14)}y`],
] as const

test('the name of a rule is made up as PostgreSQL makes it up', () =>
  withDatabase(async (database) => {
    for (const [table, column] of names) {
      await database.query(
        `CREATE TABLE ${quoteIdentifier(table)} (${quoteIdentifier(column)} int NOT NULL)`,
      )
      const [row] = await database.query<{ name: string }>(
        `SELECT conname AS name FROM pg_constraint WHERE contype = 'n' ORDER BY oid DESC LIMIT 1`,
      )
      assert.equal(madeUpName(table, column, 'not_null'), row?.name)
      await database.query(`DROP TABLE ${quoteIdentifier(table)}`)
    }
  }))
