import type { Catalog } from '../../catalog/catalog'
import { columnKey, factsOf, type Id, type IdOf, isA, keyOf, tablePlace } from '../../catalog/facts'
import { type Qualified, relationOf } from '../../catalog/object-names'
import { foreignKeys, referredTable } from '../../catalog/rule-facts'
import type {
  ColumnId,
  LockedName,
  LockMode,
  PartitionPlacing,
  SchemaOperation,
} from '../../change/model/operation'
import type { PlannedStep, TableLock } from '../../change/model/planned-step'

/** A table with the lock that a statement takes on it. */
export interface TableUse extends LockedName {
  mode: LockMode
}

/**
 * What statements of one section lock beside the table that they are about, one after the other; what an
 * earlier one has dropped is locked no more. Pure.
 *
 * @see https://www.postgresql.org/docs/current/explicit-locking.html
 * @see https://www.postgresql.org/docs/current/sql-altertable.html
 */
export class LockedTables {
  private readonly gone = new Set<string>()

  /** @param now what is there before the section */
  constructor(private readonly now: Catalog) {}

  /** The tables that are there and that the statement locks so that writers wait. */
  next(one: PlannedStep): TableUse[] {
    const uses = [...this.ofKeys(one), ...this.ofPlaces(one), ...this.ofDomain(one)]
    const found = strongest([...uses, ...this.ownUse(one)]).filter((table) => this.isThere(table))
    const dropped = droppedBy(one)
    if (dropped) this.gone.add(keyOf(dropped))
    return found
  }

  private isThere({ schema, name }: Qualified): boolean {
    const id = { kind: 'table', schema, name } as const
    return this.now.facts.has(id) && !this.gone.has(keyOf(id))
  }

  /** Which tables are to be locked before a table: those that it refers to or is a part of. */
  before({ schema, name }: Qualified): Qualified[] {
    const fact = this.now.facts.get({ kind: 'table', schema, name })
    const parent = fact && tablePlace(fact).parent
    const referred = this.keys().filter(({ id }) => id.schema === schema && id.table === name)
    return [...(parent ? [parent] : []), ...referred.flatMap(({ to }) => to)]
  }

  private keys() {
    return foreignKeys(this.now).flatMap(({ id, columns, referred, definition }) => {
      const to = referredTable(definition)
      return to && !this.gone.has(keyOf(id)) ? [{ id, columns, referred, to }] : []
    })
  }

  /** Those of which one side is the table. */
  private keysOf(table: Qualified) {
    return this.keys().filter(({ id, to }) => isSame(ownTable(id), table) || isSame(to, table))
  }

  /** The table that a statement is about; what it makes is not there. */
  private ownUse({ ids: [id], lock = 'none', operation }: PlannedStep): TableUse[] {
    const parent = id && this.now.facts.get(id)?.parent
    const table = id && (relationOf(id) ?? (parent && relationOf(parent)))
    const mode = operation.kind === 'place partition' ? undefined : modes[lock]
    return table && mode ? [{ ...nameOf(table), mode }] : []
  }

  /** A foreign key has triggers on both tables. */
  private ofKeys(one: PlannedStep): TableUse[] {
    const { operation } = one
    const added = addedKeys(operation).flatMap(({ constraint, definition }) => {
      const to = referredTable(definition)
      return to ? both(ownTable(constraint), to, 'SHARE ROW EXCLUSIVE') : []
    })
    const dropped = droppedBy(one)
    const changed =
      operation.kind === 'alter column' && operation.part === 'type' ? operation.column : dropped
    if (!changed) return added
    const has = (columns: readonly ColumnId[]) =>
      columns.some((column) => columnKey(column) === columnKey(changed as ColumnId))
    const isOf = ({ id, columns, referred }: ReturnType<LockedTables['keys']>[number]) => {
      if (isA(changed, 'column')) return has(columns) || has(referred)
      return isA(changed, 'table') ? isSame(ownTable(id), changed) : keyOf(id) === keyOf(changed)
    }
    const found = this.keys().filter(isOf)
    return [...added, ...found.flatMap(({ id, to }) => both(ownTable(id), to, 'ACCESS EXCLUSIVE'))]
  }

  /** A partition that comes or goes changes its parent, and what the default partition may hold. */
  private ofPlaces(one: PlannedStep): TableUse[] {
    const { operation } = one
    const dropped = droppedBy(one)
    if (operation.kind === 'place partition') return this.ofPlacing(operation)
    const table = dropped && isA(dropped, 'table') ? dropped : undefined
    if (table) {
      const fact = this.now.facts.get(table)
      const { parent, bound } = fact ? tablePlace(fact) : {}
      return parent && bound !== undefined ? this.ofParent(parent, 'ACCESS EXCLUSIVE') : []
    }
    const isNew = operation.kind === 'create table' && operation.form === 'partition'
    const parents = isNew ? one.ids.filter((id) => isA(id, 'table')).slice(1) : []
    return parents.flatMap((parent) => this.ofParent(parent, 'ACCESS EXCLUSIVE'))
  }

  private ofPlacing({ table, parent, bound, into }: PartitionPlacing): TableUse[] {
    const own: TableUse = { ...nameOf(table), mode: 'ACCESS EXCLUSIVE' }
    if (bound === undefined) return [own]
    return [...this.ofParent(parent, into ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE'), own]
  }

  private ofParent(parent: Qualified, mode: LockMode): TableUse[] {
    const others = this.keysOf(parent)
      .flatMap(({ id, to }) => [ownTable(id), to])
      .filter((table) => !isSame(table, parent))
    const defaults = factsOf(this.now.facts, 'table').filter((fact) => {
      const place = tablePlace(fact)
      return place.bound === 'DEFAULT' && place.parent && isSame(place.parent, parent)
    })
    return [
      ...others.map((table): TableUse => ({
        ...table,
        mode: 'SHARE ROW EXCLUSIVE',
        unowned: true,
      })),
      { ...nameOf(parent), mode, alone: true },
      ...defaults.map(({ id }): TableUse => ({ ...nameOf(id), mode: 'ACCESS EXCLUSIVE' })),
    ]
  }

  /** A new rule of a domain is checked in all tables that have a column of it. */
  private ofDomain({ operation }: PlannedStep): TableUse[] {
    const isRule =
      (operation.kind === 'add constraint' && operation.valid) ||
      operation.kind === 'validate constraint'
    if (!isRule || operation.of !== 'DOMAIN') return []
    const { schema, table: name } = operation.constraint
    const users = this.now.facts.incomingEdges({ kind: 'domain', schema, name })
    return users.flatMap(({ from }): TableUse[] =>
      isA(from, 'column')
        ? [{ schema: from.schema, name: from.table, mode: 'SHARE', unowned: true }]
        : [],
    )
  }
}

type Adding = Extract<SchemaOperation, { kind: 'add constraint' }>

function addedKeys(operation: SchemaOperation): Adding[] {
  if (operation.kind === 'create table') return (operation.added ?? []).flatMap(addedKeys)
  return operation.kind === 'add constraint' && operation.rule === 'FOREIGN KEY' ? [operation] : []
}

function droppedBy({ operation, drops }: PlannedStep): Id | undefined {
  return operation.kind === 'drop constraint' ? operation.constraint : drops
}

const modes: Partial<Record<TableLock, LockMode>> = {
  accessExclusive: 'ACCESS EXCLUSIVE',
  shareRowExclusive: 'SHARE ROW EXCLUSIVE',
  share: 'SHARE',
}

function both(own: Qualified, referred: Qualified, mode: LockMode): TableUse[] {
  return [
    { ...nameOf(referred), mode, unowned: true },
    { ...nameOf(own), mode },
  ]
}

function ownTable({ schema, table }: IdOf<'constraint'>): Qualified {
  return { schema, name: table }
}

function nameOf({ schema, name }: Qualified): Qualified {
  return { schema, name }
}

function isSame(one: Qualified, other: Qualified): boolean {
  return one.schema === other.schema && one.name === other.name
}

const strength: readonly LockMode[] = [
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'ACCESS EXCLUSIVE',
]

/** Each table once, in the order of the first mention. */
export function strongest(uses: readonly TableUse[]): TableUse[] {
  const found = new Map<string, TableUse>()
  for (const use of uses) {
    const key = JSON.stringify([use.schema, use.name])
    const known = found.get(key)
    const mode = [known?.mode ?? use.mode, use.mode].toSorted(byStrength).at(-1)!
    const { unowned: _, ...table } = known ?? use
    const unowned = (known ?? use).unowned === true && use.unowned === true
    found.set(key, { ...table, mode, ...(unowned && { unowned }) })
  }
  return [...found.values()]
}

function byStrength(one: LockMode, other: LockMode): number {
  return strength.indexOf(one) - strength.indexOf(other)
}
