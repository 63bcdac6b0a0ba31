import { mkdir, readFile, rename, rmdir, writeFile } from 'node:fs/promises'
import * as kit from '../../src/backend-kit'
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
    return kit.foldEntries((await this.store()).journal)
  }

  async entries(filter: EntryFilter): Promise<FullEntry[]> {
    return kit.filterEntries((await this.store()).journal, filter)
  }

  complete = (plan: Plan) => Promise.resolve(plan)

  async lock(_: Plan, isDone?: (state: JournalState) => boolean) {
    const make = () => mkdir(`${this.file}.lock`).then(() => true)
    const take = async () => (this.held = await make().catch(() => false))
    return kit.waitForLock(this.context, { take, read: () => this.read(), isDone })
  }

  run = (plan: Plan) => kit.runOneByOne(this.context, plan, (step) => this.step(step))

  async close() {
    if (this.held) await rmdir(`${this.file}.lock`)
  }

  /** One rename replaces the file, so that the names and the journal change together. */
  private async step(step: Step): Promise<void> {
    const { journal, names } = await this.store()
    kit.refuseClaimed(journal, step)
    const journalWith = (outcome: 'success' | 'error', error?: unknown) => {
      const id = String(journal.length + 1)
      return [...journal, kit.newEntry(this.context, step, id, { outcome, error })]
    }
    try {
      const after = step.operation === 'run_skip' ? names : changed(names, step)
      await this.write({ journal: journalWith('success'), names: after })
    } catch (error) {
      await this.write({ journal: journalWith('error', error), names })
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
  const { text = '' } = (direction === 'up' ? script?.upgrade : script?.downgrade) ?? {}
  const now = new Set(names)
  for (const line of text.split('\n').filter(Boolean)) {
    const [verb, name = ''] = line.split(' ')
    if (now.has(name) === (verb === 'add')) throw new Error(`refused: ${line}`)
    now[verb === 'add' ? 'add' : 'delete'](name)
  }
  return [...now]
}
