import { setTimeout as sleep } from 'node:timers/promises'
import { MigrationError, type StepResult } from '../../src/errors'
import type { EntryFilter } from '../../src/journal/entries'
import { foldEntries, type JournalState } from '../../src/journal/model/applied-state'
import type { FullEntry } from '../../src/journal/model/entry'
import type { Plan, Step } from '../../src/plan/plan'
import type { Backend, Locked } from '../../src/run/context/backend'
import { claimOf, type ExecutionContext } from '../../src/run/context/run-context'

/** What stays when a backend is closed. */
export class MemoryStore {
  journal: FullEntry[] = []
  tables = new Set<string>()
  locked = false
}

/** A database of table names, in this process. */
export class MemoryBackend implements Backend {
  private holds = false

  constructor(
    readonly store: MemoryStore,
    readonly context: ExecutionContext,
  ) {}

  read(): Promise<JournalState> {
    return Promise.resolve(foldEntries(this.store.journal))
  }

  entries(filter: EntryFilter): Promise<FullEntry[]> {
    const found = this.store.journal.filter((entry) =>
      'ids' in filter ? filter.ids.includes(entry.id) : entry.outcome === filter.outcome,
    )
    return Promise.resolve(found.toReversed())
  }

  complete = (plan: Plan): Promise<Plan> => Promise.resolve(plan)

  async lock(_: Plan, isDone?: (state: JournalState) => boolean): Promise<Locked> {
    while (this.store.locked) {
      const state = await this.read()
      if (isDone?.(state)) return { state, held: false }
      await sleep(1)
    }
    this.holds = this.store.locked = true
    return { state: await this.read(), held: true }
  }

  async run({ steps }: Plan): Promise<readonly StepResult[]> {
    const results: StepResult[] = []
    for (const [index, step] of steps.entries()) {
      this.context.observer.started?.(step, index, steps.length)
      const error = await this.step(step).catch((thrown: MigrationError) => thrown)
      const result = { ...step, outcome: error ? 'error' : 'success', durationMs: 0 } as const
      if (!error) results.push(result)
      this.context.observer.finished?.(result, index, steps.length)
      if (error) throw Object.assign(error, { results })
    }
    return results
  }

  async close(): Promise<void> {
    if (this.holds) this.store.locked = false
  }

  private async step(step: Step): Promise<void> {
    const { store } = this
    const { revision, ordinal, direction, script } = step
    await sleep(1)
    if ((foldEntries(store.journal).ordinals.get(revision) ?? 0) >= ordinal)
      throw new MigrationError('CLAIM_REFUSED', `another one has taken script ${revision}`)
    const before = { journal: [...store.journal], tables: new Set(store.tables) }
    this.record(step, 'success')
    try {
      const part = direction === 'up' ? script?.upgrade : script?.downgrade
      if (step.operation !== 'run_skip')
        for (const text of part!.text.split(';')) this.execute(text)
    } catch (cause) {
      Object.assign(store, before)
      this.record(step, 'error')
      throw new MigrationError('SCRIPT_FAILED', `script ${revision}: ${String(cause)}`, { cause })
    }
  }

  private execute(text: string): void {
    const [, verb, name = ''] = /^\s*(CREATE|DROP) TABLE (\w+)/.exec(text) ?? []
    const claimed = /^\s*INSERT INTO migration_journal .*'other', (\d+)/s.exec(text)?.[1]
    if (claimed !== undefined) return this.record({ revision: claimed, ordinal: 1 }, 'success')
    if (text.trim() === '') return
    const known = this.store.tables.has(name)
    if (verb === undefined || known === (verb === 'CREATE')) throw new Error(`refused: ${text}`)
    this.store.tables[known ? 'delete' : 'add'](name)
  }

  private record(step: Partial<Step>, outcome: 'success' | 'error'): void {
    const claim = claimOf(this.context, { operation: 'run', ...step } as Step, null)
    const id = String(this.store.journal.length + 1)
    this.store.journal.push({ ...claim, id, outcome, statementsDone: 0 } as unknown as FullEntry)
  }
}
