import assert from 'node:assert/strict'
import { cp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { migrate } from '../support/cli'
import { withDatabase } from '../support/database'
import { withFolder } from '../support/folder'

test('a deployed folder that lacks a script of its list, or has another text, is refused by upgrade and status', async () => {
  await withDatabase(async ({ url, query }) => {
    const ini = (folder: string) =>
      `[migration]\ntypeorm.url = ${url.replaceAll('%', '%%')}\npackage = ${folder}\n`
    const files = {
      'development.ini': ini('src/m'),
      'production.ini': ini('dist/m'),
      'src/m/1_a.sql': 'CREATE TABLE a ();',
      'src/m/2_b.js': 'exports.upgrade = async () => {}',
    }
    await withFolder(files, async (cwd) => {
      const run = (line: string) => migrate(line.split(' '), { cwd })
      assert.match(
        (await run('manifest dist/m')).stdout,
        /dist\/m\/scripts\.manifest\.json lists 2 scripts/,
      )
      await cp(join(cwd, 'src/m/2_b.js'), join(cwd, 'dist/m/2_b.js'))
      for (const line of ['production.ini upgrade', 'production.ini status --check']) {
        const { status, stderr } = await run(line)
        assert.equal(status, 2)
        assert.match(stderr, /1_a is missing[^]*Copy every script/)
      }
      assert.deepEqual(await query("SELECT to_regclass('a') AS a"), [{ a: null }])
      await writeFile(join(cwd, 'dist/m/1_a.sql'), 'CREATE TABLE other ();')
      assert.match((await run('production.ini upgrade')).stderr, /1_a has another text/)
      await rm(join(cwd, 'dist/m/1_a.sql'))
      await cp(join(cwd, 'src/m/1_a.sql'), join(cwd, 'dist/m/1_a.sql'))
      assert.equal((await run('production.ini upgrade')).status, 0)

      // doctor says no more than it knows, and the list can be written again
      await writeFile(join(cwd, 'dist/m/1_a.sql'), 'CREATE TABLE other ();')
      const doctor = await run('production.ini doctor')
      assert.match(doctor.stdout, /problem +folder: .*1_a has another text/)
      assert.doesNotMatch(doctor.stdout, /the file is gone/)
      assert.equal((await run('production.ini manifest')).status, 0)
      assert.equal((await run('production.ini status')).status, 0)
    })
  })
})
