import type { Item } from './item'

/** All that a database holds but rows and owners: what is equal here, `pg_dump -s` writes alike. */
export type Inventory = ReadonlyMap<string, Item>

/** What entities describe: the rest of what a database has is theirs who wrote it. */
const described = new Set(['column', 'constraint', 'index', 'type', 'comment'])

/**
 * What a database has otherwise than it should, a line each; none: they are equal. Pure.
 * @param extra `keep`: what only the database has, and what entities cannot say, is left alone
 */
export function missed(have: Inventory, want: Inventory, extra: 'keep' | 'drop'): string[] {
  const lines = [...want].flatMap(([key, item]) => {
    if (extra === 'keep' && !described.has(item.kind)) return []
    const found = have.get(key)
    if (!found) return [`${nameOf(item)} is missing: ${shortened(item.text)}`]
    return found.text === item.text ? [] : [differing(item, found)]
  })
  if (extra === 'keep') return lines
  const more = [...have].filter(([key]) => !want.has(key))
  return [
    ...lines,
    ...more.map(([, item]) => `${nameOf(item)} is too much: ${shortened(item.text)}`),
  ]
}

function differing(want: Item, have: Item): string {
  return `${nameOf(want)} is ${shortened(have.text)}, not ${shortened(want.text)}`
}

function nameOf({ kind, name }: Item): string {
  return `${kind} ${name}`
}

const mostCharacters = 200

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  if (line === '') return 'nothing'
  return line.length > mostCharacters ? `${line.slice(0, mostCharacters)}…` : line
}
