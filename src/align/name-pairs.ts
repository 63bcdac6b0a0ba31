import { means, unquoted, splitOutsideQuotes } from '../change/model/option-values'
import type { Rename } from '../change/model/answers'
import type { NamedObject } from './named-objects'

/** One object under its two names. */
export interface NamePair {
  object: NamedObject
  to: string
}

/** Objects that are alike, so that nothing says which of the new names each of them has. */
export interface AlikeNames {
  objects: readonly NamedObject[]
  to: readonly string[]
}

/** What differs in names alone. */
export interface NameDifferences {
  pairs: readonly NamePair[]
  alike: readonly AlikeNames[]
}

/**
 * Finds what is the same on both sides but for its name. Names count for nothing, so that two that have
 * changed places are found as well. Of several that are alike none is guessed: `given` says it. Pure.
 */
export function findNamePairs(
  from: readonly NamedObject[],
  to: readonly NamedObject[],
  given: readonly Rename[] = [],
): NameDifferences {
  const pairs: NamePair[] = []
  const alike: AlikeNames[] = []
  const targets = groups(to)
  for (const [key, objects] of groups(from)) {
    const left = apart(objects, targets.get(key) ?? [])
    const settled = settle(left, given)
    pairs.push(...settled.pairs)
    const [object, other] = settled.objects
    const [name, more] = settled.to
    if (!object || name === undefined) continue
    if (other === undefined && more === undefined && !object.isUnused)
      pairs.push({ object, to: name })
    else alike.push({ objects: settled.objects, to: settled.to })
  }
  return { pairs, alike }
}

function groups(objects: readonly NamedObject[]): Map<string, NamedObject[]> {
  const found = new Map<string, NamedObject[]>()
  for (const object of objects) {
    const key = `${object.what} ${object.likeness}`
    const known = found.get(key)
    if (known) known.push(object)
    else found.set(key, [object])
  }
  return found
}

/** Without those whose name both sides have. */
function apart(objects: readonly NamedObject[], targets: readonly NamedObject[]): AlikeNames {
  const names = new Set(objects.map(({ name }) => name))
  const wanted = new Set(targets.map(({ name }) => name))
  return {
    objects: objects.filter(({ name }) => !wanted.has(name)),
    to: [...wanted].filter((name) => !names.has(name)),
  }
}

function settle({ objects, to }: AlikeNames, given: readonly Rename[]) {
  const pairs = objects.flatMap((object): NamePair[] => {
    const name = given.find(({ from }) => isMeant(from, object))?.to
    const target = name === undefined ? undefined : lastOf(name)
    return target !== undefined && to.includes(target) ? [{ object, to: target }] : []
  })
  return {
    pairs,
    objects: objects.filter((object) => !pairs.some((pair) => pair.object === object)),
    to: to.filter((name) => !pairs.some((pair) => pair.to === name)),
  }
}

/** A name alone, behind its schema, or behind its table. */
function isMeant(text: string, { schema, table, name }: NamedObject): boolean {
  if (means(text, { schema, name })) return true
  const path = splitOutsideQuotes(text, '.')
  const last = path.pop() ?? ''
  if (table === undefined || path.length === 0) return false
  return unquoted(last) === name && means(path.join('.'), { schema, name: table })
}

function lastOf(text: string): string {
  return unquoted(splitOutsideQuotes(text, '.').at(-1) ?? '')
}

/** The given renames that say nothing of these differences. Pure. */
export function inVain(given: readonly Rename[], pairs: readonly NamePair[]): Rename[] {
  return given.filter(
    (one) => !pairs.some(({ object, to }) => isMeant(one.from, object) && lastOf(one.to) === to),
  )
}
