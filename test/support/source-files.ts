import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export const sources = join(__dirname, '../../../src')

export interface Import {
  /** The file's path below src, or the package's name. */
  of: string
  /** Nothing of it is left when the code runs. */
  typeOnly: boolean
  /** Done when the file is loaded. */
  atOnce: boolean
}

export interface SourceFile {
  path: string
  text: string
  /** Without comments. */
  code: string
  imports: readonly Import[]
}

export const files: readonly SourceFile[] = readdirSync(sources, {
  recursive: true,
  encoding: 'utf8',
})
  .filter((path) => path.endsWith('.ts'))
  .toSorted()
  .map(readSource)
export const byPath = new Map(files.map((file) => [file.path, file]))

function readSource(path: string): SourceFile {
  const text = readFileSync(join(sources, path), 'utf8')
  const code = text.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/ .*$/gm, '')
  return { path, text, code, imports: [...staticImports(path, code), ...lateImports(path, code)] }
}

function staticImports(path: string, code: string): Import[] {
  const statements = code.matchAll(/^(?:import|export)\s+(?:([^'";]*?)\s+from\s+)?'([^']+)'/gm)
  return Array.from(statements, ([, clause = '', from = '']) => ({
    of: target(path, from),
    typeOnly: isTypeOnly(clause),
    atOnce: true,
  }))
}

/** `import type { A }`, or every name in braces a type. */
function isTypeOnly(clause: string): boolean {
  if (clause.startsWith('type ')) return true
  const names = /^\{([^}]*)\}$/.exec(clause)?.[1]?.split(',') ?? ['a value']
  return names.every((name) => name.trim() === '' || name.trim().startsWith('type '))
}

function lateImports(path: string, code: string): Import[] {
  const calls = code.matchAll(/(typeof )?\b(?:import|require)\('([^']+)'\)/g)
  return Array.from(calls, ([, typeOf, from = '']) => ({
    of: target(path, from),
    typeOnly: typeOf !== undefined,
    atOnce: false,
  }))
}

export function target(path: string, from: string): string {
  if (!from.startsWith('.')) return packageOf(from)
  const found = join(dirname(path), from).replace(/\.js$/, '')
  return `${found}.ts`
}

function packageOf(from: string): string {
  if (from.startsWith('node:')) return from
  return from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/')
}

/** Every `file: problem`, so that one failure shows all. */
export function problems(check: (file: SourceFile) => readonly string[]): string[] {
  return files.flatMap((file) => check(file).map((problem) => `${file.path}: ${problem}`))
}

export const atOnce = (one: Import) => !one.typeOnly && one.atOnce
export const asValue = (one: Import) => !one.typeOnly

/** What a file imports, and what that imports, and so on. */
export function reachable(path: string, follow: (one: Import) => boolean): Set<string> {
  const seen = new Set<string>()
  const open = [path]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const { of } of byPath.get(next)?.imports.filter(follow) ?? []) {
      if (!seen.has(of)) open.push(of)
      seen.add(of)
    }
  }
  return seen
}
