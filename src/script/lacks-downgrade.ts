import { readFile } from 'node:fs/promises'
import type { Script } from './script'

/** The revisions of modules whose text shows that they have no downgrade. Imports none of them. */
export async function modulesWithoutDowngrade(
  scripts: readonly Script[],
): Promise<ReadonlySet<string>> {
  const modules = scripts.filter(({ kind }) => kind !== 'sql')
  const lacking = await Promise.all(
    modules.map(async ({ file, module, revision }) => {
      const text = module ? describeModule(module) : await readFile(file, 'utf8')
      return lacksDowngrade(text) ? [revision] : []
    }),
  )
  return new Set(lacking.flat())
}

/**
 * True where no name of a downgrade is in a module's code, and none can come from elsewhere: from what
 * it exports again, inherits or assigns. Where it is false, only importing the module shows it. Pure.
 */
export function lacksDowngrade(text: string): boolean {
  const code = text.replace(/\/\*[^]*?\*\/|\/\/.*$/gm, '')
  return !/\bdown(?:grade)?\b|\brollback\b|\bexport\s*[*{=]|\bextends\b|\bexports\b|\\u/.test(code)
}

/** What a module exports as a text, without calling any of it. Pure. */
function describeModule(module: object): string {
  const described = Object.entries(module).map(([name, value]: [string, unknown]) => {
    if (typeof value === 'function') return `${name} ${Function.prototype.toString.call(value)}`
    return typeof value === 'object' && value !== null ? Object.keys(value).join(' ') : name
  })
  return [...Object.keys(module), ...described].join('\n')
}
