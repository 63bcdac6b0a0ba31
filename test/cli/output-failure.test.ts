import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { withDatabase } from '../support/database'
import { withFolder } from '../support/folder'

const program = join(__dirname, '../../../bin/migrate')
const full = '/dev/full'
const skip = existsSync(full) ? false : 'only Linux has a device that is always full'

interface Ended {
  status: number | null
  stderr: string
}

/** Runs a command whose stdout takes nothing: a full disk, or a pipe whose reader has gone. */
async function run(argv: readonly string[], cwd: string, stdout: 'full' | 'gone'): Promise<Ended> {
  const file = stdout === 'full' ? await open(full, 'w') : undefined
  const child = spawn(process.execPath, [program, ...argv], {
    cwd,
    stdio: ['ignore', file?.fd ?? 'pipe', 'pipe'],
  })
  child.stdout?.destroy()
  let stderr = ''
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const status = await new Promise<number | null>((done) => child.on('close', done))
  await file?.close()
  return { status, stderr }
}

const commands = [
  'list',
  'list --json',
  'status',
  'status --check',
  'status --json',
  'errors',
  'trace 1',
  'plan',
  'upgrade',
  'upgrade --json',
  'environ',
  'url',
  'next_version',
  'unlock',
  'generate --json something',
  'help',
  'version',
  'version --json',
  'completion bash',
]

for (const [stdout, reason] of [
  ['full', 'no space is left (ENOSPC)'],
  ['gone', 'its reader has gone (EPIPE)'],
] as const) {
  test(
    `a command whose output cannot be written does not end with 0: ${reason}`,
    { skip },
    async () => {
      await withDatabase(async (database) => {
        const ini = `[migration]\ntypeorm.url = ${database.url.replaceAll('%', '%%')}\n`
        const files = { 'development.ini': ini, 'migration/1_a.sql': 'CREATE TABLE a (x int)' }
        await withFolder(files, async (cwd) => {
          const first = await run(['upgrade'], cwd, stdout)
          assert.equal(first.status, 1)
          assert.deepEqual(await database.query("SELECT to_regclass('a')::text AS a"), [{ a: 'a' }])
          for (const command of commands) {
            const { status, stderr } = await run(command.split(' '), cwd, stdout)
            assert.equal(status, 1, `${command}: ${stderr}`)
            assert.ok(
              stderr.includes(`error: stdout could not be written: ${reason}\n`),
              `${command}: ${stderr}`,
            )
          }
        })
      })
    },
  )
}

test(
  'a failure keeps its own exit status where its output cannot be written',
  { skip },
  async () => {
    await withFolder({}, async (cwd) => {
      assert.equal((await run(['status', '--json'], cwd, 'full')).status, 2)
    })
  },
)
