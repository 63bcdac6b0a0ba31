import type { Qualified } from '../../catalog/object-names'

/** One table that refers to another one. */
export interface Reference {
  from: string
  to: string
}

/** One text for one table. */
export function tableKey({ schema, name }: Qualified): string {
  return JSON.stringify([schema, name])
}

/**
 * Puts tables into groups, those that refer to others before those: the key that a foreign key refers to can
 * be replaced only once nothing refers to the old one. Tables that refer to one another in a circle are one
 * group. Pure.
 */
export function swapGroups(
  tables: readonly string[],
  references: readonly Reference[],
): string[][] {
  const reached = new Map(tables.map((one) => [one, reachedFrom(one, references)]))
  const reaches = (one: string, other: string) => reached.get(one)?.has(other) === true
  const groups: string[][] = []
  let left = tables
  while (left.length > 0) {
    const rest = left
    const first = rest.find((one) =>
      rest.every((other) => other === one || !reaches(other, one) || reaches(one, other)),
    )!
    const group = rest.filter(
      (one) => one === first || (reaches(first, one) && reaches(one, first)),
    )
    groups.push(group)
    left = rest.filter((one) => !group.includes(one))
  }
  return groups
}

function reachedFrom(start: string, references: readonly Reference[]): ReadonlySet<string> {
  const found = new Set<string>()
  const open = [start]
  for (let one = open.pop(); one !== undefined; one = open.pop())
    for (const { from, to } of references)
      if (from === one && !found.has(to)) {
        found.add(to)
        open.push(to)
      }
  return found
}
