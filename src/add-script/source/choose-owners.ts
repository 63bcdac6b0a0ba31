import { readFile } from 'node:fs/promises'
import { unlessAbsent } from '../../absence'
import type { OwnerChoice, Settings } from '../../settings/value/setting-types'

/**
 * Whether owners are compared: as the settings say, else where the schema file says who owns something.
 * @param file the schema that a difference is read from; absent for entities, which cannot say it
 */
export async function ownersOf(
  { owners }: Settings,
  file: string | undefined,
): Promise<OwnerChoice> {
  if (owners !== undefined) return owners
  const text = file === undefined ? '' : await unlessAbsent(readFile(file, 'utf8'), '')
  return statesOwners(text) ? 'compare' : 'ignore'
}

/** Neither comments nor quoted texts count. */
function statesOwners(text: string): boolean {
  const bare = text.replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'/g, ' ')
  return /\bOWNER\s+TO\b|\bCREATE\s+SCHEMA\b[^;]*\bAUTHORIZATION\b/i.test(bare)
}
