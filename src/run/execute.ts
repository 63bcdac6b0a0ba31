import type { Session } from '../database/postgres/session'
import { MigrationError } from '../errors'
import { ensureJournal } from '../journal/shape'
import { hasOutcome, readState } from '../journal/journal'
import type { JournalState } from '../journal/model/applied-state'
import type { Plan, Request, Step } from '../plan/plan'
import { planSteps } from '../plan/planner'
import type { Script } from '../script/script'
import { reportNotices, type RunContext } from './context/run-context'
import { openAhead } from './lock/early-connection'
import { historiesOf, refuseHistories } from './lock/refuse-other-tools'
import type { RunReport } from './context/events'

/**
 * Read the journal, plan, and stop when there is nothing to do: no lock, one round trip. Else take the
 * lock, read and plan again, and run the steps one batch after another.
 *
 * @param reading the scripts, which may be read while the server is asked.
 * @throws {MigrationError} whatever planning, the lock or a script refuses; `results` tells what was
 *   done before.
 */
export async function execute(
  context: RunContext,
  reading: Promise<readonly Script[]>,
  request: Request,
): Promise<RunReport> {
  const { settings } = context
  const opening = openAhead(context.database)
  try {
    const asking = opening.session.then((session) => readUsable(session, context))
    const [scripts, session, state] = await Promise.all([reading, opening.session, asking])
    const plan = (now: JournalState): Plan => planSteps(scripts, now, request, settings)
    const first = plan(state)
    if (first.steps.length === 0) return nothingToDo(context, first)
    if (first.steps.some(runsSomething))
      refuseHistories(await historiesOf(session, state, settings, context.database))
    // what only a run with something to do needs is loaded for one
    const { refuseStale, runUntilDone, underLock } =
      require('./run-plan') as typeof import('./run-plan')
    const { Approval, withJournalSql } =
      require('./context/journal-sql') as typeof import('./context/journal-sql')
    const approval = new Approval(context.approveJournalSql, context.signal)
    await approval.check(await withJournalSql(session, settings.journal, first))
    const { readAhead } = require('./prepare/preload') as typeof import('./prepare/preload')
    readAhead(first.steps)
    const elsewhere = async (waiting: Session): Promise<RunReport | undefined> => {
      const last = first.steps.at(-1)
      if (request.command !== 'upgrade' || !last) return undefined
      if (!(await hasOutcome(waiting, settings.journal, last.revision, 'success'))) return undefined
      // a set-up that goes on, say, is nothing to give up for
      const now = await readUsable(waiting, context).then(plan, () => undefined)
      return now?.steps.length === 0 ? nothingToDo(context, now) : undefined
    }
    return await underLock(context, session, elsewhere, async (lock, work) => {
      let ensured: JournalState | undefined = await ensureJournal(
        work,
        settings.journal,
        state.exists,
      )
      return runUntilDone(context, request, { lock, work }, async () => {
        const now = ensured ? usable(ensured) : await readUsable(work, context)
        ensured = undefined
        const again = await withJournalSql(work, settings.journal, plan(now))
        refuseStale(request, first, again)
        await approval.check(again)
        return again
      })
    })
  } finally {
    await opening.close()
  }
}

function nothingToDo(context: RunContext, plan: Plan): RunReport {
  reportNotices(context, plan)
  return { plan, steps: [] }
}

/** What is only recorded is how a database that another tool has migrated is taken over. */
const runsSomething = ({ operation }: Step): boolean => operation !== 'run_skip'

async function readUsable(session: Session, { settings }: RunContext): Promise<JournalState> {
  return usable(await readState(session, settings.journal))
}

/** Refuses a database whose set-up was cut off. */
function usable(state: JournalState): JournalState {
  if (state.setUp?.outcome !== 'running') return state
  throw new MigrationError('NOT_SET_UP', 'the set-up of this database was begun and not finished', {
    hint: 'Run setup again: it goes on.',
  })
}
