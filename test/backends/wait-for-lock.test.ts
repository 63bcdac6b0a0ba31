import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitForLock } from '../../src/backends/wait-for-lock'
import { emptyState } from '../../src/journal/model/applied-state'
import type { Notice } from '../../src/run/context/events'
import { describeNotice } from '../../src/run/context/notice-text'
import { executionContext } from '../../src/run/context/run-context'
import { readSettings } from '../../src/settings/read-settings'

test('who waits for a lock is told what is known of its holder, and no more', async () => {
  const settings = await readSettings({ config: 'postgres://h/d', cwd: process.cwd(), env: {} })
  const notices: Notice[] = []
  const observer = { notice: (notice: Notice) => void notices.push(notice) }
  const context = executionContext({ ...settings, lockWait: 10_000 }, observer)
  const read = () => Promise.resolve(emptyState)
  for (const holder of [() => Promise.resolve('process 7 holds it'), undefined]) {
    let asked = 0
    const take = () => Promise.resolve(++asked === 2)
    const locked = await waitForLock(context, {
      take,
      read,
      isDone: undefined,
      ...(holder && { holder }),
    })
    assert.ok(locked.held)
  }
  assert.deepEqual(notices.map(describeNotice), [
    'waiting: another migrator holds the lock: process 7 holds it',
    'waiting: another migrator holds the lock',
  ])
})
