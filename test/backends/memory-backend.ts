import {
  filterEntries,
  foldEntries,
  newEntry,
  refuseClaimed,
  runOneByOne,
  waitForLock,
} from '../../src/backend-kit'
import type { Backend, EntryFilter, ExecutionContext, FullEntry } from '../../src/backend-kit'
import type { JournalState, Plan, Step } from '../../src/backend-kit'

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

  read = (): Promise<JournalState> => Promise.resolve(foldEntries(this.store.journal))

  entries = (filter: EntryFilter): Promise<FullEntry[]> =>
    Promise.resolve(filterEntries(this.store.journal, filter))

  complete = (plan: Plan): Promise<Plan> => Promise.resolve(plan)

  lock(_: Plan, isDone?: (state: JournalState) => boolean) {
    const take = () => {
      const free = !this.store.locked
      if (free) this.holds = this.store.locked = true
      return Promise.resolve(free)
    }
    return waitForLock(this.context, { take, read: this.read, isDone })
  }

  run = (plan: Plan) => runOneByOne(this.context, plan, (step) => this.step(step))

  close(): Promise<void> {
    if (this.holds) this.store.locked = false
    return Promise.resolve()
  }

  private async step(step: Step): Promise<void> {
    const { store } = this
    await Promise.resolve()
    refuseClaimed(store.journal, step)
    const tables = new Set(store.tables)
    try {
      const part = step.direction === 'up' ? step.script?.upgrade : step.script?.downgrade
      if (step.operation !== 'run_skip')
        for (const text of part!.text.split(';')) this.execute(text)
      this.record(step)
    } catch (error) {
      store.tables = tables
      this.record(step, error)
      throw error
    }
  }

  private execute(text: string): void {
    const [, verb, name = ''] = /^\s*(CREATE|DROP) TABLE (\w+)/.exec(text) ?? []
    if (text.trim() === '') return
    const known = this.store.tables.has(name)
    if (verb === undefined || known === (verb === 'CREATE')) throw new Error(`refused: ${text}`)
    this.store.tables[known ? 'delete' : 'add'](name)
  }

  private record(step: Step, error?: unknown): void {
    const outcome = error === undefined ? 'success' : 'error'
    const id = String(this.store.journal.length + 1)
    this.store.journal.push(newEntry(this.context, step, id, { outcome, error }))
  }
}
