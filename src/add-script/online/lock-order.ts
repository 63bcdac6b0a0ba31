import type { Catalog } from '../../catalog/catalog'
import type { Qualified } from '../../catalog/object-names'
import type { LockedName, SchemaOperation } from '../../change/model/operation'
import { type PlannedStep, step } from '../../change/model/planned-step'
import { LockedTables, strongest, type TableUse } from './locked-tables'
import { shownKey } from './online-context'

/**
 * Statements that lock several tables lock them all at once, before anything else: in the order in which an
 * application does, those that are referred to first, and with little patience. One that waited for its second
 * table with the first one locked could be part of a circle, for which PostgreSQL ends a transaction of the
 * application. Pure.
 *
 * @param now what is there before the first of the statements
 */
export function lockedInOrder(
  steps: readonly PlannedStep[],
  now: Catalog,
  isTransaction: boolean,
): PlannedStep[] {
  const tables = new LockedTables(now)
  const uses = steps.map((one) => (isOrdinary(one) ? tables.next(one) : []))
  const several = uses.filter((some) => some.length > 0)
  if (!isTransaction || several.length <= 1)
    return steps.map((one, at) => (isSeveral(uses[at]!) ? together(one, uses[at]!, tables) : one))
  const all = strongest(uses.flat())
  const [first] = steps
  return isSeveral(all) ? [...lockSteps(sorted(all, tables), first!), ...steps] : [...steps]
}

const locking = new Set<SchemaOperation['kind']>(['together', 'lock tables', 'lock if allowed'])

/** What locks tables in an order of its own, or cannot be part of a transaction, is left alone. */
function isOrdinary({ operation, transactional }: PlannedStep): boolean {
  return transactional && !locking.has(operation.kind)
}

/** Writers wait for none of the weakest locks. */
function isSeveral(uses: readonly TableUse[]): boolean {
  return uses.filter(({ mode }) => mode !== 'SHARE UPDATE EXCLUSIVE').length > 1
}

function together(one: PlannedStep, uses: readonly TableUse[], tables: LockedTables): PlannedStep {
  const locks = lockOperations(sorted(uses, tables))
  return { ...one, operation: { kind: 'together', operations: [...locks, one.operation] } }
}

function lockSteps(uses: readonly TableUse[], { group }: PlannedStep): PlannedStep[] {
  return lockOperations(uses).map((operation) => ({ ...step(operation, []), group }))
}

/**
 * First what no reader or writer waits for: VACUUM, which autovacuum gives up only where it is waited for
 * longer, and other changes of the schema are out of the way then. LOCK TABLE needs rights that a foreign key does
 * not need on the table that it refers to. Pure.
 */
export function lockOperations(uses: readonly TableUse[]): SchemaOperation[] {
  const groups: { mode: TableUse['mode']; tables: LockedName[] }[] = []
  for (const { mode, ...table } of uses) {
    const last = groups.at(-1)
    if (last?.mode === mode) last.tables.push(table)
    else if (mode !== 'SHARE UPDATE EXCLUSIVE') groups.push({ mode, tables: [table] })
  }
  const locks = [
    { kind: 'lock tables', tables: uses, mode: 'SHARE UPDATE EXCLUSIVE' } as const,
    { kind: 'wait briefly' } as const,
    ...groups.map((group) => ({ kind: 'lock tables', ...group }) as const),
  ]
  return uses.some(({ unowned }) => unowned) ? [{ kind: 'lock if allowed', locks }] : locks
}

/** Those that are referred to, and parents of partitions, first. */
function sorted(uses: readonly TableUse[], tables: LockedTables): TableUse[] {
  const open = new Map(uses.map((use) => [shownKey(use), use]))
  const order: TableUse[] = []
  const visit = (table: Qualified) => {
    const use = open.get(shownKey(table))
    if (!use) return
    open.delete(shownKey(table))
    for (const earlier of tables.before(table)) visit(earlier)
    order.push(use)
  }
  for (const use of uses) visit(use)
  return order
}
