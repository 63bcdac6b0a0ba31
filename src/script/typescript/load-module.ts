import { realpathSync } from 'node:fs'
import Module, { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { MigrationError } from '../../errors'
import { prepareCompiler } from './compiler'
import { loadFailure } from './load-failure'
import * as importHooks from './esm-hooks'
import { typeScriptFile } from './path-resolution'
import { withoutSourceMap } from './source-maps'
import { isLibrary, isTypeScript, moduleKind } from './project'
import { compileAhead, compileFile } from './compile-file'

type Resolve = (
  request: string,
  parent: { filename?: string | null } | undefined,
  isMain: boolean,
  options?: { paths?: string[] },
) => string

interface Loading {
  _compile(code: string, file: string, format: 'module' | 'commonjs'): void
}

/** The internals of `require` in Node, which every loader of TypeScript replaces. */
interface RequireInternals {
  _resolveFilename: Resolve
  _extensions: Record<string, (module: Loading, file: string) => void>
  _nodeModulePaths(folder: string): string[]
  registerHooks?: (hooks: typeof importHooks) => void
}

const node = Module as unknown as RequireInternals
let requireHooked = false
/** True where `require` has no other loader of TypeScript than typetrek's. */
let ownHook = false
let importHooked = false

/**
 * Lets this process load TypeScript with `require`, and with `import` where `fromFile` is an ES module
 * or is in a package of them (those hooks cost 30 ms on Node 20 and are left out elsewhere).
 * Calling it again does nothing. The compiler itself is loaded when a file is not in the disk cache.
 *
 * A process that has a `.ts` hook for `require` already (tsx, ts-node, @swc-node/register) keeps it,
 * as it is: it knows its project, and the modules it loaded are the ones that `require` finds
 * again. ES modules have no such sign, so typetrek's is put in front of any other.
 *
 * Stacks name the line of the `.ts`, in the whole process: by `Error.prepareStackTrace`, or by Node's own
 * source maps once an ES module is compiled. Node 20 applies no hooks to what an ES module imports when it was reached by
 * `require`: there, load it by `import`.
 */
export function enableTypeScript(fromFile: string): void {
  hookRequire()
  if (moduleKind(fromFile) === 'es6') hookImport(fromFile)
}

/**
 * Compiles scripts that `loadModule` will be asked for, side by side, while this thread does something
 * else. A process that has another loader of TypeScript keeps it, and nothing is compiled for it.
 */
export async function prepareModules(files: readonly string[]): Promise<void> {
  const foreign = !ownHook && '.ts' in node._extensions
  const sources = files.filter((file) => isTypeScript(file) && !isLibrary(file))
  // not hooked yet: what is loaded meanwhile would only take longer
  if (!foreign && sources.length > 0) await compileAhead(sources)
}

/**
 * Loads a module by its absolute path, the way its extension and its package say: by `require` or by
 * `import`. TypeScript is compiled on the way; Node itself loads `.js`, `.mjs` and `.cjs`. Returns
 * what it exports; a CommonJS module that exports one function or class has it as `default`.
 *
 * @throws {MigrationError} SCRIPT_NOT_LOADABLE: a syntax error, an import that does not exist, or
 *   whatever the module threw, as `cause`
 */
export async function loadModule(file: string): Promise<Record<string, unknown>> {
  try {
    if (isTypeScript(file)) enableTypeScript(file)
    if (moduleKind(file) === 'es6') return await importModule(file)
    return namespaceOf(isTypeScript(file) && ownHook ? requireOwn(file) : createRequire(file)(file))
  } catch (error) {
    if (!isTypeScript(file) && isAsync(error)) return importModule(file).catch(refuse)
    return refuse(error)
  }

  function refuse(error: unknown): never {
    throw loadFailure(file, error)
  }
}

/**
 * What `require` does with a file whose path is known. It would look at a dozen places before, which for
 * hundreds of scripts takes longer than to run them.
 */
function requireOwn(file: string): unknown {
  const path = realpathSync.native(file)
  const known = require.cache[path]
  if (known) return known.exports
  const module = new Module(path)
  Object.assign(module, { filename: path, paths: node._nodeModulePaths(dirname(path)) })
  require.cache[path] = module
  try {
    runTypeScript(module as unknown as Loading, path)
  } catch (error) {
    delete require.cache[path]
    throw error
  }
  module.loaded = true
  return module.exports
}

async function importModule(file: string): Promise<Record<string, unknown>> {
  return (await import(pathToFileURL(file).href)) as Record<string, unknown>
}

// A .js file without a stated type may be an ES module that only import() can run.
function isAsync(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ERR_REQUIRE_ASYNC_MODULE' || code === 'ERR_REQUIRE_ESM'
}

function namespaceOf(exported: unknown): Record<string, unknown> {
  const isObject = typeof exported === 'object' && exported !== null
  return isObject ? (exported as Record<string, unknown>) : { default: exported }
}

function hookRequire(): void {
  if (requireHooked) return
  requireHooked = true
  if ('.ts' in node._extensions) return
  ownHook = true
  const resolve = node._resolveFilename
  node._resolveFilename = function (request, parent, isMain, options) {
    const importer = options?.paths ? undefined : parent?.filename
    const file = importer ? typeScriptFile(request, importer) : undefined
    return resolve.call(this, file ?? request, parent, isMain, options)
  }
  for (const extension of ['.ts', '.cts', '.mts']) node._extensions[extension] = runTypeScript
}

function runTypeScript(module: Loading, file: string): void {
  if (isLibrary(file)) throw inLibrary(file)
  const isModule = moduleKind(file) === 'es6'
  if (isModule) hookImport(file)
  const code = withoutSourceMap(file, compileFile(file))
  module._compile(code, file, isModule ? 'module' : 'commonjs')
}

function hookImport(file: string): void {
  if (importHooked) return
  importHooked = true
  process.setSourceMapsEnabled(true)
  if (node.registerHooks) node.registerHooks(importHooks)
  else {
    prepareCompiler(file)
    Module.register(pathToFileURL(join(__dirname, 'esm-hooks.js')))
  }
}

function inLibrary(file: string): MigrationError {
  return new MigrationError(
    'SCRIPT_NOT_LOADABLE',
    `${basename(file)} is TypeScript in node_modules, which is not compiled`,
    { file, hint: 'A package must ship JavaScript: build it, or move the file into the project.' },
  )
}
