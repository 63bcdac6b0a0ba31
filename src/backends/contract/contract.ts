import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MigrationError } from '../../errors'
import type { JournalState } from '../../journal/model/applied-state'
import type { Request } from '../../plan/plan'
import { planSteps } from '../../plan/planner'
import type { Backend } from '../../run/context/backend'
import type { Observer, RunReport } from '../../run/context/events'
import { executionContext, type ExecutionContext } from '../../run/context/run-context'
import { execute } from '../../run/execute'
import type { Script } from '../../script/script'
import { readSettings } from '../../settings/read-settings'
import type { Settings } from '../../settings/value/setting-types'
import { contractScript, type ContractLanguage } from './contract-scripts'

/** A kind of database, as the contract suite meets it. */
export interface ContractSubject {
  /** In the names of the tests. */
  name: string
  language: ContractLanguage
  /** Opens a database with nothing in it; called once for each rule. */
  open(): Promise<ContractDatabase>
  /** False where the engine cannot undo what a failing script did before it failed. */
  undoes?: boolean
  /** Why the suite is skipped here. */
  skip?: string | false
}

/** A database with nothing in it. */
export interface ContractDatabase {
  /** A backend for one execution, as a process of its own would make it. */
  backend(context: ExecutionContext): Backend | Promise<Backend>
  /** The names of the things that scripts have made, sorted. */
  things(): Promise<readonly string[]>
  close(): Promise<void>
  /** Settings for every execution, where the backend needs its own. */
  settings?: Settings
}

/**
 * Registers the tests (node:test) that every backend must pass. What they show is what the command line
 * and the library promise of any database.
 */
export function backendContract(subject: ContractSubject): void {
  for (const [rule, check] of Object.entries(rules)) {
    test(`${subject.name}: ${rule}`, { skip: subject.skip ?? false }, async () => {
      const database = await subject.open()
      try {
        const settings = database.settings ?? (await contractSettings())
        await check(new Place(subject, database, settings))
      } finally {
        await database.close()
      }
    })
  }
}

function contractSettings(): Promise<Settings> {
  return readSettings({ config: 'postgres://contract/contract', cwd: process.cwd(), env: {} })
}

/** One database under test, with what was reported of it. */
class Place {
  readonly events: string[] = []

  constructor(
    readonly subject: ContractSubject,
    private readonly database: ContractDatabase,
    private readonly settings: Settings,
  ) {}

  script(revision: string, name: string, upgrade?: string): Script {
    return contractScript(this.subject.language, revision, name, upgrade)
  }

  get three(): Script[] {
    return ['a', 'b', 'c'].map((name, index) => this.script(String(index + 1), name))
  }

  context(signal?: AbortSignal): ExecutionContext {
    const observer: Observer = {
      started: ({ revision }) => void this.events.push(`started ${revision}`),
      finished: ({ revision, outcome }) => void this.events.push(`${outcome} ${revision}`),
    }
    return executionContext(this.settings, observer, signal ? { signal } : {})
  }

  async backend(context = this.context()): Promise<Backend> {
    return this.database.backend(context)
  }

  async run(request: Request, scripts: readonly Script[] = this.three): Promise<RunReport> {
    const context = this.context()
    return execute(context, await this.backend(context), Promise.resolve(scripts), request)
  }

  async read<Result>(look: (backend: Backend) => Promise<Result>): Promise<Result> {
    const backend = await this.backend()
    try {
      return await look(backend)
    } finally {
      await backend.close(false)
    }
  }

  state(): Promise<JournalState> {
    return this.read((backend) => backend.read())
  }

  async applied(): Promise<string> {
    return (await this.state()).applied.map(({ revision }) => revision).join(' ')
  }

  things(): Promise<readonly string[]> {
    return this.database.things()
  }
}

const upgrade: Request = { command: 'upgrade' }

async function failureOf(work: Promise<unknown>): Promise<MigrationError> {
  const error = await work.then(
    () => assert.fail('nothing failed'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof MigrationError, String(error))
  return error
}

const rules: Readonly<Record<string, (place: Place) => Promise<void>>> = {
  async 'reading an empty database finds nothing and makes nothing'(place) {
    assert.equal(await place.applied(), '')
    assert.equal(await place.applied(), '')
    assert.deepEqual(await place.read((backend) => backend.entries({ outcome: 'success' })), [])
    assert.deepEqual(await place.things(), [])
  },

  async 'an upgrade runs what is pending, once, and reports each script as started and finished'(
    place,
  ) {
    const first = await place.run({ ...upgrade, target: '2' })
    assert.deepEqual(
      first.steps.map(({ revision, outcome }) => `${outcome} ${revision}`),
      ['success 1', 'success 2'],
    )
    assert.equal(await place.applied(), '1 2')
    await place.run(upgrade)
    assert.deepEqual((await place.run(upgrade)).steps, [])
    assert.deepEqual(await place.things(), ['a', 'b', 'c'])
    const reported = ['1', '2', '3'].flatMap((one) => [`started ${one}`, `success ${one}`])
    assert.deepEqual(place.events, reported)
  },

  async 'a downgrade reverts the newest, and "to" goes either way'(place) {
    await place.run(upgrade)
    await place.run({ command: 'downgrade' })
    assert.deepEqual(await place.things(), ['a', 'b'])
    await place.run({ command: 'to', target: '1' })
    assert.deepEqual(await place.things(), ['a'])
    await place.run({ command: 'to', target: '3' })
    assert.deepEqual(await place.things(), ['a', 'b', 'c'])
    await place.run({ command: 'downgrade', target: '0' })
    assert.deepEqual(await place.things(), [])
    assert.equal(await place.applied(), '')
    await place.run(upgrade)
    assert.deepEqual(await place.things(), ['a', 'b', 'c'])
  },

  async 'a mark records and runs nothing'(place) {
    await place.run({ command: 'mark', target: '2' })
    assert.equal(await place.applied(), '1 2')
    assert.deepEqual(await place.things(), [])
  },

  async 'a failure is recorded, is undone where the engine can, and stops the run'(place) {
    const { make } = place.subject.language
    const [first, , third] = place.three as [Script, Script, Script]
    const bad = [first, place.script('2', 'b', `${make('b')}\n${make('a')}`), third]
    const error = await failureOf(place.run(upgrade, bad))

    assert.equal(error.code, 'SCRIPT_FAILED')
    assert.deepEqual(
      error.results?.map(({ revision, outcome }) => `${outcome} ${revision}`),
      ['success 1', 'error 2'],
    )
    assert.equal(await place.applied(), '1')
    assert.deepEqual([...(await place.state()).failed.keys()], ['2'])
    if (place.subject.undoes !== false) assert.deepEqual(await place.things(), ['a'])
    assert.deepEqual(place.events, ['started 1', 'success 1', 'started 2', 'error 2'])
  },

  async 'what failed runs when it is corrected'(place) {
    const { make } = place.subject.language
    const wrong = [place.script('1', 'a'), place.script('2', 'b', make('a'))]
    await failureOf(place.run(upgrade, wrong))
    await place.run(upgrade)
    assert.equal(await place.applied(), '1 2 3')
    assert.deepEqual(await place.things(), ['a', 'b', 'c'])
    assert.equal((await place.state()).failed.size, 0)
  },

  async 'a plan that is older than the journal is refused before it does any work'(place) {
    const state = await place.state()
    const context = place.context()
    const plan = planSteps(place.three, state, { ...upgrade, target: '1' }, context.settings)
    await place.run({ ...upgrade, target: '1' })
    const late = await place.backend(context)
    try {
      await late.read()
      const completed = await late.complete(plan)
      await late.lock(completed)
      const error = await failureOf(late.run(completed))
      assert.equal(error.code, 'CLAIM_REFUSED')
    } finally {
      await late.close(true)
    }
    assert.equal(await place.applied(), '1')
    assert.deepEqual(await place.things(), ['a'])
  },

  async 'of three that start at once each script is run by one'(place) {
    const reports = await Promise.all([1, 2, 3].map(() => place.run(upgrade)))
    assert.equal(reports.flatMap(({ steps }) => steps).length, 3)
    assert.deepEqual(await place.things(), ['a', 'b', 'c'])
  },

  async 'the journal keeps every operation, successes apart from failures'(place) {
    const { make } = place.subject.language
    await failureOf(place.run(upgrade, [place.script('1', 'a'), place.script('2', 'b', make('a'))]))
    await place.run({ command: 'downgrade' })
    const successes = await place.read((backend) => backend.entries({ outcome: 'success' }))
    const found = successes.map(
      ({ revision, operation, title }) => `${operation} ${revision} ${title}`,
    )
    assert.deepEqual(found, ['run 1 a', 'rollback 1 a'])
    const failures = await place.read((backend) => backend.entries({ outcome: 'error' }))
    assert.equal(failures.length, 1)
    const [{ id, revision, error, operator, runId }] = failures as [(typeof failures)[0]]
    assert.equal(revision, '2')
    assert.equal(error?.['code'], 'SCRIPT_FAILED')
    assert.ok(operator !== '' && runId !== '')
    const [again] = await place.read((backend) => backend.entries({ ids: [id] }))
    assert.equal(again?.revision, '2')
  },

  async 'a run that is told to stop before its first script does nothing'(place) {
    const stopping = new AbortController()
    const context = place.context(stopping.signal)
    context.observer = { planned: () => stopping.abort() }
    const backend = await place.backend(context)
    const run = execute(context, backend, Promise.resolve(place.three), upgrade)
    assert.equal((await failureOf(run)).code, 'INTERRUPTED')
    assert.deepEqual(await place.things(), [])
    await place.run(upgrade)
    assert.deepEqual(await place.things(), ['a', 'b', 'c'])
  },
}
