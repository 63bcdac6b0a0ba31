import assert from 'node:assert/strict'
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
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
