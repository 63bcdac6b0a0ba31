import type { ColumnFill } from '../../change/model/value-sources'
import { type Fact, type Id, type IdOf, isA, keyOf, tablePlace } from '../../catalog/facts'
import type { Catalog } from '../../catalog/catalog'
import { foreignKeys } from '../../catalog/rule-facts'
import { clipped, type Qualified, relationOf } from '../../catalog/object-names'
import { columnKey, type ColumnId, type SchemaOperation } from '../../change/model/operation'
import { changes, step, type PlannedStep } from '../../change/model/planned-step'
import type { RowValue } from '../../change/model/value-sources'
import { lockOf } from '../../change/complete/table-locks'

/** Where a change leads. */
export interface OnlineSides {
  from: Catalog
  to: Catalog
  /** Why columns were not replaced by second ones, where that was asked for, by their keys. */
  reasons?: ReadonlyMap<string, string>
}

/** What the online form of one statement has to know of the others. */
export class OnlineContext {
  private readonly made: ReadonlySet<string>
  private readonly dropped: ReadonlySet<string>
  private readonly rewritten: ReadonlySet<string>
  private readonly taken: Set<string>
  private readonly temporary = new Map<string, string>()
  private readonly newKeys: ReadonlySet<string>
  /** A key that gives way and comes back refers to another one, which so cannot be replaced at once. */
  readonly replacesForeignKeys: boolean

  constructor(
    readonly steps: readonly PlannedStep[],
    readonly sides: OnlineSides,
  ) {
    this.made = new Set(steps.flatMap((one) => keyOfMade(one) ?? []))
    this.dropped = new Set(steps.flatMap(({ drops }) => (drops ? [keyOf(drops)] : [])))
    this.rewritten = new Set(
      steps.flatMap((one) => (one.rewrites === true ? this.tablesOf(one).map(shownKey) : [])),
    )
    this.taken = new Set(
      [sides.from, sides.to].flatMap(({ facts }) => facts.facts().flatMap(nameIn)),
    )
    this.newKeys = new Set(
      steps.flatMap((one) => (isNewKey(one) ? this.tablesOf(one).map(shownKey) : [])),
    )
    this.replacesForeignKeys = steps.some(
      ({ operation }) =>
        operation.kind === 'add constraint' &&
        operation.rule === 'FOREIGN KEY' &&
        this.dropped.has(keyOf(operation.constraint)),
    )
  }

  /** True for the index or the constraint of a table that one statement drops and another one makes. */
  isReplaced(id: Id): boolean {
    if (!this.made.has(keyOf(id)) || !this.dropped.has(keyOf(id))) return false
    const { from, to } = this.sides
    return !isA(id, 'index') || isSameId(from.facts.get(id)?.parent, to.facts.get(id)?.parent)
  }

  /** True for an index whose name one of another table takes. */
  givesItsName(id: Id): boolean {
    return this.made.has(keyOf(id)) && !this.isReplaced(id)
  }

  /** A foreign key may refer to a key that is only now being built. */
  needsNewKey(one: PlannedStep): boolean {
    const { operation } = one
    if (operation.kind !== 'add constraint' || operation.rule !== 'FOREIGN KEY') return false
    const own = shownKey(relationOf(operation.constraint)!)
    const tables = this.tablesOf(one).map(shownKey)
    const referred = tables.filter((table) => table !== own)
    return (referred.length > 0 ? referred : tables).some((table) => this.newKeys.has(table))
  }

  /** The tables that are there, that it is about, and for which the online forms exist: no partitioned ones. */
  tablesOf(one: PlannedStep): Qualified[] {
    const found = [...one.ids, ...this.referredBy(one)].flatMap((id) => this.tableOf(id) ?? [])
    return [...new Map(found.map((table) => [shownKey(table), table])).values()]
  }

  /** On a table that is there, for which the online forms exist. */
  isBusy(one: PlannedStep): boolean {
    return this.tablesOf(one).length > 0
  }

  isBusyTable(table: Qualified): boolean {
    return this.tableOf({ kind: 'table', ...table }) !== undefined
  }

  /** A statement writes the whole table again, so that its indexes are built again with it. */
  isRewritten(table: Qualified): boolean {
    return this.rewritten.has(shownKey(table))
  }

  /** The columns of this one's table that become required and get values for the rows that lack them. */
  requiredFills(column: ColumnId): ColumnFill[] {
    return this.steps.flatMap(({ operation }) => {
      if (operation.kind !== 'alter column' || operation.part !== 'required') return []
      const { column: id } = operation
      const isIdentity = this.steps.some((one) => changes(one, id, 'identity'))
      const expression = isSameTable(id, column) && !isIdentity ? this.fillOf(id) : undefined
      return expression === undefined ? [] : [{ column: id, expression }]
    })
  }

  private fillOf(column: ColumnId): RowValue | undefined {
    const key = columnKey(column)
    const found = this.steps.flatMap(({ operation }) =>
      operation.kind === 'fill column' && columnKey(operation.column) === key
        ? [operation.expression]
        : [],
    )
    return found[0]
  }

  /** A name that nothing has, before or after: the same one for the same object. */
  nameFor({ schema, name }: Qualified, end: string): string {
    const key = JSON.stringify([schema, name, end])
    const known = this.temporary.get(key)
    if (known !== undefined) return known
    for (let number = 1; ; number++) {
      const ending = `${end}${number === 1 ? '' : number}`
      const free = `${clipped(name, 63 - ending.length)}${ending}`
      const taken = JSON.stringify([schema, free])
      if (this.taken.has(taken)) continue
      this.taken.add(taken)
      this.temporary.set(key, free)
      return free
    }
  }

  /** A statement of typetrek's own, about the same table as another one. */
  own(
    operation: SchemaOperation,
    ids: readonly Id[],
    { group }: PlannedStep,
    more: Partial<PlannedStep> = {},
  ): PlannedStep {
    const isOutside =
      operation.kind === 'build index' ||
      operation.kind === 'build key index' ||
      operation.kind === 'fill in batches' ||
      (operation.kind === 'drop index' && operation.concurrently === true)
    const made = step(operation, ids, { transactional: !isOutside, ...more })
    return { ...made, group, lock: lockOf(made, this.sides.from), rewrites: false }
  }

  /** A foreign key is about two tables. */
  private referredBy({ operation, drops }: PlannedStep): readonly Id[] {
    const { from, to } = this.sides
    const isAdded = operation.kind === 'add constraint' && operation.rule === 'FOREIGN KEY'
    const dropped = operation.kind === 'drop constraint' ? operation.constraint : drops
    const id = isAdded ? operation.constraint : dropped
    if (!id || !isA(id, 'constraint')) return []
    const key = keyOf(id)
    return foreignKeys(isAdded ? to : from).find((one) => keyOf(one.id) === key)?.referred ?? []
  }

  private tableOf(id: Id): Qualified | undefined {
    const { facts } = this.sides.from
    const table =
      relationOf(id) ??
      (isA(id, 'index') ? relationOf(indexParent(id, this.sides) ?? id) : undefined)
    const fact = table && facts.get({ kind: 'table', ...table })
    return fact && tablePlace(fact).key === undefined ? table : undefined
  }
}

function indexParent(id: IdOf<'index'>, { from, to }: OnlineSides): Id | undefined {
  return (from.facts.get(id) ?? to.facts.get(id))?.parent
}

function keyOfMade({ operation }: PlannedStep): string | undefined {
  if (operation.kind === 'create index') return keyOf(operation.index)
  return operation.kind === 'add constraint' ? keyOf(operation.constraint) : undefined
}

function isSameId(one: Id | undefined, other: Id | undefined): boolean {
  return one !== undefined && other !== undefined && keyOf(one) === keyOf(other)
}

/** A foreign key may refer to it. */
function isNewKey(one: PlannedStep): boolean {
  const { operation } = one
  return keyIn(one) !== undefined || (operation.kind === 'create index' && operation.unique)
}

/** The unique or primary key that a statement adds, where an index can be made for it beforehand. */
export function keyIn({ operation }: PlannedStep) {
  return operation.kind === 'add constraint' ? operation.key : undefined
}

function nameIn({ id }: Fact): string[] {
  const { schema, name } = id as { schema?: string; name?: string }
  return schema !== undefined && name !== undefined ? [JSON.stringify([schema, name])] : []
}

/** One text for one table. */
export function shownKey({ schema, name }: Qualified): string {
  return JSON.stringify([schema, name])
}

/** The table of a column. */
export function tableIdOf({ schema, table }: Pick<ColumnId, 'schema' | 'table'>): IdOf<'table'> {
  return { kind: 'table', schema, name: table }
}

function isSameTable(one: ColumnId, other: ColumnId): boolean {
  return one.schema === other.schema && one.table === other.table
}
