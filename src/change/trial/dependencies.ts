import type { Catalog } from '../../catalog/catalog'
import { type Facts, type Id, keyOf } from '../../catalog/facts'
import { relationOf } from '../../catalog/object-names'
import type { PlannedStep } from '../model/planned-step'

/** What a step changes, and what it depends on. */
interface Touched {
  writes: ReadonlySet<string>
  reads: ReadonlySet<string>
}

/**
 * Brings together what is about one table, as far as nothing in between depends on it: steps that
 * touch the same object, or of which one needs what the other makes, keep their order.
 */
export function groupSteps(
  steps: readonly PlannedStep[],
  from: Catalog,
  to: Catalog,
): PlannedStep[] {
  const followers = steps.map((): number[] => [])
  const waiting = steps.map(() => 0)
  const precede = (before: number, after: number) => {
    followers[before]!.push(after)
    waiting[after]!++
  }
  connect(
    steps.map((one) => touched(one, [from.facts, to.facts])),
    precede,
  )
  const ready = new Set(steps.flatMap((_, at) => (waiting[at] === 0 ? [at] : [])))
  const order: PlannedStep[] = []
  let group: string | undefined
  while (ready.size > 0) {
    const open = [...ready].toSorted((a, b) => a - b)
    const next =
      open.find((at) => isPrelude(steps[at]!)) ??
      open.find((at) => steps[at]!.group === group) ??
      open[0]!
    ready.delete(next)
    order.push(steps[next]!)
    group = steps[next]!.group
    for (const follower of followers[next]!) if (--waiting[follower]! === 0) ready.add(follower)
  }
  return order
}

const preludes = new Set<Id['kind']>(['schema', 'extension', 'type', 'domain', 'collation'])

/** What tables are made of comes before them. */
function isPrelude({ verb, ids: [id], operation }: PlannedStep): boolean {
  const isMade = verb === 'create' && operation.kind !== 'add enum value'
  return isMade && id !== undefined && preludes.has(id.kind)
}

/** A writer follows all that came before it on the same object, a reader the last writer. */
function connect(
  touches: readonly Touched[],
  precede: (before: number, after: number) => void,
): void {
  const seen = new Map<string, { writer: number; readers: number[] }>()
  for (const [at, { writes, reads }] of touches.entries()) {
    for (const key of new Set([...writes, ...reads])) {
      const place = seen.get(key) ?? { writer: -1, readers: [] }
      if (place.writer >= 0) precede(place.writer, at)
      if (!writes.has(key)) place.readers.push(at)
      else {
        for (const reader of place.readers) precede(reader, at)
        place.writer = at
        place.readers = []
      }
      seen.set(key, place)
    }
  }
}

const places = new Set<Id['kind']>(['schema', 'extension', 'role'])
const routines = new Set<Id['kind']>(['function', 'procedure', 'aggregate'])

/** A routine's body names what it uses, and no catalog says what: all else keeps its place to it. */
const anyRoutine = 'routines'

function touched({ ids, verb }: PlannedStep, sides: readonly Facts[]): Touched {
  const writes = new Set<string>()
  const reads = new Set<string>([anyRoutine])
  for (const [at, id] of ids.entries()) {
    const isOwn = !places.has(id.kind) || (at === 0 && verb !== 'alter')
    for (const key of keysOf(id)) (isOwn ? writes : reads).add(key)
    if (routines.has(id.kind) || verb === 'data') writes.add(anyRoutine)
    const known = verb === 'drop' ? sides.slice(0, 1) : verb === 'create' ? sides.slice(1) : sides
    for (const facts of known)
      for (const { to, kind } of facts.outgoingEdges(id))
        if (kind === 'depends') for (const key of keysOf(to)) reads.add(key)
  }
  return { writes, reads }
}

function keysOf(id: Id): string[] {
  const relation = relationOf(id)
  return relation ? [keyOf(id), `${relation.schema}.${relation.name}`] : [keyOf(id)]
}
