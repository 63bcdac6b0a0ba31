import assert from 'node:assert/strict'
import { chmod, chown, lchown, mkdir, readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { acquireEmbedded, embeddedExists } from '../../src/database/embedded/client'
import { migrate } from '../support/cli'
import { withFolder } from '../support/folder'

const root = process.getuid?.() === 0
const skip = root ? false : 'only root can give a folder to another user'
/** An ordinary user of no name. */
const other = 54321

/** A way to a folder that another user controls, made in `folder`. */
const ways: [what: string, make: (folder: string) => Promise<string>, why: string][] = [
  [
    'a folder of another user that is open to all',
    async (folder) => {
      const theirs = join(folder, 'theirs')
      await mkdir(theirs)
      await chmod(theirs, 0o777)
      await chown(theirs, other, other)
      return join(theirs, 'database')
    },
    `theirs belongs to user id ${other}.`,
  ],
  [
    'another user’s folder itself',
    async (folder) => {
      await mkdir(join(folder, 'theirs'))
      await chown(join(folder, 'theirs'), other, other)
      return join(folder, 'theirs')
    },
    `theirs belongs to user id ${other}.`,
  ],
  [
    'a folder far below another user’s',
    async (folder) => {
      await mkdir(join(folder, 'theirs/mine/below'), { recursive: true })
      await chown(join(folder, 'theirs'), other, other)
      return join(folder, 'theirs/mine/below/database')
    },
    `theirs belongs to user id ${other}.`,
  ],
  [
    'a symbolic link of another user in a folder with the sticky bit',
    async (folder) => {
      await mkdir(join(folder, 'sticky'))
      await chmod(join(folder, 'sticky'), 0o1777)
      await mkdir(join(folder, 'mine'))
      await symlink(join(folder, 'mine'), join(folder, 'sticky/link'))
      await lchown(join(folder, 'sticky/link'), other, other)
      return join(folder, 'sticky/link/database')
    },
    `link belongs to user id ${other}.`,
  ],
  [
    'a link of one’s own that leads into another user’s folder',
    async (folder) => {
      await mkdir(join(folder, 'theirs'))
      await chown(join(folder, 'theirs'), other, other)
      await symlink('theirs', join(folder, 'link'))
      return join(folder, 'link/database')
    },
    `theirs belongs to user id ${other}.`,
  ],
  [
    'a folder of one’s own in which anybody may rename',
    async (folder) => {
      await mkdir(join(folder, 'open'))
      await chmod(join(folder, 'open'), 0o777)
      return join(folder, 'open/database')
    },
    'open may be written by any user.',
  ],
  [
    'a folder with the sticky bit itself, where anybody may be first with a name',
    async (folder) => {
      await mkdir(join(folder, 'sticky'))
      await chmod(join(folder, 'sticky'), 0o1777)
      return join(folder, 'sticky')
    },
    'sticky may be written by any user.',
  ],
  [
    'links that go round',
    async (folder) => {
      await symlink('b', join(folder, 'a'))
      await symlink('a', join(folder, 'b'))
      return join(folder, 'a/database')
    },
    'leads through too many symbolic links.',
  ],
]

for (const [what, make, why] of ways) {
  test(`an embedded server is refused in ${what}`, { skip }, async () => {
    await withFolder({}, async (folder) => {
      const path = await make(folder)
      const refused = (error: Error & { code?: string; detail?: string }) => {
        assert.equal(error.code, 'EMBEDDED_FAILED')
        assert.ok(error.detail?.endsWith(why), error.detail)
        return true
      }
      await assert.rejects(acquireEmbedded({ path, database: 'app', here: __dirname }), refused)
      await assert.rejects(embeddedExists(path), refused)
    })
  })
}

test('no command makes, starts or reads an embedded server there', { skip }, async () => {
  await withFolder({ 'migration/1_a.sql': 'SELECT 1' }, async (cwd) => {
    await mkdir(join(cwd, 'theirs'))
    await chmod(join(cwd, 'theirs'), 0o777)
    await chown(join(cwd, 'theirs'), other, other)
    for (const command of ['upgrade', 'status', 'plan', 'setup', 'url', 'list']) {
      const argv = ['embedded:theirs/database', command, '--json']
      const { status, stdout } = await migrate(argv, { cwd })
      assert.equal(status, 2, command)
      assert.match(stdout, /another user could replace the folder/, command)
    }
    assert.deepEqual(await readdir(join(cwd, 'theirs')), [])
  })
})

test('what belongs to the owner of the ini is as good as the ini', { skip }, async () => {
  const ini = '[migration]\ntypeorm.url = embedded:%(here)s/database\n'
  await withFolder({ 'development.ini': ini, 'migration/1_a.sql': 'SELECT 1' }, async (cwd) => {
    for (const name of ['', 'development.ini', 'migration']) {
      await chown(join(cwd, name), other, other)
    }
    const { status, stdout } = await migrate(['status'], { cwd })
    assert.equal(status, 0)
    assert.match(stdout, /1 pending/)
    assert.equal((await migrate([`embedded:${cwd}/database`, 'status'], { cwd })).status, 2)
  })
})
