/** Where the journal is. */
export interface JournalName {
  schema: string
  table: string
}

/** The index whose violation means: somebody else made this claim. */
export function claimIndex({ table }: JournalName): string {
  return `${withinBytes(table, 57)}_claim`
}

/** The server would cut a name at 63 bytes, and a violation would then name another index than the journal's. */
function withinBytes(name: string, limit: number): string {
  const characters = Array.from(name)
  while (new TextEncoder().encode(characters.join('')).length > limit) characters.pop()
  return characters.join('')
}
