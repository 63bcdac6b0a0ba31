import { existsSync, readFileSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { basename, dirname, extname, join } from 'node:path'
import { compileFunction } from 'node:vm'
import { MigrationError } from '../errors'
import { compileToCommonJs } from '../script/typescript/compile-file'
import { typeScriptFile } from '../script/typescript/path-resolution'
import { isLibrary, isTypeScript, moduleKind } from '../script/typescript/project'

/** A module as it goes into a bundle; links are absolute paths. */
export interface CollectedModule {
  code: string
  json: boolean
  /** True for what was an ES module. */
  es: boolean
  links: ReadonlyMap<string, string>
}

/** The modules that some modules need, themselves included. */
export interface CollectedModules {
  /** By absolute path. */
  modules: ReadonlyMap<string, CollectedModule>
  /** Packages that are left to where the bundle runs. */
  external: ReadonlySet<string>
}

/** What stands for the library itself: the bundle has it already. */
export const ownName = 'typetrek'

/** Packages that the application and a bundle must share. */
const shared = /^(?:typeorm|pg|pg-native|reflect-metadata)(?:\/|$)/

/**
 * Gathers modules with everything that they import: files of the project and of packages, compiled to
 * CommonJS. `typeorm`, `pg`, `reflect-metadata`, packages with native code and what is not installed stay
 * outside. Reads files; loads none of them.
 * @throws {MigrationError} SCRIPT_NOT_LOADABLE for what does not compile, and for a file that is not there
 */
export function collectModules(roots: readonly string[]): CollectedModules {
  const modules = new Map<string, CollectedModule>()
  const external = new Set<string>()
  const open = [...roots]
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (modules.has(file)) continue
    const found = readModule(file, external)
    modules.set(file, found)
    for (const to of found.links.values()) if (to !== ownName) open.push(to)
  }
  return { modules, external }
}

function readModule(file: string, external: Set<string>): CollectedModule {
  if (file.endsWith('.json')) {
    return { code: readFileSync(file, 'utf8'), json: true, es: false, links: new Map() }
  }
  const { text, es } = commonJsOf(file)
  const code = withoutImports(file, text)
  const links = new Map<string, string>()
  for (const words of importsOf(code).filter((one) => !isBuiltin(one))) {
    const to = resolved(file, words)
    if (to === undefined) external.add(packageOf(words))
    else links.set(words, to)
  }
  return { code, json: false, es, links }
}

function commonJsOf(file: string): { text: string; es: boolean } {
  const mapped = !isLibrary(file)
  const isCommonJs = moduleKind(file) === 'commonjs'
  const isPlain = isCommonJs && !isTypeScript(file)
  const plain = isPlain ? readFileSync(file, 'utf8').replace(/^#!.*/, '') : undefined
  if (plain !== undefined && syntaxErrorIn(plain) === undefined) return { text: plain, es: false }
  const text = compileToCommonJs(file, mapped)
  const error = syntaxErrorIn(text)
  // JavaScript in a package that says nothing, and no CommonJS: Node takes it for an ES module
  if (error === undefined) return { text, es: !isCommonJs || isPlain }
  throw new MigrationError(
    'SCRIPT_NOT_LOADABLE',
    `${basename(file)} cannot be in a bundle: ${error}`,
    { file, hint: 'Move an await at the top level into a function.' },
  )
}

function syntaxErrorIn(code: string): string | undefined {
  try {
    compileFunction(code)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

const literal = String.raw`(["'])((?:(?!\1)[^\\\n])+)\1`

/** `import()` of a file of the bundle is a `require` of it. */
function withoutImports(file: string, code: string): string {
  const pattern = new RegExp(String.raw`(?<![\w.$])import\(\s*${literal}\s*\)`, 'g')
  return code.replace(pattern, (call: string, quote: string, words: string) => {
    if (resolved(file, words) === undefined) return call
    return `Promise.resolve().then(() => require(${quote}${words}${quote}))`
  })
}

function importsOf(code: string): string[] {
  const pattern = new RegExp(String.raw`(?<![\w.$])require\(\s*${literal}\s*\)`, 'g')
  return [...new Set(Array.from(code.matchAll(pattern), ([, , words = '']) => words))]
}

/** The file that is meant; the words themselves where Node has it; undefined where it stays outside. */
function resolved(from: string, words: string): string | undefined {
  if (isBuiltin(words)) return words
  if (shared.test(words)) return undefined
  if (words === ownName) return ownName
  const file = fileOf(from, words)
  if (file === undefined) return undefined
  if (!isLibrary(file)) return file
  return extname(file) === '.node' || isNative(file) ? undefined : file
}

function fileOf(from: string, words: string): string | undefined {
  try {
    return typeScriptFile(words, from) ?? createRequire(from).resolve(words)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const isOptional =
      isLibrary(from) || (code === 'MODULE_NOT_FOUND' && !/^\.\.?(?:\/|$)/.test(words))
    if (isOptional) return undefined
    throw notBundled(from, words, error)
  }
}

function notBundled(file: string, words: string, cause: unknown): MigrationError {
  const isPackage = !/^\.\.?(?:\/|$)/.test(words)
  const fact = isPackage ? 'which only ES modules can import' : 'which does not exist'
  const hint = isPackage
    ? 'Import it by await import(), or use a version that require() can load.'
    : 'Correct the import, or add the file.'
  const message = `${basename(file)} imports "${words}", ${fact}`
  return new MigrationError('SCRIPT_NOT_LOADABLE', message, { file, hint, cause })
}

function packageOf(words: string): string {
  const [first = '', second = ''] = words.split('/')
  return first.startsWith('@') ? `${first}/${second}` : first
}

const nativeSigns =
  /"(?:gypfile|binary|napi)"\s*:|"(?:node-gyp|node-gyp-build|bindings|prebuild-install|node-pre-gyp|@mapbox\/node-pre-gyp)"\s*:/

/** True for a file of a package whose native code would not be found from another file. */
function isNative(file: string): boolean {
  const folder = packageFolder(dirname(file))
  return (
    folder !== undefined && nativeSigns.test(readFileSync(join(folder, 'package.json'), 'utf8'))
  )
}

function packageFolder(folder: string): string | undefined {
  if (basename(dirname(folder)) === 'node_modules') return folder
  if (basename(dirname(dirname(folder))) === 'node_modules' && isScope(dirname(folder)))
    return folder
  if (dirname(folder) === folder) return undefined
  return packageFolder(dirname(folder))
}

function isScope(folder: string): boolean {
  return basename(folder).startsWith('@') && !existsSync(join(folder, 'package.json'))
}
