import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { findState } from '../../src/database/embedded/place/home'
import { holder } from '../../src/database/embedded/place/folder-lock'
import { serverUser } from '../../src/database/embedded/place/owner'
import { isAlive } from '../../src/database/embedded/place/process'
import { until } from '../support/until'
import { otherProcess, query, serverPid, untilEnded } from './embedded-folder'
import { withEmbedded, withLease } from './embedded-folder'

async function stateOf(path: string): Promise<string> {
  const state = await findState(path)
  assert.ok(state)
  return state
}

async function supervisorOf(path: string): Promise<number> {
  const supervisor = await holder(await stateOf(path))
  assert.ok(supervisor?.alive)
  return supervisor.pid
}

test('a killed client lets the server go', () =>
  withEmbedded(async (path) => {
    const other = await otherProcess(path)
    const pid = await serverPid(other.lease)
    other.child.kill('SIGKILL')
    await untilEnded(pid)
  }))

test('a killed server comes back with its data, though a process of the old one is busy', () =>
  withEmbedded((path) =>
    withLease(path, async (lease) => {
      await query(lease, 'CREATE TABLE kept AS SELECT 7 AS id')
      const busy = new Client(lease.connection)
      busy.on('error', () => undefined)
      await busy.connect()
      const lost = assert.rejects(
        busy.query('SELECT count(*) FROM generate_series(1, 1e12::bigint)'),
      )
      const pid = await serverPid(lease)
      process.kill(pid, 'SIGKILL')
      await untilEnded(pid)
      await withLease(path, async (next) => {
        assert.deepEqual(await query(next, 'SELECT id FROM kept'), [7])
        assert.deepEqual(next.connection, lease.connection)
        assert.notEqual(await serverPid(next), pid)
      })
      await lost
    }),
  ))

test('a killed server comes back for a user who has it already', () =>
  withEmbedded((path) =>
    withLease(path, async (lease) => {
      const pid = await serverPid(lease)
      process.kill(pid, 'SIGKILL')
      await until(() =>
        serverPid(lease).then(
          (now) => now !== pid,
          () => false,
        ),
      )
    }),
  ))

test('a killed supervisor leaves the server to the next one, and its users move over', () =>
  withEmbedded(async (path) => {
    const pid = await withLease(path, async (lease) => {
      const before = await serverPid(lease)
      const supervisor = await supervisorOf(path)
      process.kill(supervisor, 'SIGKILL')
      await untilEnded(supervisor)
      assert.equal(await withLease(path, serverPid), before)
      await pause(1300)
      assert.equal(await serverPid(lease), before)
      return before
    })
    await untilEnded(pid)
  }))

test('a supervisor and a server killed together come back at the same address', () =>
  withEmbedded((path) =>
    withLease(path, async (lease) => {
      const [server, supervisor] = [await serverPid(lease), await supervisorOf(path)]
      process.kill(supervisor, 'SIGKILL')
      process.kill(server, 'SIGKILL')
      await untilEnded(supervisor)
      await until(() =>
        serverPid(lease).then(
          (now) => now !== server,
          () => false,
        ),
      )
    }),
  ))

test('a stale pid file is no obstacle, not even with the number of a living process', () =>
  withEmbedded(async (path) => {
    const first = await withLease(path, serverPid)
    const supervisor = await supervisorOf(path)
    await untilEnded(first)
    await untilEnded(supervisor)
    const file = join(await stateOf(path), 'data', 'postmaster.pid')
    const user = await serverUser()
    const stranger = spawn('sleep', ['3600'], { ...user, stdio: 'ignore' })
    try {
      for (const pid of [stranger.pid, first, 'rubbish']) {
        await writeFile(file, `${pid}\n/nowhere\n1\n5432\n/tmp\n\n  1 1\nready   \n`, {
          mode: 0o666,
        })
        const now = await withLease(path, serverPid)
        assert.ok(![stranger.pid, first].includes(now))
        await untilEnded(now)
      }
      assert.ok(await isAlive(stranger.pid ?? 0))
    } finally {
      stranger.kill()
    }
  }))

test('a half-made data folder is made again', () =>
  withEmbedded(async (path) => {
    const supervisor = await withLease(path, () => supervisorOf(path))
    await untilEnded(supervisor)
    const state = await stateOf(path)
    await rm(join(state, 'data', 'global'), { recursive: true })
    await mkdir(join(state, 'data.new-left'))
    await withLease(path, async (lease) => assert.ok(await serverPid(lease)))
    await assert.rejects(rm(join(state, 'data.new-left')), { code: 'ENOENT' })
  }))

test('a Ctrl-C at the terminal that started the server does not stop it for others', () =>
  withEmbedded(async (path) => {
    const starter = await otherProcess(path)
    await withLease(path, async (lease) => {
      const pid = await serverPid(starter.lease)
      process.kill(-(starter.child.pid ?? 0), 'SIGINT')
      await untilEnded(starter.child.pid ?? 0)
      await pause(300)
      assert.equal(await serverPid(lease), pid)
    })
  }))
