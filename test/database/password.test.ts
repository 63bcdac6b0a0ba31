import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { withPassword } from '../../src/database/postgres/password'
import { failureOf } from '../support/failure'
import { withFolder } from '../support/folder'

/** What a connection would send. */
function fetched(kind: 'command' | 'file', value: string, here: string): Promise<string> {
  const { password } = withPassword({ passwordFrom: { kind, value, here } }, [])
  return (password as unknown as () => Promise<string>)()
}

test('a password is read from a regular file of a bounded size only', async () => {
  await withFolder({}, async (cwd) => {
    const [pipe, device] = [join(cwd, 'pipe'), join(cwd, 'device')]
    execFileSync('mkfifo', [pipe])
    await symlink('/dev/zero', device)
    for (const [path, problem] of [
      [pipe, /: it is a named pipe$/],
      [device, /: it is a device$/],
    ] as const) {
      const error = await failureOf(fetched('file', path, cwd))
      assert.equal(error.code, 'PASSWORD_FAILED')
      assert.match(error.message, problem)
    }
  })
})

test('what a password command prints is bounded, and what it says when it fails has no secret in it', async () => {
  await withFolder({}, async (cwd) => {
    const endless = await failureOf(fetched('command', 'yes', cwd))
    const command =
      'echo hunter22; echo "+ echo hunter22" >&2; echo "> Authorization: Bearer abcdef012345 denied" >&2; exit 3'
    const failed = await failureOf(fetched('command', command, cwd))

    assert.equal(endless.code, 'PASSWORD_FAILED')
    assert.match(endless.message, /^password_command: it prints more than \d+ characters$/)
    assert.equal(failed.detail, '+ echo ***\n> Authorization: Bearer *** denied')
  })
})
