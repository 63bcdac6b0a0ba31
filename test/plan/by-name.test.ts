import assert from 'node:assert/strict'
import { test } from 'node:test'
import { migrate } from '../support/cli'
import { withDatabase } from '../support/database'
import { withFolder, writeFiles } from '../support/folder'

test('scripts of one number are tracked by name: one that comes later runs, no other runs again', async () => {
  await withDatabase(async ({ url }) => {
    const files = {
      'development.ini': `[migration]\ntypeorm.url = ${url.replaceAll('%', '%%')}\npackage = m\nduplicate_revisions = by_name\n`,
      'm/1_b.sql': 'CREATE TABLE b ();',
      'm/1_d.sql': 'CREATE TABLE d ();',
      'm/2_e.sql': 'CREATE TABLE e ();',
    }
    await withFolder(files, async (cwd) => {
      const upgraded = async () => {
        const { status, stdout, stderr } = await migrate(['upgrade', '--json'], { cwd })
        assert.equal(status, 0, stderr)
        const { steps } = JSON.parse(stdout) as { steps: { revision: string; title: string }[] }
        return steps.map(({ revision, title }) => `${revision} ${title}`)
      }
      assert.deepEqual(await upgraded(), ['1 b', '2 1_d', '3 2_e'])
      await writeFiles(cwd, {
        'm/1_a.sql': 'CREATE TABLE a ();',
        'm/1_c.sql': 'CREATE TABLE c ();',
      })
      assert.deepEqual(await upgraded(), ['4 1_a', '5 1_c'])
      assert.deepEqual(await upgraded(), [])
    })
  })
})
