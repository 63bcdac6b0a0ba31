import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { withApplication } from '../cli/application'

const script = `
import assert from 'node:assert/strict'
export async function upgrade(queryRunner, { table }) {
  const users = table('users')
  await users.addColumn('na"me', 'text', { notNull: true, default: "it's", index: true })
  assert.equal(await users.ensure_column('na"me', 'text'), false)
  assert.equal(await users.ensureColumn('age', 'integer', { unique: false, defaultSql: '40 + 2' }), true)
  const made = await users.insert([{ id: 1 }, { id: 2, 'na"me': '"; DROP TABLE users; --', age: null }, { id: 3, age: 7 }])
  assert.deepEqual(made[0], { id: 1, 'na"me': "it's", age: 42 })
  assert.equal(await users.count(), 3)
  assert.equal(await users.count({ age: null }), 1)
  assert.equal(await users.count({ id: [1, 3], 'na"me': "it's" }), 2)
  assert.equal(await users.update({ age: 8 }, { age: null }), 1)
  assert.equal(await users.delete({ id: 3 }), 1)
  assert.equal(await users.delete({ id: 3 }), 0)
  assert.deepEqual(await users.select({ columns: ['id', 'age'], orderBy: ['-id'], limit: 1 }), [{ id: 2, age: 8 }])
  await users.changeColumn('age', { type: 'text', using: "age || ' years'", default: 'none', notNull: true, name: 'years' })
  assert.deepEqual(await users.select({ columns: ['years'], where: { id: 1 } }), [{ years: '42 years' }])
  await users.changeColumn('years', { default: null })
  await users.remove_column('years')
  await users.indexColumn(['id', 'na"me'], { unique: true, name: 'both' })
  await table('orders', 'shop').addForeign('user_id', 'public.users', { onDelete: 'CASCADE' })
  await assert.rejects(users.count({ id: undefined }), /no value for id/)
}
`

const walk = `
import assert from 'node:assert/strict'
export async function upgrade(queryRunner, { table }) {
  const pairs = table('pairs')
  await pairs.run((index) => pairs.insert({ a: Math.floor(index / 10), b: index % 10, done: false }), 100)
  const seen = []
  const count = await pairs.apply(async (row, index) => {
    seen.push(row.a * 10 + row.b)
    assert.equal(index, seen.length - 1)
    // what the filter asks for changes, and no row is missed for that
    await pairs.update({ done: true }, { a: row.a, b: row.b })
  }, { batch: 7, where: { done: false } })
  assert.equal(count, 100)
  assert.deepEqual(seen, Array.from({ length: 100 }, (_, at) => at))
  assert.equal(await pairs.count({ done: false }), 0)
  await assert.rejects(table('keyless').apply(() => undefined), /has no primary key/)
}
`

test('context.table() quotes names, gives values as parameters, and says how many rows it changed', async () => {
  const files = {
    'migration/1_tables.sql':
      'CREATE TABLE users (id int PRIMARY KEY); CREATE SCHEMA shop; CREATE TABLE shop.orders (id int);' +
      'CREATE TABLE pairs (a int, b int, done bool, PRIMARY KEY (a, b)); CREATE TABLE keyless (i int);',
    'migration/2_users.ts': script,
  }
  await withApplication(files, async ({ cwd, database, run }) => {
    const { status, stderr } = await run('upgrade')
    const constraints = await database.query(
      "SELECT pg_get_constraintdef(oid) AS def FROM pg_constraint WHERE contype = 'f'",
    )
    const indexes = await database.query(
      "SELECT indexname FROM pg_indexes WHERE tablename = ANY ('{users,orders}') ORDER BY 1",
    )
    await writeFile(join(cwd, 'migration/3_walk.ts'), walk)
    const walked = await run('upgrade')

    assert.equal(status, 0, stderr)
    assert.deepEqual(constraints, [
      { def: 'FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE' },
    ])
    assert.deepEqual(
      indexes.map(({ indexname }) => indexname as string),
      ['both', 'orders_user_id_idx', 'users_na"me_idx', 'users_pkey'],
    )
    assert.equal(walked.status, 0, walked.stderr)
    assert.match(walked.stderr, /pairs: 100 of 100\n/)
  })
})
