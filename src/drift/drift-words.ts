import type { Catalog } from '../catalog/catalog'
import { contentOf, extensionOf, keyOf, type Fact, type Facts, type Id } from '../catalog/facts'

/** One object that differs. */
export interface DriftItem {
  /** `missing`: the scripts make it; `extra`: no script does. */
  is: 'missing' | 'extra' | 'different'
  /** `index public.users_email`. */
  object: string
}

/** What is in only one of two catalogs, or not the same in both; of what is missing whole, only the whole. Pure. */
export function driftItems(live: Catalog, scripts: Catalog): DriftItem[] {
  const have = byKey(live.facts)
  const want = byKey(scripts.facts)
  const missing = [...want].filter(([key]) => !have.has(key)).map(([, fact]) => fact)
  const extra = [...have].filter(([key]) => !want.has(key)).map(([, fact]) => fact)
  const different = [...want].flatMap(([key, fact]) => {
    const other = have.get(key)
    return other && contentOf(other) !== contentOf(fact) ? [fact] : []
  })
  return [
    ...whole(missing).map((fact) => ({ is: 'missing', object: objectName(fact.id) }) as const),
    ...whole(extra).map((fact) => ({ is: 'extra', object: objectName(fact.id) }) as const),
    ...different.map((fact) => ({ is: 'different', object: objectName(fact.id) }) as const),
  ]
}

function byKey(facts: Facts): Map<string, Fact> {
  const own = facts.facts().filter((fact) => extensionOf(fact, facts) === undefined)
  return new Map(own.map((fact) => [keyOf(fact.id), fact]))
}

/** Without the parts of what is in the list itself. */
function whole(facts: readonly Fact[]): Fact[] {
  const keys = new Set(facts.map(({ id }) => keyOf(id)))
  return facts.filter(({ parent, id }) => {
    if (parent && keys.has(keyOf(parent))) return false
    return !('target' in id && keys.has(keyOf(id.target)))
  })
}

/** `column public.users.email`. Pure. */
function objectName(id: Id): string {
  if ('target' in id) return `${wordsOf(id.kind)} of ${objectName(id.target)}`
  return `${wordsOf(id.kind)} ${pathOf(id)}`
}

/** `public.users.email`. */
function pathOf(id: Id): string {
  const { schema, table, name } = id as { schema?: string; table?: string; name?: string }
  return [schema, table, name].filter((part) => part !== undefined).join('.')
}

/** `materializedView` as two words. */
function wordsOf(kind: string): string {
  return kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}

/** The keys of what patterns leave out, by `schema.name` or `schema.table.name`. Pure. */
export function keysMatching(facts: Facts, matches: (path: string) => boolean): Set<string> {
  const found = facts.facts().filter(({ id }) => !('target' in id) && matches(pathOf(id)))
  return new Set(found.map(({ id }) => keyOf(id)))
}

/** The facts without those of the given keys, and without what belongs to them. Pure. */
export function withoutKeys(facts: Facts, keys: ReadonlySet<string>): Fact[] {
  const isOut = (fact: Fact): boolean => {
    const { id, parent } = fact
    if (keys.has(keyOf(id)) || keys.has(extensionOf(fact, facts) ?? '')) return true
    const above = parent && facts.get(parent)
    const target = 'target' in id ? facts.get(id.target) : undefined
    return (above ? isOut(above) : false) || (target ? isOut(target) : false)
  }
  return facts.facts().filter((fact) => !isOut(fact))
}
