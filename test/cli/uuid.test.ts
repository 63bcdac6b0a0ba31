import assert from 'node:assert/strict'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { withApplication } from './application'

const [one, two] = ['9f0c2f8e-5d3b-4a57-8f0a-0c3f6f2f7a11', '0b0c2f8e-5d3b-4a57-8f0a-0c3f6f2f7a12']

const moduleOf = (uuid: string, table: string) => `exports.default = class {
  uuid = '${uuid}'
  async upgrade(queryRunner) { await queryRunner.query('CREATE TABLE ${table} (id int)') }
  async downgrade(queryRunner) { await queryRunner.query('DROP TABLE ${table}') }
  async runPartial(queryRunner) { await queryRunner.query('CREATE TABLE ${table}_again (id int)') }
}\n`

test('a renamed file with the same uuid is the same script: it does not run again, is rebuilt, reverted and touched', async () => {
  const files = { 'migration/1_a.js': moduleOf(one, 'a'), 'migration/2_b.js': moduleOf(two, 'b') }
  await withApplication(files, async ({ cwd, database, run }) => {
    const path = (name: string) => join(cwd, 'migration', name)
    await run('upgrade')
    await rename(path('1_a.js'), path('7_renamed.js'))
    const status = JSON.parse((await run('status --json')).stdout) as Record<string, unknown[]>
    const again = await run('upgrade')
    const rebuilt = await run(`rebuild ${one.toUpperCase()}`)
    const planned = await run(`plan rebuild ${one}`)
    const touched = await run(`touch ${one} --force --yes`)
    const rows = await database.query(
      'SELECT revision > 20260000000000 AS is_new, uuid FROM migration_journal ORDER BY id',
    )
    const reverted = await run('downgrade 0 --yes')

    assert.deepEqual([status['pending'], status['missing'], status['changed']], [[], [], []])
    assert.match(again.stdout + again.stderr, /nothing to do: 2 applied, none pending/)
    assert.equal(rebuilt.status, 0, rebuilt.stderr)
    assert.match(planned.stdout, /1 +renamed/)
    assert.equal(touched.status, 0, touched.stderr)
    assert.match(touched.stderr, /A database that has recorded its uuid knows it/)
    assert.deepEqual(rows, [
      { is_new: true, uuid: one },
      { is_new: false, uuid: two },
      { is_new: true, uuid: one },
    ])
    assert.equal(reverted.status, 0, reverted.stderr)
    assert.deepEqual(await database.query("SELECT to_regclass('a') AS a, to_regclass('b') AS b"), [
      { a: null, b: null },
    ])
  })
})

test('two files with one uuid, and a new file with the old number of a renamed one, are refused with the way out', async () => {
  await withApplication({ 'migration/1_a.js': moduleOf(one, 'a') }, async ({ cwd, run }) => {
    const path = (name: string) => join(cwd, 'migration', name)
    await run('upgrade')
    await writeFile(path('2_copy.js'), moduleOf(one, 'copy'))
    const copied = await run('upgrade')
    await rename(path('2_copy.js'), path('3_moved.js'))
    await writeFile(path('1_a.js'), moduleOf(two, 'other'))
    const taken = await run('status')
    const unknown = await run(`rebuild ${two.replace('0b', 'ff')}`)

    assert.match(
      copied.stderr,
      /^error: script 2 has the uuid under which 1 is in the journal\n[^]*hint: Give the newer of the two files a uuid of its own\.$/m,
    )
    assert.match(taken.stderr, /hint: The first was renamed; give the second/)
    assert.equal(taken.status, 2)
    assert.match(unknown.stderr, /^error: script 3 has the uuid/m)
  })
})
