import type {
  LoadFnOutput,
  LoadHookContext,
  ResolveFnOutput,
  ResolveHookContext,
} from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { typeScriptFile } from './path-resolution'
import { isLibrary, isTypeScript, moduleKind } from './project'
import { compileFile } from './compile-file'

type Resolved = ResolveFnOutput | Promise<ResolveFnOutput>
type Loaded = LoadFnOutput | Promise<LoadFnOutput>

/** Node's `resolve` hook: finds TypeScript files where `import` names them as TypeScript does. */
export function resolve(
  specifier: string,
  context: ResolveHookContext,
  next: (specifier: string, context?: Partial<ResolveHookContext>) => Resolved,
): Resolved {
  const importer = context.parentURL
  if (!importer?.startsWith('file:') || isRequired(context)) {
    return next(specifier, context)
  }
  const [, path = specifier, query = ''] = /^(#?[^?#]*)(.*)$/s.exec(specifier) ?? []
  const file = typeScriptFile(path, fileURLToPath(importer))
  if (file === undefined) return next(specifier, context)
  const json = file.endsWith('.json') && context.importAttributes['type'] === undefined
  return {
    ...(json ? { importAttributes: { ...context.importAttributes, type: 'json' } } : {}),
    shortCircuit: true,
    url: pathToFileURL(file).href + query,
  }
}

/** Node's `load` hook: compiles TypeScript; a CommonJS file is run by `require`, so that it exists once. */
export function load(
  url: string,
  context: LoadHookContext,
  next: (url: string, context?: Partial<LoadHookContext>) => Loaded,
): Loaded {
  if (!url.startsWith('file:') || isRequired(context)) return next(url, context)
  const file = fileURLToPath(url)
  if (!isTypeScript(file) || isLibrary(file)) return next(url, context)
  const code = compileFile(file)
  const source = moduleKind(file) === 'es6' ? code : facade(file, code)
  return { format: 'module', source, shortCircuit: true }
}

// Where the hooks see `require` too, the hook of `require` does the work. Node 20 gives `load` no conditions.
function isRequired(context: { conditions?: readonly string[] | undefined }): boolean {
  return context.conditions?.includes('require') === true
}

// Names are known before anything runs: from swc's list of several (in a line that never runs), or
// from the definition of a single one.
function facade(file: string, code: string): string {
  const list = /^0 && \(module\.exports = \{([^}]*)\}\);$/m.exec(code)?.[1] ?? ''
  const names = [
    ...allOf(list, /^ *"?(.+?)"?: null,?$/gm),
    ...allOf(code, /^Object\.defineProperty\(exports, "(.+)", \{$/gm),
  ].filter((name) => name !== 'default' && name !== '__esModule')
  const stars = allOf(code, /^_export_star\(require\((.*)\), exports\);$/gm)
  return [
    `import { createRequire } from 'node:module'`,
    `const exports = createRequire(import.meta.url)(${JSON.stringify(file)})`,
    `export default exports`,
    ...names
      .map((name) => JSON.stringify(name))
      .map((name, i) => `const _${i} = exports[${name}]; export { _${i} as ${name} }`),
    ...stars.map((from) => `export * from ${from}`),
  ].join('\n')
}

function allOf(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), (match) => match[1] ?? '')
}
