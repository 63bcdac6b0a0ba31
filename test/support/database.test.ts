import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { Client } from 'pg'
import { withDatabase } from './database'
import { withFolder } from './folder'

for (const major of [14, 18])
  test(`a test on PostgreSQL ${major} has an empty database of its own, reached by its address`, async () => {
    const names: string[] = []
    for (const round of [1, 2])
      await withDatabase(
        async (database) => {
          names.push(database.name)
          await database.query('CREATE TABLE mark (id int)')
          const client = new Client(database.url)
          await client.connect()
          const { rows } = await client.query(
            "SELECT current_database() AS name, current_setting('server_version_num')::int / 10000 AS major",
          )
          await client.end()
          assert.deepEqual(rows, [{ name: database.name, major }], `round ${round}`)
        },
        { major },
      )
    await withDatabase(
      async (database) => {
        const left = await database.query('SELECT 1 FROM pg_database WHERE datname = ANY($1)', [
          names,
        ])
        assert.deepEqual(left, [])
      },
      { major },
    )
  })

test('a test folder holds the files given and is gone afterwards', async () => {
  let path = ''
  await withFolder({ 'a.sql': 'x', 'deep/b.bin': Buffer.from([0, 255]) }, async (folder) => {
    path = folder
    assert.equal(await readFile(`${folder}/a.sql`, 'utf8'), 'x')
    assert.deepEqual(await readFile(`${folder}/deep/b.bin`), Buffer.from([0, 255]))
  })
  await assert.rejects(readdir(path), { code: 'ENOENT' })
})
