import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import type { TsConfigResult } from 'get-tsconfig'
import { MigrationError } from '../../errors'

/** How a module is run: through `require` or as an ES module. */
export type ModuleKind = 'commonjs' | 'es6'

/** What the tsconfig.json nearest to a file says, as far as it matters at run time. */
export interface Compilation {
  decorators: 'legacy' | 'standard'
  metadata: boolean
  defineFields: boolean
  verbatimModules: boolean
  esModuleInterop: boolean
}

interface Project {
  compilation: Compilation
  /** The files that `paths` or `baseUrl` let a bare specifier mean, best first, without extensions. */
  pathsOf: (specifier: string) => string[]
}

const typeScript = /\.[cm]?ts$/
const library = /[\\/]node_modules[\\/]/
const fieldsAreDefined = /^es(2022|2023|2024|2025|2026|next)$/i
const noTsconfig: Project = { compilation: compilationOf({}), pathsOf: () => [] }
const projects = new Map<string, Project>()
const packageTypes = new Map<string, string | undefined>()

/** True for `.ts`, `.mts` and `.cts`. Never reads the file. */
export function isTypeScript(file: string): boolean {
  return typeScript.test(file)
}

/** True for a file of an installed package; those are never compiled. */
export function isLibrary(file: string): boolean {
  return library.test(file)
}

/**
 * How Node runs this file: by its extension (`.mts`, `.cjs`…), else by `type` in the nearest
 * package.json, CommonJS where that says nothing.
 */
export function moduleKind(file: string): ModuleKind {
  const letter = /^\.([cm])[jt]s$/.exec(extname(file))?.[1]
  if (letter) return letter === 'm' ? 'es6' : 'commonjs'
  return packageType(dirname(file)) === 'module' ? 'es6' : 'commonjs'
}

function packageType(folder: string): string | undefined {
  if (!packageTypes.has(folder)) packageTypes.set(folder, readPackageType(folder))
  return packageTypes.get(folder)
}

function readPackageType(folder: string): string | undefined {
  const file = join(folder, 'package.json')
  if (existsSync(file)) {
    try {
      const { type } = JSON.parse(readFileSync(file, 'utf8')) as { type?: string }
      return type
    } catch (cause) {
      throw new MigrationError('SCRIPT_NOT_LOADABLE', 'package.json cannot be read', {
        file,
        cause,
      })
    }
  }
  const parent = dirname(folder)
  return parent === folder || basename(folder) === 'node_modules' ? undefined : packageType(parent)
}

/**
 * The settings of the tsconfig.json nearest to the file, `extends` followed; of a tsconfig that only
 * refers to others, the first that includes the file. Without one: legacy decorators with metadata,
 * which TypeORM's entities are written for.
 *
 * @throws {MigrationError} SCRIPT_NOT_LOADABLE when a tsconfig.json cannot be read
 */
export function projectOf(file: string): Project {
  const folder = dirname(file)
  let project = projects.get(folder)
  if (!project) projects.set(folder, (project = readProject(folder, file)))
  return project
}

function readProject(folder: string, file: string): Project {
  const path = nearestTsconfig(folder)
  if (path === undefined) return noTsconfig
  const same = projects.get(path)
  if (same) return same
  try {
    const project = parseProject(path, file)
    if (project.whole) projects.set(path, project)
    return project
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause)
    const hint = 'Correct tsconfig.json, or install the package that it extends.'
    throw new MigrationError('SCRIPT_NOT_LOADABLE', 'tsconfig.json cannot be read', {
      file: path,
      detail,
      hint,
      cause,
    })
  }
}

function parseProject(path: string, file: string): Project & { whole: boolean } {
  // Loaded here because it costs 6 ms that a project without a tsconfig.json need not pay.
  const { parseTsconfig, createPathsMatcher, createFilesMatcher } =
    require('get-tsconfig') as typeof import('get-tsconfig')
  const root: TsConfigResult = { path, config: parseTsconfig(path) }
  const references = root.config.files?.length === 0 ? (root.config.references ?? []) : []
  const referred = references
    .map((reference) => resolve(dirname(path), reference.path))
    .map((at) => (at.endsWith('.json') ? at : join(at, 'tsconfig.json')))
    .filter((at) => existsSync(at))
    .map((at): TsConfigResult => ({ path: at, config: parseTsconfig(at) }))
    .find((candidate) => createFilesMatcher(candidate)(file))
  const tsconfig = referred ?? root
  return {
    compilation: compilationOf(tsconfig.config.compilerOptions ?? {}),
    pathsOf: createPathsMatcher(tsconfig) ?? noTsconfig.pathsOf,
    whole: references.length === 0,
  }
}

function nearestTsconfig(folder: string): string | undefined {
  const path = join(folder, 'tsconfig.json')
  if (existsSync(path)) return path
  const parent = dirname(folder)
  return parent === folder ? undefined : nearestTsconfig(parent)
}

type CompilerOptions = NonNullable<TsConfigResult['config']['compilerOptions']>

function compilationOf(options: CompilerOptions): Compilation {
  const standard = options.experimentalDecorators === false
  return {
    decorators: standard ? 'standard' : 'legacy',
    metadata: !standard && options.emitDecoratorMetadata !== false,
    defineFields: options.useDefineForClassFields ?? fieldsAreDefined.test(options.target ?? ''),
    verbatimModules: options.verbatimModuleSyntax === true,
    esModuleInterop: options.esModuleInterop !== false,
  }
}
