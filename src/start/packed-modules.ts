import { hash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import Module, { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { Script, constants } from 'node:vm'
import { isPrivateFolder } from './private-folder'

/** A file of a package as it was loaded. */
interface PackedModule {
  file: string
  /** Of the file as it was read: what changes with it. */
  state: string
  text: string
  /** What V8 compiled of it, once it has run from a pack. */
  code: Buffer | undefined
}

interface Pack {
  modules: readonly PackedModule[]
  /** By folder: which file is meant by the words of a `require`. */
  links: Links
}

type Links = Record<string, Record<string, string>>
type Resolve = (words: string, parent?: { filename?: string }, ...rest: unknown[]) => string

/** Node's own names for what `require` does. */
const node = Module as unknown as {
  _resolveFilename: Resolve
  _nodeModulePaths(folder: string): string[]
}

/**
 * Loads a package of some hundred CommonJS files, which TypeORM is, from one: to find, read and compile each
 * takes Node three times as long as to run them. Each is still the module of its own file, for whoever
 * requires it. The first process that loads it notes what it is made of, the second one what V8 compiled, in
 * `.cache/typetrek` of its `node_modules`; a file that was changed since, and another version of Node, count.
 * Only in a process that is typetrek's own, where nothing was preloaded that may wait for a `require`.
 * @param entry absolute path of the package's main file
 */
export function requirePacked(entry: string): unknown {
  if (require.cache[entry] || !isOwnProcess()) return require(entry)
  const pack = readPack(entry)
  if (!pack) return requireNoted(entry)
  const run = new PackedRun(pack)
  const exports = run.load(entry)
  if (run.isNew) process.once('exit', () => writePack(entry, { ...pack, modules: run.compiled() }))
  return exports
}

function isOwnProcess(): boolean {
  if (process.env['NODE_DISABLE_COMPILE_CACHE'] || process.env['NODE_V8_COVERAGE']) return false
  const words = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ')
  const isPreloaded = /(^| )(-r|--require|--import|--loader|--experimental-loader)\b/.test(words)
  return !isPreloaded && Symbol.for('typetrek parts') in Module
}

/** One process's modules from a pack. */
class PackedRun {
  private readonly modules: ReadonlyMap<string, PackedModule>
  private readonly scripts = new Map<string, Script>()
  private rejected = false

  constructor(private readonly pack: Pack) {
    this.modules = new Map(pack.modules.map((one) => [one.file, one]))
  }

  /** True where V8 had something to compile. */
  get isNew(): boolean {
    return this.rejected
  }

  load(file: string): unknown {
    const known = require.cache[file]
    if (known) return known.exports as unknown
    const packed = this.modules.get(file)
    if (!packed) return createRequire(file)(file) as unknown
    const module = new Module(file)
    module.filename = file
    module.paths = node._nodeModulePaths(dirname(file))
    require.cache[file] = module
    try {
      const run = this.scriptOf(packed).runInThisContext() as (...values: unknown[]) => void
      run.call(module.exports, module.exports, this.requireOf(module), module, file, dirname(file))
    } catch (error) {
      Reflect.deleteProperty(require.cache, file)
      throw error
    }
    module.loaded = true
    return module.exports as unknown
  }

  private scriptOf({ file, text, code }: PackedModule): Script {
    const script = new Script(Module.wrap(text), {
      filename: file,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      ...(code && { cachedData: code }),
    })
    this.rejected ||= !code || script.cachedDataRejected === true
    this.scripts.set(file, script)
    return script
  }

  private requireOf(module: Module): NodeJS.Require {
    const links = this.pack.links[dirname(module.filename)] ?? {}
    const inside = (words: string): unknown => {
      const file = Object.hasOwn(links, words) ? links[words]! : ''
      return this.modules.has(file) ? this.load(file) : (module.require(words) as unknown)
    }
    const { cache, main, extensions } = require
    return Object.defineProperty(Object.assign(inside, { cache, main, extensions }), 'resolve', {
      get: () => createRequire(module.filename).resolve,
    }) as NodeJS.Require
  }

  /** With what V8 compiled, functions that have run included. */
  compiled(): PackedModule[] {
    const codeOf = (file: string) => this.scripts.get(file)?.createCachedData()
    return this.pack.modules.map((one) => ({ ...one, code: codeOf(one.file) ?? one.code }))
  }
}

/** Loads it as Node does, and writes what it was made of when the process ends. */
function requireNoted(entry: string): unknown {
  const before = new Set(Object.keys(require.cache))
  const links: Links = {}
  const resolve = node._resolveFilename
  node._resolveFilename = function (words, parent, ...rest) {
    const file = resolve.call(this, words, parent, ...rest)
    if (parent?.filename) (links[dirname(parent.filename)] ??= {})[words] = file
    return file
  }
  try {
    return require(entry)
  } finally {
    node._resolveFilename = resolve
    const files = Object.keys(require.cache).filter((file) => !before.has(file))
    process.once('exit', () =>
      writePack(entry, { modules: files.flatMap((file) => packedOf(file) ?? []), links }),
    )
  }
}

/** Undefined for what only Node's own loader can load. */
function packedOf(file: string): PackedModule | undefined {
  if (!/\.c?js$/.test(file) || !require.cache[file]?.loaded) return undefined
  const state = stateOf(file)
  const text = readFileSync(file, 'utf8')
  return /\bimport\s*\(/.test(text) ? undefined : { file, state, text, code: undefined }
}

function packFile(entry: string): string {
  const packages = dirname(dirname(entry))
  const key = hash('sha256', `${entry} ${process.version} ${process.arch}`).slice(0, 16)
  return join(packages, '.cache', 'typetrek', `${basename(dirname(entry))}-${key}.pack`)
}

/** V8 trusts what it is given, so a file that was cut or altered, or is somebody else's, must not reach it. */
function readPack(entry: string): Pack | undefined {
  try {
    const path = packFile(entry)
    if (!isPrivateFolder(dirname(path))) return undefined
    const whole = readFileSync(path)
    const data = whole.subarray(digestLength)
    if (whole.toString('latin1', 0, digestLength) !== hash('sha256', data)) return undefined
    const pack = deserialize(data) as Pack
    return pack.modules.every(isUnchanged) ? pack : undefined
  } catch {
    return undefined // none yet, or none that we may read
  }
}

const digestLength = 64

function isUnchanged({ file, state }: PackedModule): boolean {
  return stateOf(file) === state
}

/** Package managers give every file the same time, and another version may have the same size. */
function stateOf(file: string): string {
  const { size, mtimeMs, ctimeMs, ino } = statSync(file)
  return `${size} ${mtimeMs} ${ctimeMs} ${ino}`
}

/** By rename, so that processes that start at once see a whole one. */
function writePack(entry: string, pack: Pack): void {
  if (process.exitCode) return
  const file = packFile(entry)
  const draft = `${file}.${process.pid}`
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o755 })
    if (!isPrivateFolder(dirname(file))) return
    const data = serialize(pack)
    writeFileSync(draft, Buffer.concat([Buffer.from(hash('sha256', data)), data]), { flag: 'wx' })
    renameSync(draft, file)
  } catch {
    rmSync(draft, { force: true }) // nothing kept: the next process loads it as Node does
  }
}
