import { dirname } from 'node:path'
import type { BundleContents } from '../bundle/bundle-contents'
import { MigrationError } from '../errors'
import type * as usual from '../script/typescript/load-module'

/*
 * The modules of a bundle. In its program this file replaces script/typescript/load-module:
 * see docs/decisions/0080.
 */

/** Where a bundle's modules are, and what they import of typetrek. */
interface Carrier {
  modules: BundleContents['modules']
  /** The path in the bundle of an absolute one. */
  pathOf: (file: string) => string
  /** The absolute path of one in the bundle. */
  fileOf: (path: string) => string
  /** `require` of the bundle's own file, for what is not in it. */
  outside: NodeJS.Require
  /** What `typetrek` means to them. */
  library: () => object
}

let carrier: Carrier | undefined
const loaded = new Map<string, NodeJS.Module>()

/** Says which modules this process has. */
export function carryModules(given: Carrier): void {
  carrier = given
}

/** As the one that loads files. @throws {MigrationError} SCRIPT_NOT_LOADABLE */
export const loadModule: typeof usual.loadModule = async (file) => {
  const path = carrier?.pathOf(file)
  if (!carrier || path === undefined || !carrier.modules[path]) throw notCarried(file)
  try {
    const exported = load(carrier, path)
    const isObject = typeof exported === 'object' && exported !== null
    return isObject ? (exported as Record<string, unknown>) : { default: exported }
  } catch (error) {
    const { loadFailure } =
      require('../script/typescript/load-failure') as typeof import('../script/typescript/load-failure')
    throw loadFailure(file, error)
  }
}

/** Everything was compiled when the bundle was written. */
export const prepareModules: typeof usual.prepareModules = async () => {}

/** There is no TypeScript here. */
export const enableTypeScript: typeof usual.enableTypeScript = () => {}

function notCarried(file: string): MigrationError {
  return new MigrationError('SCRIPT_NOT_LOADABLE', 'the module is not in the bundle', {
    file,
    hint: 'Write the bundle again with migrate bundle.',
  })
}

/** What runs a module; a start that runs none does without it. */
function running() {
  const { compileFunction, constants } = require('node:vm') as typeof import('node:vm')
  const { withoutSourceMap } =
    require('../script/typescript/source-maps') as typeof import('../script/typescript/source-maps')
  return { compileFunction, constants, withoutSourceMap }
}

type Wrapper = (...values: readonly unknown[]) => void

/** What a module of the bundle exports; it runs when it is first asked for. */
function load(from: Carrier, path: string): unknown {
  const known = loaded.get(path)
  if (known) return known.exports
  const { code, json } = from.modules[path]!
  const file = from.fileOf(path)
  const { Module } = require('node:module') as typeof import('node:module')
  const module = new Module(file)
  module.filename = file
  loaded.set(path, module)
  try {
    if (json) module.exports = JSON.parse(code) as unknown
    else run(from, module, path)
  } catch (error) {
    loaded.delete(path)
    throw error
  }
  module.loaded = true
  return module.exports
}

function run(from: Carrier, module: NodeJS.Module, path: string): void {
  const { filename: file } = module
  const { code } = from.modules[path]!
  const { compileFunction, constants, withoutSourceMap } = running()
  const wrapper = compileFunction(withoutSourceMap(file, code), [...names], {
    filename: file,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }) as Wrapper
  const values = [module.exports, requireOf(from, path), module, file, dirname(file)]
  wrapper.call(module.exports, ...values)
}

const names = ['exports', 'require', 'module', '__filename', '__dirname'] as const

function requireOf(from: Carrier, path: string): NodeJS.Require {
  const { links, es } = from.modules[path]!
  const own = (words: string): unknown => {
    const to = links[words]
    if (to === 'typetrek') return from.library()
    const exported = to === undefined ? requireOutside(from, path, words) : load(from, to)
    const mixes = es === true && (to === undefined || !from.modules[to]?.es)
    return mixes ? withDefault(exported) : exported
  }
  const { resolve, cache, main, extensions } = from.outside
  return Object.assign(own, { resolve, cache, main, extensions })
}

/** As Node shows CommonJS to an ES module, also what a compiler has made of another ES module. */
function withDefault(exported: unknown): unknown {
  const compiled = (exported as { __esModule?: boolean } | null | undefined)?.__esModule
  return compiled ? Object.create(exported as object, { default: { value: exported } }) : exported
}

/** A path would mean a file beside the bundle, which is another one than the module had beside it. */
function requireOutside({ outside, fileOf }: Carrier, path: string, words: string): unknown {
  try {
    if (!/^\.{0,2}\//.test(words)) return outside(words)
  } catch (error) {
    if ((error as { code?: string }).code !== 'MODULE_NOT_FOUND') throw error
    throw Object.assign(error as Error, { requireStack: [fileOf(path)] })
  }
  const error = new Error(`Cannot find module '${words}'`)
  throw Object.assign(error, { code: 'MODULE_NOT_FOUND', requireStack: [fileOf(path)] })
}
