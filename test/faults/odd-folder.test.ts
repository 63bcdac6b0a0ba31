import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmod, mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { serverUser } from '../../src/database/embedded/place/owner'
import { withDatabase } from '../support/database'
import { withFolder } from '../support/folder'
import { startMigrateAs } from '../support/program'

const call = promisify(execFile)

interface Place {
  cwd: string
  /** `migrate upgrade` as an ordinary user, who may not read everything. */
  upgrade(): Promise<{ status: number | null; output: string }>
  query(sql: string): Promise<object[]>
}

async function withPlace(
  context: TestContext,
  files: Readonly<Record<string, string>>,
  work: (place: Place) => Promise<void>,
): Promise<void> {
  const user = await serverUser()
  await withDatabase(async ({ url, query }) => {
    const ini = `[migration]\npackage = migration\ntypeorm.url = ${url.replaceAll('%', '%%')}\n`
    await withFolder({ 'development.ini': ini, ...files }, async (cwd) => {
      await chmod(cwd, 0o755)
      const able = await startMigrateAs({ ...user }, cwd, 'version').ended
      if (able.status !== 0) return context.skip('an ordinary user cannot read this program')
      const upgrade = () => startMigrateAs({ ...user }, cwd, 'upgrade').ended
      await work({ cwd, upgrade, query })
    })
  })
}

const oddities: Readonly<
  Record<string, readonly [make: (path: string) => Promise<unknown>, expected: string]>
> = {
  'a folder': [(path) => mkdir(path), 'a folder has the name of a script'],
  'a FIFO': [
    (path) => call('mkfifo', [path]),
    'this has the name of a script but is not a regular file',
  ],
  'a link that leads nowhere': [
    (path) => symlink('nowhere', path),
    'a symbolic link that leads nowhere: it does not exist',
  ],
  'a link to itself': [
    (path) => symlink(path, path),
    'a symbolic link that leads nowhere: its symbolic links lead in a circle',
  ],
  'a link to a folder': [
    (path) => symlink('/', path),
    'a symbolic link that leads to no regular file',
  ],
  'an unreadable file': [
    async (path) => {
      await call('cp', ['/dev/null', path])
      await chmod(path, 0)
    },
    'the file cannot be read: permission denied',
  ],
}

for (const [what, [make, expected]] of Object.entries(oddities)) {
  test(`${what} among the scripts is refused by name, and nothing runs`, async (context) => {
    await withPlace(
      context,
      { 'migration/1_a.sql': 'CREATE TABLE a ()' },
      async ({ cwd, upgrade, query }) => {
        await make(join(cwd, 'migration', '2_x.sql'))

        const { status, output } = await upgrade()

        assert.equal(status, 2, output)
        assert.match(output, /^error: .*\n {2}at migration\/2_x\.sql\nhint: /m)
        assert.ok(output.includes(`error: ${expected}\n`), output)
        assert.deepEqual(
          await query("SELECT to_regclass('a') AS a, to_regclass('migration_journal') AS j"),
          [{ a: null, j: null }],
        )
      },
    )
  })
}

test('a link to a script is that script, and what has no name of a script is left alone', async (context) => {
  const files = { 'elsewhere/x.sql': 'CREATE TABLE a ()', 'migration/README.md': '' }
  await withPlace(context, files, async ({ cwd, upgrade, query }) => {
    const folder = join(cwd, 'migration')
    await symlink('../elsewhere/x.sql', join(folder, '1_a.sql'))
    await symlink('loop', join(folder, 'loop'))
    await mkdir(join(folder, 'x.sql'))
    await call('mkfifo', [join(folder, 'pipe')])
    await call('cp', ['/dev/null', join(folder, 'secret')])
    await chmod(join(folder, 'secret'), 0)

    const { status, output } = await upgrade()

    assert.equal(status, 0, output)
    assert.deepEqual(await query("SELECT to_regclass('a')::text AS a"), [{ a: 'a' }])
  })
})

test('a folder that may not be listed is said so', async (context) => {
  await withPlace(
    context,
    { 'migration/1_a.sql': 'CREATE TABLE a ()' },
    async ({ cwd, upgrade }) => {
      await chmod(join(cwd, 'migration'), 0)

      const { status, output } = await upgrade()

      assert.equal(status, 2, output)
      assert.match(
        output,
        /error: cannot read the scripts' folder .*migration: permission denied\nhint: Check the owner/,
      )
    },
  )
})

test('settings that may not be read are said so', async (context) => {
  await withPlace(context, {}, async ({ cwd, upgrade }) => {
    await chmod(join(cwd, 'development.ini'), 0)

    const { status, output } = await upgrade()

    assert.equal(status, 2, output)
    assert.match(output, /the file cannot be read: permission denied\n  at development\.ini/)
  })
})
