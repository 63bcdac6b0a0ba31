import { mkdir, readFile, rename, rmdir, writeFile } from 'node:fs/promises'
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

interface Store {
  journal: FullEntry[]
  names: string[]
}

/** A set of names in one JSON file. Scripts say `add NAME` and `remove NAME`, a line each. */
export class JsonBackend implements Backend {
  private held = false

  constructor(
    private readonly context: ExecutionContext,
    private readonly file: string,
  ) {}

  async read(): Promise<JournalState> {
    return foldEntries((await this.store()).journal)
  }

  async entries(filter: EntryFilter): Promise<FullEntry[]> {
    return filterEntries((await this.store()).journal, filter)
  }

  complete = (plan: Plan) => Promise.resolve(plan)

  async lock(_: Plan, isDone?: (state: JournalState) => boolean) {
    const take = async () => {
      const lock = mkdir(`${this.file}.lock`)
      return (this.held = await lock.then(
        () => true,
        () => false,
      ))
    }
    return waitForLock(this.context, { take, read: () => this.read(), isDone })
  }

  run = (plan: Plan) => runOneByOne(this.context, plan, (step) => this.step(step))

  async close() {
    if (this.held) await rmdir(`${this.file}.lock`)
  }

  /** One rename replaces the file, so that the names and the journal change together. */
  private async step(step: Step): Promise<void> {
    const { journal, names } = await this.store()
    refuseClaimed(journal, step)
    const entry = (outcome: 'success' | 'error', error?: unknown) =>
      newEntry(this.context, step, String(journal.length + 1), { outcome, error })
    try {
      const after = step.operation === 'run_skip' ? names : changed(names, step)
      await this.write({ journal: [...journal, entry('success')], names: after })
    } catch (error) {
      await this.write({ journal: [...journal, entry('error', error)], names })
      throw error
    }
  }

  private async store(): Promise<Store> {
    const text = await readFile(this.file, 'utf8').catch(() => '{"journal":[],"names":[]}')
    return JSON.parse(text) as Store
  }

  private async write(store: Store): Promise<void> {
    await writeFile(`${this.file}.new`, JSON.stringify(store))
    await rename(`${this.file}.new`, this.file)
  }
}

function changed(names: readonly string[], { direction, script }: Step): string[] {
  const text = (direction === 'up' ? script?.upgrade : script?.downgrade)?.text ?? ''
  return text.split('\n').reduce<string[]>(
    (now, line) => {
      const [verb, name = ''] = line.trim().split(' ')
      if (verb === '') return now
      if (now.includes(name) === (verb === 'add')) throw new Error(`refused: ${line}`)
      return verb === 'add' ? [...now, name] : now.filter((one) => one !== name)
    },
    [...names],
  )
}
