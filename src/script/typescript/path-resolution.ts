import { realpathSync, statSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { isLibrary, isTypeScript, projectOf } from './project'

const relative = /^\.\.?(\/|$)/
const written = /^(.*)\.([cm]?)js$/
const endings = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json']

/**
 * The file that an import means under TypeScript's rules, where those go beyond Node's: `./user.js`
 * may be `user.ts`, the extension and `/index` may be left out, `paths` and `baseUrl` of the
 * importer's tsconfig.json count. Undefined leaves the import to Node. A module in TypeScript has a
 * `.ts` file preferred to the `.js` beside it, which is its build; one in JavaScript gets the `.ts`
 * only where the file it names does not exist. Reads the disk, loads nothing.
 */
export function typeScriptFile(specifier: string, importer: string): string | undefined {
  if (isLibrary(importer)) return undefined
  const near = relative.test(specifier)
  if (!isTypeScript(importer)) {
    const target = resolve(dirname(importer), specifier)
    return near && !isFile(target) ? real(sourceOf(target)) : undefined
  }
  if (near)
    return real(fileAt(resolve(dirname(importer), specifier), /(^|\/)\.{0,2}$/.test(specifier)))
  if (specifier.startsWith('/') || specifier.includes(':') || isBuiltin(specifier)) return undefined
  return real(firstOf(projectOf(importer).pathsOf(specifier), (path) => fileAt(path, false)))
}

function fileAt(path: string, folderOnly: boolean): string | undefined {
  const file = folderOnly ? undefined : (sourceOf(path) ?? asFile(path) ?? withEnding(path))
  return file ?? withEnding(join(path, 'index'))
}

function sourceOf(path: string): string | undefined {
  const [, stem, letter] = written.exec(path) ?? []
  return stem === undefined ? undefined : asFile(`${stem}.${letter}ts`)
}

function withEnding(path: string): string | undefined {
  return firstOf(endings, (ending) => asFile(path + ending))
}

function firstOf<T>(
  values: readonly T[],
  find: (value: T) => string | undefined,
): string | undefined {
  for (const value of values) {
    const found = find(value)
    if (found !== undefined) return found
  }
  return undefined
}

function asFile(path: string): string | undefined {
  return isFile(path) ? path : undefined
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

// Node names modules by their real path; one file must be one module.
function real(path: string | undefined): string | undefined {
  return path === undefined ? undefined : realpathSync(path)
}
