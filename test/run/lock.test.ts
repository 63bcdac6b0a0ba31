import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lockKey } from '../../src/run/lock/advisory-key'
import { describeNotice } from '../../src/run/context/notice-text'
import type { Notice } from '../../src/run/context/events'
import { withMigrator } from '../support/migrator'
import { until } from '../support/until'

const key = lockKey({ schema: 'public', table: 'migration_journal' })

test('a waiter whose connection is ended while it sleeps connects again and goes on', async () => {
  await withMigrator({ '1_a.sql': 'CREATE TABLE a ()' }, async ({ migrator, database }) => {
    const holder = await database.client()
    await holder.query(`SELECT pg_advisory_lock(${key})`)
    let told: (one: Notice) => void = () => undefined
    const waiting = new Promise<Notice>((settle) => (told = settle))
    const observer = { notice: (one: Notice) => told(one) }
    const running = migrator.execute({ command: 'upgrade' }, { observer })

    assert.match(describeNotice(await waiting), /^waiting: another migrator holds the lock/)
    const end = `SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'typetrek %' AND state = 'idle'`
    await until(async () => (await database.query(end)).length === 1)
    await holder.query(`SELECT pg_advisory_unlock(${key})`)

    assert.equal((await running).steps.length, 1)
  })
})
