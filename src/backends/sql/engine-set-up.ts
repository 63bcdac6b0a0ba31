import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { MigrationError } from '../../errors'
import { setUpRevision, type Entry } from '../../journal/model/entry'
import type { JournalState } from '../../journal/model/applied-state'
import type { Claim } from '../../journal/model/journal-columns'
import type { Plan, Request, Step } from '../../plan/plan'
import { planSteps } from '../../plan/planner'
import type { RunReport } from '../../run/context/events'
import { claimOf, isTakeOver, reportNotices } from '../../run/context/run-context'
import { runPlan, runUntilDone } from '../../run/execute'
import { requireRegular } from '../../regular-file'
import { readMarkerSections } from '../../script/named/marker-sections'
import { PlainScript } from '../../script/named/plain-script'
import type { Script } from '../../script/script'
import { initFunctionOf, type InitMigration } from '../../set-up/build-initial-schema'
import type { SetUpRequest } from '../../set-up/set-up'
import { isSetUp } from '../../set-up/set-up-state'
import type { SqlBackend } from './sql-backend'
import { runFrom } from './sql-steps'
import { statementsOf } from './statement-work'

/**
 * Sets up an empty database under the lock: a committed claim, what builds it, then every script as done,
 * or run. A set-up that was cut off goes on.
 */
export async function setUpEngine(
  backend: SqlBackend,
  scripts: readonly Script[],
  request: SetUpRequest,
): Promise<RunReport> {
  try {
    const before = await backend.read()
    const none = (state: JournalState) => nothingDone(backend, scripts, state)
    const plan = planFor(backend, scripts, before, { command: 'mark', count: 0 })
    const locked = isDone(before) ? undefined : await lockEmpty(backend, plan, before)
    const report =
      locked && !isDone(locked)
        ? await setUpNow(backend, scripts, request, locked)
        : none(locked ?? before)
    return report
  } finally {
    await backend.close()
  }
}

/** Takes the lock, unless another one has set up meanwhile. */
async function lockEmpty(
  backend: SqlBackend,
  plan: Plan,
  before: JournalState,
): Promise<JournalState> {
  if (!before.exists) await refuseTables(backend)
  const { state } = await backend.lock(plan, isDone)
  return isDone(state) ? state : { ...state, exists: false }
}

/** A journal with nothing in it is what the lock has made, and no set-up. */
function isDone(state: JournalState): boolean {
  return isSetUp(state) && (state.setUp !== undefined || state.ordinals.size > 0)
}

/** The journal itself may have been made since by another one that sets up at the same time. */
async function refuseTables({ place, engine }: SqlBackend): Promise<void> {
  const { table } = place.context.settings.journal
  const rows = (await place.journal.work.query(engine.tables)) as { name: string }[]
  const names = rows
    .map(({ name }) => name)
    .filter((name) => name !== table && !name.startsWith('sqlite_'))
  if (names.length === 0) return
  throw new MigrationError('NOT_EMPTY', 'the database has tables but no journal', {
    detail: `found ${names.slice(0, 5).join(', ')}${names.length > 5 ? ' and more' : ''}`,
    hint: 'If they are what the scripts would build, run mark; else set up an empty database.',
  })
}

function nothingDone(
  backend: SqlBackend,
  scripts: readonly Script[],
  state: JournalState,
): RunReport {
  const plan = planFor(backend, scripts, state, { command: 'mark', count: 0 })
  reportNotices(backend.context, plan)
  return { plan, steps: [], setUp: false }
}

function planFor(
  { context }: SqlBackend,
  scripts: readonly Script[],
  state: JournalState,
  request: Request,
): Plan {
  return (context.plan ?? planSteps)(scripts, state, request, context.settings)
}

async function setUpNow(
  backend: SqlBackend,
  scripts: readonly Script[],
  { initMigration, runScripts }: SetUpRequest,
  state: JournalState,
): Promise<RunReport> {
  const { context, place } = backend
  const step = setUpStep(state.setUp, await scriptOf(initMigration))
  const claim: Claim = { ...claimOf(context, step, null), kind: 'setup' }
  await begin(backend, claim, state.setUp)
  await build(backend, step, claim, initMigration)
  const request: Request = { command: runScripts ? 'upgrade' : 'mark' }
  const now = await backend.read()
  const report = runScripts
    ? await runUntilDone(context, backend, { scripts, request, ofSetUp: true }, now)
    : await runPlan(context, backend, planFor(backend, scripts, now, request))
  const finished = { outcome: 'success', finished_at: new Date().toISOString() }
  await place.journal.update(claim, finished)
  return { ...report, setUp: true }
}

function setUpStep(resume: Entry | undefined, script: Script | undefined): Step {
  return {
    revision: setUpRevision,
    title: 'set up',
    kind: 'sql',
    direction: 'up',
    operation: 'run',
    ordinal: 1,
    late: false,
    ...(script && { script }),
    ...(resume && { resume }),
  }
}

async function scriptOf(init: InitMigration | undefined): Promise<Script | undefined> {
  if (typeof init !== 'string' || init === 'entities') return undefined
  const file = resolve(init)
  requireRegular(file)
  const text = await readFile(file, 'utf8')
  const cut = () => readMarkerSections(text, file, file, { sql: true })
  return new PlainScript({ revision: setUpRevision, title: 'set up', kind: 'sql', file, text, cut })
}

async function begin({ place, context }: SqlBackend, claim: Claim, begun: Entry | undefined) {
  if (!isTakeOver(begun)) return place.journal.insert(claim, 'running')
  await place.journal.takeOver(claim, begun)
  context.observer.notice?.({ kind: 'notice', code: 'SET_UP_RESUMED' })
}

async function build(
  backend: SqlBackend,
  step: Step,
  claim: Claim,
  init: InitMigration | undefined,
): Promise<void> {
  const { place, dataSource, engine } = backend
  const part = step.script?.upgrade
  const done = step.resume?.statementsDone ?? 0
  if (part)
    return runFrom({ ...place, step, part, statements: statementsOf(engine, part) }, claim, done)
  if (init === 'entities') await dataSource.synchronize()
  if (init === undefined || typeof init === 'string' || done > 0) return
  const { work } = place.journal
  await work.startTransaction()
  try {
    await initFunctionOf(init)(work)
    await place.journal.update(claim, { statements_done: 1 })
    await work.commitTransaction()
  } catch (error) {
    if (work.isTransactionActive) await work.rollbackTransaction()
    throw error
  }
}
