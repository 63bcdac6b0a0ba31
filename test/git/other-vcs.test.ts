import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { chmod, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { addFile, moveFile, removeFiles } from '../../src/git/move'
import { commitWith } from '../../src/git/other-vcs'
import { failureOf } from '../support/failure'
import { withFolder } from '../support/folder'

test('a version control program that asks something gets no answer, and is not waited for', async () => {
  const vcs = '#!/bin/sh\nread answer || { echo "no answer" >&2; exit 1; }\n'
  await withFolder({ vcs, '1_a.sql': '' }, async (cwd) => {
    await chmod(join(cwd, 'vcs'), 0o700)
    const request = { files: [join(cwd, '1_a.sql')], message: 'm', commit: true }
    const error = await failureOf(commitWith(join(cwd, 'vcs'), request))
    assert.deepEqual([error.code, error.detail], ['GIT_FAILED', 'no answer'])
  })
})

/** How a repository is made in the folder, and what it says of its files then. */
const programs = {
  hg: {
    made: ['hg init', 'hg add 1_a.sql 3_c.sql', 'hg commit -u n -m x'],
    said: ['hg status'],
    expected: 'A 2_a.sql\nA 5_e.sql\nR 1_a.sql\nR 3_c.sql\n? 4_b.sql\n',
  },
  svn: {
    made: [
      'svnadmin create .repo',
      'svn checkout -q file://HERE/.repo .',
      'svn add -q 1_a.sql 3_c.sql',
      'svn commit -q -m x',
    ],
    said: ['svn status -q'],
    expected: /^D +1_a\.sql\n.*\nA +\+? +2_a\.sql\n.*\nD +3_c\.sql\nA +5_e\.sql\n$/,
  },
  fossil: {
    made: [
      'fossil init -A n .repo',
      'fossil open -f --user n --nested .repo',
      'fossil add 1_a.sql 3_c.sql',
      'fossil commit --user-override n --no-warnings -m x',
    ],
    said: ['fossil changes'],
    expected: /^RENAMED +1_a\.sql +-> +2_a\.sql\nDELETED +3_c\.sql\nADDED +5_e\.sql\n$/,
  },
} as const

for (const [vcs, { made, said, expected }] of Object.entries(programs)) {
  const absent = spawnSync(vcs, ['--version']).error !== undefined && `there is no ${vcs}`
  test(
    `${vcs} renames and removes what it knows, and adds what is new; other files are renamed alone`,
    { skip: absent },
    async () => {
      const files = { '1_a.sql': 'a', '3_c.sql': 'c', '4_x.sql': 'b', '5_e.sql': 'e' }
      await withFolder(files, async (cwd) => {
        const env = { ...process.env, USER: 'n', HOME: cwd }
        const run = (line: string) => {
          const [program = '', ...args] = line.replace('HERE', cwd).split(' ')
          return execFileSync(program, args, { cwd, env, encoding: 'utf8', stdio: 'pipe' })
        }
        for (const line of made) run(line)
        const at = (name: string) => join(cwd, name)
        await moveFile(at('1_a.sql'), at('2_a.sql'), vcs)
        await moveFile(at('4_x.sql'), at('4_b.sql'), vcs)
        await removeFiles([at('3_c.sql')], vcs)
        await addFile(at('5_e.sql'), vcs)

        const status = said.map(run).join('')
        if (typeof expected === 'string') assert.equal(status, expected)
        else assert.match(status, expected)
        const names = (await readdir(cwd)).filter((name) => name.endsWith('.sql'))
        assert.deepEqual(names.toSorted(), ['2_a.sql', '4_b.sql', '5_e.sql'])
      })
    },
  )
}
