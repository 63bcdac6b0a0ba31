import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DataSource, EntitySchema, type Logger } from 'typeorm'
import { readInventory } from '../../src/inventory/inventory'
import { missed } from '../../src/inventory/missed'
import { buffered } from '../../src/set-up/buffered-runner'
import { withDatabase } from '../support/database'
import { testPool } from '../support/pool'

const state = { type: 'enum', enum: ['new', 'done'], enumName: 'state' } as const
const id = { type: 'int', primary: true, generated: true } as const

/** Two tables that share an enum, a circle of keys, a generated column, a view and a schema with quotes. */
const entities = [
  new EntitySchema<{ id: number; state: string; total: number; last: object }>({
    name: 'order',
    columns: { id, state, total: { type: 'int', asExpression: 'id * 2', generatedType: 'STORED' } },
    relations: { last: { type: 'many-to-one', target: 'line' } },
    checks: [{ expression: '"id" > 0' }],
  }),
  new EntitySchema<{ id: number; state: string; kind: string; order: object }>({
    name: 'line',
    columns: { id, state, kind: { type: 'enum', enum: ["a'b", 'c'] } },
    relations: { order: { type: 'many-to-one', target: 'order' } },
    indices: [{ columns: ['kind'] }],
  }),
  new EntitySchema({
    name: 'busy',
    type: 'view',
    expression: 'SELECT id FROM "order" WHERE id > 0 -- all;',
    columns: { id: { type: 'int' } },
  }),
]

/** @returns how often the server was asked something */
async function build(url: string, prepare?: (source: DataSource) => void): Promise<number> {
  let count = 0
  const nothing = () => undefined
  const logger: Logger = {
    logQuery: () => (count += 1),
    ...{ logQueryError: nothing, logQuerySlow: nothing, logSchemaBuild: nothing },
    ...{ logMigration: nothing, log: nothing },
  }
  const source = new DataSource({ type: 'postgres', url, entities, logger })
  await source.initialize()
  prepare?.(source)
  try {
    await source.synchronize()
  } finally {
    await source.destroy()
  }
  return count
}

function together(source: DataSource): void {
  const make = source.createQueryRunner.bind(source)
  source.createQueryRunner = () => buffered(make())
}

async function inventoryOf(connectionString: string) {
  const pool = testPool({ connectionString })
  try {
    return await readInventory(pool, [])
  } finally {
    await pool.end()
  }
}

test('schema statements that travel together make what TypeORM makes one by one', () =>
  withDatabase((one) =>
    withDatabase(async (other) => {
      const usual = await build(one.url)
      const few = await build(other.url, together)
      await build(other.url, together)
      const [plain, sent] = [await inventoryOf(one.url), await inventoryOf(other.url)]

      assert.deepEqual(missed(sent, plain, 'drop'), [])
      assert.ok(plain.size > 20)
      assert.ok(few < usual - 5, `${few} and ${usual} questions`)
    }),
  ))

test('a statement that fails in company leaves nothing behind', () =>
  withDatabase(async (database) => {
    await assert.rejects(
      build(database.url, (source) => {
        together(source)
        Object.defineProperty(source.getMetadata('line').indices[0], 'where', {
          value: 'nothing > 1',
        })
      }),
      /nothing/,
    )

    const rows = await database.query(`SELECT FROM pg_class WHERE relname IN ('order', 'line')`)
    assert.equal(rows.length, 0)
  }))
