import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Change } from '../../change/model/script-part'
import type { Settings } from '../../settings/value/setting-types'

const keptStart = 'Kept, though the target schema lacks it: '

/** What starts that line, now and as version 0.1.0 wrote it. */
export const keptStarts = [keptStart, 'Kept, though the wanted schema lacks it: '] as const

/** The line of a header that names what is kept, so that later scripts need not. Pure. */
export function keptLine(names: readonly string[]): string {
  return `${keptStart}${names.join('; ')}.`
}

/** What the header of a script names as kept. Pure. */
export function keptIn(text: string): string[] {
  const lines = text.split(/\r?\n/)
  const end = lines.findIndex((line) => !/^(?:--|\/\/)/.test(line))
  const head = end < 0 ? lines : lines.slice(0, end)
  return head.flatMap((line) => {
    const start = keptStarts.find((one) => line.includes(one))
    if (start === undefined) return []
    return line
      .slice(line.indexOf(start) + start.length)
      .replace(/\.$/, '')
      .split('; ')
  })
}

/** What scripts of the folder name as kept. */
async function keptBefore(
  directory: string,
  names: Iterable<string>,
): Promise<ReadonlySet<string>> {
  const texts = [...names].map((name) => readFile(join(directory, name), 'utf8').catch(() => ''))
  return new Set((await Promise.all(texts)).flatMap(keptIn))
}

/**
 * Whether `ignore` names an object: `index:*_trgm`, `materialized-view:report_*`, `*:legacy.*`. Entries
 * without a colon are of files. Pure.
 * @returns a test of an object as notes name it: `index users_trgm`
 */
export function ignoresObject(patterns: readonly string[]): (object: string) => boolean {
  const tests = patterns
    .filter((pattern) => /^(?:\*|[a-z-]+):/.test(pattern))
    .map((pattern) => {
      const words = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
      return new RegExp(`^${words.replaceAll('*', '.*')}$`)
    })
  return (object) => tests.some((test) => test.test(keyOfObject(object)))
}

/** `materialized view a.b` is `materialized-view:a.b`, `OPERATOR a.+ (text, text)` is `operator:a.+(text, text)`. */
function keyOfObject(object: string): string {
  const start = nameStart(object)
  const words = object
    .slice(0, start)
    .trimEnd()
    .replace(/ USING \S+$/, '')
    .split(' ')
  const name = words.length > 1 ? words.pop() : ''
  return `${words.join('-').toLowerCase()}:${name}${object.slice(start)}`
}

/** A routine's arguments have spaces of their own. */
function nameStart(object: string): number {
  const at = object.indexOf('(')
  return at < 0 ? object.length : at
}

/** What is kept and neither `ignore` names nor a script before: each object is named once. */
export async function newlyKept(
  { kept }: Change,
  { ignore, directory }: Settings,
  scripts: Iterable<string>,
): Promise<string[]> {
  const ignores = ignoresObject(ignore)
  const left = kept.filter((name) => !ignores(name))
  if (left.length === 0) return []
  const before = await keptBefore(directory, scripts)
  return left.filter((name) => !before.has(name))
}
