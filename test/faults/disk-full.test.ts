import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chown, mkdtemp, readFile, rm } from 'node:fs/promises'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { serverUser } from '../../src/database/embedded/place/owner'
import { migrate } from '../support/cli'
import { withFolder, writeFiles } from '../support/folder'
import { type OwnServer, withOwnServer } from '../support/own-server'
import { record } from './report'

const call = promisify(execFile)
const big = "CREATE TABLE big AS SELECT repeat('x', 1000) AS x FROM generate_series(1, 200000)"

/** A file system of its own that is full soon; undefined where this user may mount none. */
async function withSmallDisk(
  size: string,
  work: (folder: string) => Promise<void>,
): Promise<boolean> {
  const folder = await mkdtemp('/tmp/typetrek-disk-')
  try {
    const mounted = await call('mount', [
      '-t',
      'tmpfs',
      '-o',
      `size=${size},mode=0711`,
      'tmpfs',
      folder,
    ]).then(
      () => true,
      () => false,
    )
    if (!mounted) return false
    try {
      const user = await serverUser()
      if (user) await chown(folder, user.uid, user.gid)
      await work(folder)
    } finally {
      await call('umount', [folder])
    }
    return true
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const files = {
  'migration/1_a.sql': 'CREATE TABLE a (i int)',
  'migration/2_big.sql': `INSERT INTO a VALUES (1); ${big}`,
  'migration/3_c.sql': 'INSERT INTO a VALUES (2)',
}

interface Place {
  server: OwnServer
  cwd: string
  upgrade(...argv: string[]): Promise<{ status: number; stderr: string }>
}

async function withPlace(server: OwnServer, work: (place: Place) => Promise<void>): Promise<void> {
  await withFolder(files, async (cwd) => {
    const url = `postgres://postgres@127.0.0.1:${server.port}/postgres`
    await writeFiles(cwd, {
      'development.ini': `[migration]\npackage = migration\ntypeorm.url = ${url}\n`,
    })
    await work({ server, cwd, upgrade: (...argv) => migrate(['upgrade', ...argv], { cwd }) })
  })
}

async function judge(server: OwnServer) {
  const done = (await server.query<{ i: number }>('SELECT i FROM a')).map(({ i }) => i)
  const entries = await server.query("SELECT FROM migration_journal WHERE outcome = 'success'")
  const [table] = await server.query<{ big: string | null }>("SELECT to_regclass('big') AS big")
  const lost = [1, 2].filter((i) => !done.includes(i)).length + Math.max(0, 3 - entries.length)
  const twice = done.length - new Set(done).size + Math.max(0, entries.length - 3)
  return { lost, twice, differ: table?.big === 'big' ? 0 : 1 }
}

/** Where it is the log, the script's own process meets the end of the disk, or another one that then ends them all. */
const disks = [
  ['a table', 'UNLOGGED', /error: script 2_big: could not extend .*No space left on device/],
  ['the write-ahead log', '', /No space left on device|error: the connection was lost/],
] as const

for (const [where, kind, said] of disks) {
  test(`a disk that is full while ${where} grows costs the script that filled it, and a rerun goes on`, async (context) => {
    const fill = async (folder: string, { server, cwd, upgrade }: Place) => {
      const text = files['migration/2_big.sql'].replace('CREATE', `CREATE ${kind}`)
      await writeFiles(cwd, { 'migration/2_big.sql': text })
      await server.start(['max_wal_size=32MB'])

      const full = await upgrade()

      assert.equal(full.status, /connection was lost/.test(full.stderr) ? 75 : 1, full.stderr)
      assert.match(full.stderr, said)
      assert.match(await readFile(server.cluster.log, 'utf8'), /No space left on device/)
      await call('mount', ['-o', 'remount,size=900m', folder])
      // it may have ended for want of room, or be on its way up again
      await server.stop()
      await server.start()
      const again = await upgrade()
      assert.equal(again.status, 0, again.stderr)
      const verdict = await judge(server)
      record({ fault: `disk full under ${where}`, injected: 1, ...verdict })
      assert.deepEqual(verdict, { lost: 0, twice: 0, differ: 0 })
    }
    const mounted = await withSmallDisk('170m', (folder) =>
      withOwnServer((server) => withPlace(server, (place) => fill(folder, place)), { folder }),
    )
    if (!mounted) context.skip('needs the right to mount a small file system')
  })
}

test('files that may not grow cost the script that fills them, and say so; a rerun goes on', async (context) => {
  const found = await call('prlimit', ['--version']).catch(() => undefined)
  if (!found) return context.skip('needs the program prlimit')
  await withOwnServer((server) =>
    withPlace(server, async ({ upgrade }) => {
      const { pid } = await server.start()
      const user = await serverUser()
      const limit = (bytes: string) =>
        call('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`], { ...user })
      await limit(String(64 * 1024 * 1024))

      const full = await upgrade()

      assert.equal(full.status, 1, full.stderr)
      assert.match(
        full.stderr,
        /error: script 2_big: could not (?:extend|write) .*: File too large/,
      )
      assert.match(full.stderr, /at migration\/2_big\.sql:1:27/)
      assert.deepEqual(
        await server.query(
          "SELECT i FROM a UNION ALL SELECT 0 WHERE to_regclass('big') IS NOT NULL",
        ),
        [],
      )
      assert.deepEqual(
        await server.query('SELECT revision::int, outcome FROM migration_journal ORDER BY id'),
        [
          { revision: 1, outcome: 'success' },
          { revision: 2, outcome: 'error' },
        ],
      )
      await limit('unlimited')
      const again = await upgrade()
      assert.equal(again.status, 0, again.stderr)
      const verdict = await judge(server)
      record({ fault: 'file size limit', injected: 1, ...verdict })
      assert.deepEqual(verdict, { lost: 0, twice: 0, differ: 0 })
    }),
  )
})
