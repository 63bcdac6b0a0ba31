import { type Facts, factsOf, type Id, keyOf, ownerOf } from '../catalog/facts'
import { shown } from '../catalog/object-names'
import type { PlannedStep } from '../change/model/planned-step'

/**
 * Puts the steps that make a schema into the order in which a person would write it: each table, in the
 * order of their names, with all that belongs to it below, and above it what it depends on and is not
 * there yet. Views, functions and the like that no table needs come last. Keys of tables that refer to
 * each other follow both. Pure.
 */
export function arrangeSchema(steps: readonly PlannedStep[], facts: Facts): PlannedStep[] {
  return new Arrangement(steps, facts).order()
}

/** Columns, keys and conditions that pg-delta gives a table once it is there. */
export function addsToTable({ operation }: PlannedStep): boolean {
  return operation.kind === 'add constraint' || operation.kind === 'add column'
}

/** What a step makes or needs, and what that depends on. */
export function needsOf({ ids }: PlannedStep, facts: Facts): Id[] {
  return ids.flatMap((id) => {
    const values = id.kind === 'column' ? [{ ...id, kind: 'default' } as const] : []
    const edges = [id, ...values].flatMap((each) => facts.outgoingEdges(each))
    return [id, ...edges.filter(({ kind }) => kind === 'depends').map(({ to }) => to)]
  })
}

class Arrangement {
  private readonly result: PlannedStep[] = []
  private readonly state = new Map<PlannedStep, 'started' | 'written'>()
  private readonly makers = new Map<string, PlannedStep>()
  private readonly tables = new Map<string, PlannedStep>()
  /** What is written below the step that it belongs to. */
  private readonly own = new Map<PlannedStep, PlannedStep[]>()
  /** They depend on what is being written. */
  private waiting: PlannedStep[] = []

  constructor(
    private readonly steps: readonly PlannedStep[],
    private readonly facts: Facts,
  ) {
    for (const one of steps) {
      for (const id of one.ids) if (!this.makers.has(keyOf(id))) this.makers.set(keyOf(id), one)
      if (makesTable(one)) this.tables.set(one.group, one)
    }
    this.followOwners()
    for (const one of steps) {
      const owner = this.ownerOf(one)
      if (owner && owner !== one) this.own.set(owner, [...(this.own.get(owner) ?? []), one])
    }
  }

  /** A sequence that `serial` makes comes with its table. */
  private followOwners(): void {
    for (const fact of factsOf(this.facts, 'sequence')) {
      const { id } = fact
      const owner = ownerOf(fact)
      const table = owner && this.tables.get(shown({ schema: owner.schema, name: owner.table }))
      const maker = this.makers.get(keyOf(id))
      if (table && maker?.operation.kind !== 'create sequence') this.makers.set(keyOf(id), table)
    }
  }

  private ownerOf({ ids: [id], group }: PlannedStep): PlannedStep | undefined {
    const table = this.tables.get(group)
    return table ?? (id && 'target' in id ? this.makers.get(keyOf(id.target)) : undefined)
  }

  order(): PlannedStep[] {
    for (const one of this.steps.filter(isGround)) this.write(one)
    const names = [...this.tables.keys()].toSorted((a, b) => (a < b ? -1 : 1))
    for (const name of names) this.write(this.tables.get(name)!)
    for (const one of this.steps) this.write(one)
    const left = this.steps.filter((one) => this.state.get(one) !== 'written')
    return [...this.result, ...left]
  }

  /** False: it depends on what is being written. */
  private write(one: PlannedStep): boolean {
    const state = this.state.get(one)
    if (state !== undefined) return state === 'written'
    this.state.set(one, 'started')
    const own = this.own.get(one) ?? []
    const added = own.filter(addsToTable).flatMap((each) => this.makersFor(each))
    const written = this.makersFor(one).map((need) => this.write(need))
    for (const need of added) this.write(need)
    if (written.includes(false) && !makesTable(one)) {
      this.state.delete(one)
      return false
    }
    this.result.push(one)
    this.state.set(one, 'written')
    for (const other of own) if (!this.write(other)) this.waiting.push(other)
    this.waiting = this.waiting.filter((other) => !this.write(other))
    return true
  }

  private makersFor(one: PlannedStep): PlannedStep[] {
    const makers = needsOf(one, this.facts).map((id) => this.makers.get(keyOf(id)))
    return [...new Set(makers)].filter(
      (maker) => maker !== undefined && maker !== one,
    ) as PlannedStep[]
  }
}

/** Schemas and extensions are of no table. */
function isGround({ ids: [id] }: PlannedStep): boolean {
  return id?.kind === 'schema' || id?.kind === 'extension'
}

function makesTable({ operation }: PlannedStep): boolean {
  return operation.kind === 'create table'
}
