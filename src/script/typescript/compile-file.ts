import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Options } from '@swc/core'
import { MigrationError } from '../../errors'
import { cached, type Compiled, digest, keepTogether, kept } from './compile-cache'
import { compilerFor } from './compiler'
import { deferTypes } from './decorator-types'
import { moduleKind, projectOf, type Compilation, type ModuleKind } from './project'

const dialect = '2'
let compilerVersion: string | undefined

/**
 * JavaScript for a TypeScript file, with its source map inside, as its package and its tsconfig.json
 * want it. The compiler is loaded only when the disk cache has no such text. The output is always in
 * the syntax of Node 20: of `target` only what changes the program's meaning is followed (whether a
 * class field is defined or assigned).
 *
 * @throws {MigrationError} SCRIPT_NOT_LOADABLE with file, line and column for a syntax error
 */
export function compileFile(file: string): string {
  const ready = ahead.get(file)
  ahead.delete(file)
  if (ready && ready.source === readFileSync(file, 'utf8')) return ready.text
  const { source, variant, key, how } = sourceOf(file)
  return cached(file, variant, key, () => compile(source, file, variant, how))
}

/** Compiled before it was asked for, and from what; each is taken once, where the file is still the same. */
const ahead = new Map<string, Pick<Source, 'source'> & Pick<Compiled, 'text'>>()
let compiling: Promise<unknown> = Promise.resolve()

/**
 * Compiles files that will be asked for, on the compiler's own threads, while this one does something
 * else. What does not compile is reported when it is asked for.
 */
export function compileAhead(files: readonly string[]): Promise<unknown> {
  const task = () => compileMissing(files.filter((file) => !ahead.has(file)))
  compiling = compiling.then(task, task)
  return compiling
}

async function compileMissing(files: readonly string[]): Promise<void> {
  const sources = files.map((file) => ({ file, ...sourceOf(file) }))
  const missing = sources.filter(({ file, source, variant, key }) => {
    const text = kept(file, variant, key)
    if (text !== undefined) ahead.set(file, { source, text })
    return text === undefined
  })
  if (missing.length === 0) return
  const { transform: start } = compilerFor(missing[0]!.file)
  const compiled = await Promise.all(
    missing.map(async ({ file, source, variant, how, key }): Promise<Compiled[]> => {
      try {
        const { code } = await start(textOf(source), optionsFor(file, variant, how))
        const text = finished(code, source, file, variant, how)
        ahead.set(file, { source, text })
        return [{ file, variant, key, text }]
      } catch {
        return []
      }
    }),
  )
  keepTogether(compiled.flat())
}

/**
 * The same for one file of many: CommonJS, whatever the file is. JavaScript too.
 * @param mapped whether a source map is wanted
 * @throws {MigrationError} SCRIPT_NOT_LOADABLE
 */
export function compileToCommonJs(file: string, mapped: boolean): string {
  const source = readFileSync(file, 'utf8')
  const { compilation } = projectOf(file)
  const isModule = moduleKind(file) === 'es6'
  const compiled = (how: Compilation): string => {
    const { module, ...rest } = optionsFor(file, 'commonjs', how)
    const interop = isModule && { noInterop: false }
    const asked = { ...rest, module: { ...module, ...interop }, sourceMaps: mapped && 'inline' }
    return transform(source, asked as Options, file)
  }
  const code = compiled(compilation)
  const withoutMetadata = () => compiled({ ...compilation, metadata: false })
  return withCallableNamespaces(compilation.metadata ? deferTypes(code, withoutMetadata) : code)
}

interface Source {
  source: string
  variant: ModuleKind
  how: Compilation
  /** Digest of all that the compiled text depends on. */
  key: string
}

function sourceOf(file: string): Source {
  const source = readFileSync(file, 'utf8')
  const variant = moduleKind(file)
  const { compilation: how } = projectOf(file)
  compilerVersion ??= versionOf('@swc/core')
  const key = digest(dialect, compilerVersion, file, variant, JSON.stringify(how), source)
  return { source, variant, how, key }
}

function versionOf(name: string): string {
  const manifest = readFileSync(require.resolve(`${name}/package.json`), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}

function compile(source: string, file: string, kind: ModuleKind, how: Compilation): string {
  const code = transform(source, optionsFor(file, kind, how), file)
  return finished(code, source, file, kind, how)
}

/** What decorators record is made readable, whatever is loaded first. */
function finished(
  code: string,
  source: string,
  file: string,
  kind: ModuleKind,
  how: Compilation,
): string {
  return withCallableNamespaces(withReadableMetadata(code, source, file, kind, how))
}

function withReadableMetadata(
  code: string,
  source: string,
  file: string,
  kind: ModuleKind,
  how: Compilation,
): string {
  if (!how.metadata) return code
  const withoutMetadata = (): string =>
    transform(source, optionsFor(file, kind, { ...how, metadata: false }), file)
  return deferTypes(code, withoutMetadata)
}

const namespaceHelper = 'function _interop_require_wildcard(obj, nodeInterop) {'

/**
 * Lets `import * as chalk from 'chalk'` be called where the module is a function, as without
 * esModuleInterop; its `default` is the function too. All on one line, so that source maps stay right.
 */
function withCallableNamespaces(code: string): string {
  const callable =
    'if (typeof obj === "function" && !obj.__esModule) return new Proxy(obj, { get: (target, key) => key === "default" ? target : target[key] });'
  return code.replace(namespaceHelper, `${namespaceHelper} ${callable}`)
}

function transform(source: string, options: Options, file: string): string {
  const { transformSync } = compilerFor(file)
  try {
    return transformSync(textOf(source), options).code
  } catch (error) {
    throw syntaxError(file, source, error)
  }
}

const textOf = (source: string): string => source.replace(/^\uFEFF/, '')

function optionsFor(file: string, kind: ModuleKind, how: Compilation): Options {
  const legacy = how.decorators === 'legacy'
  return {
    filename: file,
    swcrc: false,
    configFile: false,
    sourceMaps: 'inline',
    inlineSourcesContent: false,
    module:
      kind === 'es6'
        ? { type: 'nodenext' }
        : { type: 'commonjs', noInterop: !how.esModuleInterop, exportInteropAnnotation: true },
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      keepClassNames: true,
      transform: {
        legacyDecorator: legacy,
        decoratorMetadata: how.metadata,
        useDefineForClassFields: how.defineFields,
        verbatimModuleSyntax: how.verbatimModules,
        ...(legacy ? {} : { decoratorVersion: '2022-03' as const }),
      },
      experimental: { keepImportAttributes: true },
    },
  }
}

const wide =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFF00-\uFF60\p{Emoji_Presentation}]/u

// swc reports in prose: the fact, `,-[file:line:1]`, the lines, and a caret at the place as printed.
function syntaxError(file: string, source: string, error: unknown): MigrationError {
  const report = error instanceof Error ? error.message : String(error)
  const fact = /^\s*[x×]\s+(.*)$/m.exec(report)?.[1]?.trim() ?? report.split('\n')[0] ?? ''
  const line = Number(/,-\[.*:(\d+):\d+\]/.exec(report)?.[1] ?? Number.NaN)
  if (Number.isNaN(line)) {
    return new MigrationError(
      'SCRIPT_NOT_LOADABLE',
      `${basename(file)} cannot be compiled: ${fact}`,
      {
        file,
        cause: error,
      },
    )
  }
  const text = source.split(/\r\n?|\n/)[line - 1] ?? ''
  const caret = new RegExp(`^\\s*${line} \\|.*\\n( *: *)(?=[\\^,|])`, 'm').exec(report)?.[1]
  const column =
    caret === undefined ? undefined : columnAt(text, caret.length - caret.indexOf(':') - 2)
  return new MigrationError(
    'SCRIPT_NOT_LOADABLE',
    `${basename(file)} has a syntax error: ${fact}`,
    {
      file,
      line,
      column,
      excerpt: column === undefined ? undefined : `${text}\n${pad(text, column)}^`,
    },
  )
}

function columnAt(text: string, printed: number): number {
  let column = 1
  let width = 0
  for (const character of text) {
    if (width >= printed) break
    width += character === '\t' ? 4 : wide.test(character) ? 2 : 1
    column += 1
  }
  return column
}

function pad(text: string, column: number): string {
  const before = Array.from(text).slice(0, column - 1)
  return before.map((c) => (c === '\t' ? c : wide.test(c) ? '  ' : ' ')).join('')
}
