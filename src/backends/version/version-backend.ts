import type { StepResult } from '../../errors'
import type { EntryFilter } from '../../journal/entries'
import { emptyState, type JournalState } from '../../journal/model/applied-state'
import type { FullEntry } from '../../journal/model/entry'
import type { Plan, Step } from '../../plan/plan'
import { noVersion, versionEntry } from '../../plan/scheme/version-scheme'
import type { Backend, Locked } from '../../run/context/backend'
import type { ExecutionContext } from '../../run/context/run-context'
import { claimRefused } from '../../run/failure/unfinished'
import { filterEntries } from '../journal-filter'
import { runOneByOne } from '../one-by-one'
import { waitForLock } from '../wait-for-lock'

/** What keeps a version, and does the steps between two of them. */
export interface VersionKeeper {
  /** The version as it is now; undefined where nothing is applied. */
  current(): Promise<string | undefined>
  /** Does one step, and keeps its version. */
  perform(context: ExecutionContext, step: Step): Promise<void>
  /** Every operation that is known, oldest first. */
  entries(): Promise<readonly FullEntry[]>
  /** Takes the lock unless another one has it. */
  take(): Promise<boolean>
  /** Who has it, in words. */
  holder(): Promise<string | undefined>
  release(): Promise<void>
}

/**
 * A backend of which one version is all that is known. Before each step the version must be what the plan
 * saw, or what the step before has made of it: another migrator's work is noticed by that.
 */
export class VersionBackend implements Backend {
  private held = false
  /** The version when the journal was read last. */
  private seen = noVersion

  constructor(
    private readonly context: ExecutionContext,
    private readonly keeper: VersionKeeper,
  ) {}

  async read(): Promise<JournalState> {
    const version = await this.keeper.current()
    this.seen = version ?? noVersion
    const applied = version === undefined ? [] : [versionEntry(version)]
    return { ...emptyState, exists: true, applied }
  }

  async entries(filter: EntryFilter): Promise<FullEntry[]> {
    return filterEntries(await this.keeper.entries(), filter)
  }

  complete(plan: Plan): Promise<Plan> {
    return Promise.resolve(plan)
  }

  async lock(_: Plan, isDone?: (state: JournalState) => boolean): Promise<Locked> {
    const { keeper } = this
    const take = async () => (this.held = await keeper.take())
    const read = () => this.read()
    return waitForLock(this.context, { take, read, isDone, holder: () => keeper.holder() })
  }

  async run(plan: Plan): Promise<readonly StepResult[]> {
    const first = plan.steps[0]?.from ?? this.seen
    const expected = new Set([first])
    return runOneByOne(this.context, plan, async (step) => {
      const now = (await this.keeper.current()) ?? noVersion
      if (!expected.has(now)) throw claimRefused(step.revision)
      await this.keeper.perform(this.context, step)
      if (step.to !== undefined) expected.add(step.to)
    })
  }

  async close(): Promise<void> {
    if (this.held) await this.keeper.release()
  }
}
