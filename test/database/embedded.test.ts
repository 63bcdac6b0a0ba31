import assert from 'node:assert/strict'
import { chmod, chown, cp, mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { acquireEmbedded, embeddedExists } from '../../src/database/embedded/client'
import { findState } from '../../src/database/embedded/place/home'
import { withFolder } from '../support/folder'
import { otherProcess, query, remove, serverPid } from './embedded-folder'
import { untilEnded, withCold, withEmbedded, withLease } from './embedded-folder'

const root = process.getuid?.() === 0

test('eight processes at once from cold share one server, which stops after the last', () =>
  withCold(async (path) => {
    const others = await Promise.all(Array.from({ length: 8 }, () => otherProcess(path)))
    const pids = await Promise.all(others.map(({ lease }) => serverPid(lease)))
    assert.equal(new Set(pids).size, 1)
    assert.deepEqual(await Promise.all(others.map(({ finish }) => finish())), Array(8).fill(0))
    await untilEnded(pids[0]!)
  }))

test('data stays from one use to the next', () =>
  withEmbedded(async (path) => {
    const first = await withLease(path, async (lease) => {
      await query(lease, 'CREATE TABLE kept AS SELECT 7 AS id')
      return serverPid(lease)
    })
    await untilEnded(first)
    assert.deepEqual(await withLease(path, (lease) => query(lease, 'SELECT id FROM kept')), [7])
  }))

test('a server has no address on the network', () =>
  withEmbedded((path) =>
    withLease(path, async (lease) => {
      assert.deepEqual(await query(lease, 'SHOW listen_addresses'), [''])
      assert.equal((await stat(lease.connection.host)).mode & 0o077, 0)
    }),
  ))

test('asking whether an embedded database exists makes nothing', () =>
  withCold(async (path) => {
    assert.equal(await embeddedExists(path), false)
    await assert.rejects(stat(path), { code: 'ENOENT' })
    await withLease(path, async () => assert.equal(await embeddedExists(path), true))
  }))

test('a database is not made for a reader', () =>
  withEmbedded(async (path) => {
    const request = { path, database: 'absent', here: __dirname, create: false }
    const lease = await acquireEmbedded(request)
    assert.equal(lease.exists, false)
    await lease.release()
    await withLease(path, async (other) => {
      const names = await query(other, "SELECT datname FROM pg_database WHERE datname = 'absent'")
      assert.deepEqual(names, [])
    })
  }))

test('a folder made anew never meets the old data, which is cleared', () =>
  withCold(async (path) => {
    await withLease(path, (lease) => query(lease, 'CREATE TABLE old ()'))
    const state = await findState(path)
    assert.ok(state)
    const supervisor = await findState(path)
    await rm(path, { recursive: true, force: true })
    await withLease(path, async (lease) => {
      assert.deepEqual(await query(lease, "SELECT to_regclass('old')::text"), [null])
    })
    if (root) assert.notEqual(await findState(path), supervisor)
  }))

test('a copied folder is a database of its own', () =>
  withEmbedded(async (path) => {
    const copy = `${path}-copy`
    await withLease(path, async (lease) => {
      await cp(path, copy, { recursive: true, verbatimSymlinks: true })
      const pids = [await serverPid(lease), await withLease(copy, serverPid)]
      assert.notEqual(pids[0], pids[1])
    })
    await remove(copy)
  }))

test('a path of 200 characters in a folder that only its user enters is fine', () =>
  withFolder({}, async (folder) => {
    const closed = join(folder, 'x'.repeat(100))
    await mkdir(closed, { mode: 0o700 })
    const path = join(closed, 'y'.repeat(199 - closed.length))
    assert.equal(path.length, 200)
    try {
      await withLease(path, async ({ connection: { host } }) => {
        assert.ok(`${host}/.s.PGSQL.5432`.length <= 107)
      })
    } finally {
      await remove(path)
    }
  }))

test('an ordinary user has the data in the folder itself', { skip: !root && 'not root' }, () =>
  withFolder({}, async (home) => {
    const user = { uid: 65534, gid: 65534 }
    await chown(home, user.uid, user.gid)
    await chmod(home, 0o700)
    const other = await otherProcess(join(home, 'database'), user)
    try {
      assert.ok((await readdir(join(home, 'database'))).includes('data'))
      const { uid } = await stat(join(home, 'database', 'data'))
      assert.equal(uid, user.uid)
      const pid = await serverPid(other.lease)
      assert.equal(await other.finish(), 0)
      await untilEnded(pid)
    } finally {
      await other.finish()
    }
  }),
)

test('a user id without a name is told of DATABASE_URL', { skip: !root && 'not root' }, () =>
  withFolder({}, async (home) => {
    await chown(home, 54321, 54321)
    await assert.rejects(otherProcess(join(home, 'database'), { uid: 54321, gid: 54321 }), {
      code: 'EMBEDDED_UNAVAILABLE',
      message: 'the embedded server cannot run: the user id 54321 has no name on this system',
      hint: 'Set DATABASE_URL to the address of a PostgreSQL server of your own.',
    })
  }),
)

test('data of another user is refused', { skip: !root && 'not root' }, () =>
  withFolder({ 'server/data/PG_VERSION': '18' }, async (folder) => {
    const request = { path: join(folder, 'server'), database: 'app', here: __dirname }
    await assert.rejects(acquireEmbedded(request), {
      code: 'EMBEDDED_FAILED',
      message: /belongs to user id 0/,
    })
  }),
)

test('a folder that cannot be made is an error that names it', () =>
  withFolder({ file: '' }, async (folder) => {
    const path = join(folder, 'file', 'server')
    await assert.rejects(acquireEmbedded({ path, database: 'app', here: __dirname }), {
      code: 'EMBEDDED_FAILED',
      message: `the folder ${path} cannot be created`,
    })
  }))

test('a process that forgets its lease ends all the same, and the server with it', () =>
  withEmbedded(async (path) => {
    const other = await otherProcess(path)
    const pid = await serverPid(other.lease)
    other.child.kill('SIGTERM')
    await untilEnded(pid)
  }))
