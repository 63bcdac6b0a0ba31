import { MigrationError } from '../errors'
import { labelOf } from './label'
import { pause } from './lock'
import type { Job } from './job'
import { runTag } from './name'
import type { Runner } from './runner'

interface Orphan {
  pid: number
  active: boolean
  what: string
}

/**
 * Waits for what a migrator that was cut off left running in the server, so that its statement has
 * had its whole effect or none when the catalog is asked. A session of it that runs nothing is ended:
 * its process may only be asleep, and would go on. Call it while holding the lock.
 *
 * @throws {MigrationError} LOCK_WAIT_EXPIRED after `settings.lockWait`; INTERRUPTED
 */
export async function awaitOrphan(runner: Runner, job: Job, runId: string): Promise<void> {
  const { context, work } = runner
  if (runId === context.runId) return
  const end = Date.now() + context.settings.lockWait
  for (let told = false; ; told = true) {
    const orphans = await work.query<Orphan & Record<string, unknown>>(
      `SELECT pid, state = 'active' AS active, left(query, 120) AS what FROM pg_catalog.pg_stat_activity
        WHERE datname = pg_catalog.current_database() AND pid <> pg_catalog.pg_backend_pid()
          AND application_name LIKE 'typetrek %' AND right(application_name, $2::int) = $1`,
      [runTag(runId), runTag(runId).length],
    )
    const [first] = orphans
    if (!first) return
    for (const { pid } of orphans.filter(({ active }) => !active)) await endSession(runner, pid)
    const what = `backend ${first.pid}: ${first.what.replace(/\s+/g, ' ')}`
    if (Date.now() > end) throw stillAtWork(job, what)
    if (!told && first.active) {
      context.observer.notice?.(
        `waiting: the migrator that was cut off still works in the server, ${what}`,
      )
    }
    await pause(context, 200)
  }
}

async function endSession({ work }: Runner, pid: number): Promise<void> {
  // without the right to end it, waiting for it is all that is left
  await work.send(`SELECT pg_catalog.pg_terminate_backend(${pid})`)
}

function stillAtWork({ step }: Job, what: string): MigrationError {
  return new MigrationError(
    'LOCK_WAIT_EXPIRED',
    `what began script ${labelOf(step)} still works in the server`,
    {
      detail: what,
      hint: 'Wait for it, or end it with unlock --terminate; then run this again.',
    },
  )
}
