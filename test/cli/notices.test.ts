import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { describeNotice } from '../../src/run/context/notice-text'
import type { Notice } from '../../src/run/context/events'
import { setUpMigration, type SetUpMigrationOptions } from '../../src/setup'
import { migrate } from '../support/cli'
import { withDatabase, type TestDatabase } from '../support/database'
import { withFolder } from '../support/folder'

const files = {
  'migration/1_a.sql': 'SELECT 1',
  'migration/2_b.sql': 'SELECT 2',
  'migration/3_c.sql': 'SELECT 3',
}
const expected = ['applied, but the file is gone: 1_a', 'changed since applied: 2_b']

/** Everything is applied; since then `1_a` has gone and `2_b` has changed. */
async function withDrift(
  work: (database: TestDatabase, cwd: string) => Promise<void>,
): Promise<void> {
  await withDatabase(async (database) => {
    await withFolder(files, async (cwd) => {
      assert.equal((await migrate([database.url, 'upgrade'], { cwd })).status, 0)
      await rm(join(cwd, 'migration/1_a.sql'))
      await writeFile(join(cwd, 'migration/2_b.sql'), 'SELECT 22')
      await work(database, cwd)
    })
  })
}

const commands = ['upgrade', 'setup', 'to 3', 'to latest', 'downgrade 3', 'mark --yes', 'upgrade 2']

test('changed and missing scripts are said once, also where there is nothing to do', async () => {
  await withDrift(async ({ url }, cwd) => {
    for (const command of commands) {
      const { status, stderr, stdout } = await migrate([url, ...command.split(' ')], { cwd })
      assert.equal(status, 0, command)
      assert.match(stdout, /nothing to do|set up already/, command)
      const said = stderr.split('\n').filter((line) => line.startsWith('notice:'))
      assert.deepEqual(
        said,
        expected.map((text) => `notice: ${text}`),
        command,
      )

      const document = JSON.parse(
        (await migrate([url, ...command.split(' '), '--json'], { cwd })).stdout,
      ) as { notices: string[] }
      assert.deepEqual(document.notices, expected, command)
    }
  })
})

test('--quiet says none of them', async () => {
  await withDrift(async ({ url }, cwd) => {
    assert.equal((await migrate([url, 'upgrade', '--quiet'], { cwd })).stderr, '')
  })
})

test('with something to do they are said once too', async () => {
  await withDrift(async ({ url }, cwd) => {
    await writeFile(join(cwd, 'migration/4_d.sql'), 'SELECT 4')
    const { stderr, stdout } = await migrate([url, 'upgrade', '--json'], { cwd })
    assert.equal(stderr.match(/notice: /g)?.length, 2)
    assert.deepEqual((JSON.parse(stdout) as { notices: string[] }).notices, expected)
  })
})

const boots: SetUpMigrationOptions[] = [
  {},
  { whenSetUp: 'leave' },
  { whenSetUp: 'verify' },
  { whenSetUp: 'upgrade' },
]

test('a boot gives them to its observer, each once', async () => {
  await withDrift(async ({ url }, cwd) => {
    for (const options of boots) {
      const said: string[] = []
      const observer = { notice: (one: Notice) => said.push(describeNotice(one)) }
      await setUpMigration(url, join(cwd, 'migration'), { ...options, observer })
      assert.deepEqual(said, expected, JSON.stringify(options))
    }
    await writeFile(join(cwd, 'migration/4_d.sql'), 'SELECT 4')
    const said: string[] = []
    const observer = { notice: (one: Notice) => said.push(describeNotice(one)) }
    await setUpMigration(url, join(cwd, 'migration'), { whenSetUp: 'upgrade', observer })
    assert.deepEqual(said, expected)
  })
})
