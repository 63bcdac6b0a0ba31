import { clipped } from '../catalog/object-names'
import type { NamePair } from './name-pairs'
import type { NamedObject } from './named-objects'

/** Renames that only work together: most often one, else a circle with a name in between. */
export interface RenameBatch {
  pairs: readonly NamePair[]
  /** What is run for them, in its order. */
  steps: readonly NamePair[]
}

/**
 * An order in which each new name is free when it is given. Where names change places in a circle, one of
 * them gets a third name in between. Pure.
 * @param taken names that no third name may be
 */
export function orderRenames(
  pairs: readonly NamePair[],
  taken: ReadonlySet<string>,
): RenameBatch[] {
  const batches: RenameBatch[] = []
  const names = new Set([...taken, ...pairs.flatMap(({ object, to }) => [object.name, to])])
  let open = [...pairs]
  while (open.length > 0) {
    const free = open.filter((pair) => blockerOf(pair, open) === undefined)
    const circle = free.length > 0 ? [] : circleIn(open)
    if (circle.length > 0) batches.push(throughThirdName(circle, names))
    else batches.push(...free.map((pair) => ({ pairs: [pair], steps: [pair] })))
    const done = new Set(circle.length > 0 ? circle : free)
    open = open.filter((pair) => !done.has(pair))
  }
  return batches
}

/** What has the new name yet. */
function blockerOf(pair: NamePair, open: readonly NamePair[]): NamePair | undefined {
  return open.find(
    (other) => other.object.name === pair.to && share(other.object, pair.object) && other !== pair,
  )
}

/** True where the two may not have one name. */
function share(one: NamedObject, other: NamedObject): boolean {
  const spaces = spacesOf(other)
  return spacesOf(one).some((space) => spaces.includes(space))
}

function spacesOf({ what, schema, table = '', hasIndex = false }: NamedObject): string[] {
  const relations = JSON.stringify(['relation', schema])
  if (what === 'type') return [JSON.stringify([what, schema])]
  if (what === 'index' || what === 'sequence') return [relations]
  const own = JSON.stringify([what, schema, table])
  return hasIndex ? [own, relations] : [own]
}

/** Each waits for the next one, and the last for the first. */
function circleIn(open: readonly NamePair[]): NamePair[] {
  const path: NamePair[] = []
  let next = open[0]
  while (next && !path.includes(next)) {
    path.push(next)
    next = blockerOf(next, open)
  }
  return next ? path.slice(path.indexOf(next)) : path
}

function throughThirdName(circle: readonly NamePair[], names: Set<string>): RenameBatch {
  const [first, ...rest] = circle
  const { object, to } = first!
  const third = thirdName(object.name, names)
  names.add(third)
  const back = { object: { ...object, name: third }, to }
  return { pairs: circle, steps: [{ object, to: third }, ...rest.toReversed(), back] }
}

function thirdName(name: string, names: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const end = number === 1 ? '_swap' : `_swap${number}`
    const free = `${clipped(name, 63 - end.length)}${end}`
    if (!names.has(free)) return free
  }
}
