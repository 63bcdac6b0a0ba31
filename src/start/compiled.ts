import { hash } from 'node:crypto'
import {
  accessSync,
  constants,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import Module, { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Script } from 'node:vm'

/** Gives the exports of a file that is in a bundle. */
type Part = (file: string) => unknown

const loaded = new Map<string, Part>()

/**
 * Loads a module from the one file that the build has made of it and of what it needs, unless the module
 * is newer, as after a bare `tsc`.
 * @param bundle absolute path of that file
 * @param entry absolute path of the module
 */
export function requirePart(bundle: string, entry: string): unknown {
  const known = loaded.get(bundle)
  if (known) return known(entry)
  if (modified(bundle) < modified(entry)) return require(entry)
  const isKept = 'enableCompileCache' in Module || process.env['NODE_DISABLE_COMPILE_CACHE']
  const part = (isKept ? require(bundle) : requireCompiled(bundle)) as Part
  loaded.set(bundle, part)
  return part(entry)
}

/** Loads a module of add_script: with what it needs that is sixty modules of typetrek's and as many of pg-delta's. */
export function requireAddScript(entry: string): unknown {
  return requirePart(join(__dirname, '..', 'bundle-add-script.js'), entry)
}

function modified(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

/**
 * Loads a CommonJS file with the code that V8 compiled for it at an earlier start. That is kept beside the
 * file, as `.pyc` files are, where this user may write there; it counts for this version of Node and this
 * very file alone. The file cannot use `import()`, and is plain ASCII. From 22.1 on Node does the same by itself
 * (`module.enableCompileCache`).
 *
 * @see https://nodejs.org/api/vm.html#scriptcreatecacheddata
 */
export function requireCompiled(file: string): unknown {
  const cache = `${file}.cache`
  const key = keyOf(file)
  const kept = readKept(cache, key)
  const script = new Script(Module.wrap(readFileSync(file, 'latin1')), {
    filename: file,
    ...(kept && { cachedData: kept }),
  })
  if (!kept) process.once('exit', () => keep(cache, key, script))
  const module = new Module(file)
  module.filename = file
  const run = script.runInThisContext() as (...values: unknown[]) => void
  run.call(module.exports, module.exports, createRequire(file), module, file, dirname(file))
  return module.exports
}

/** V8 recognises a text by its length alone, so the file is identified by what changes with it. */
function keyOf(file: string): string {
  const { size, mtimeMs, ctimeMs, ino } = statSync(file)
  return `${process.version} ${process.arch} ${size} ${mtimeMs} ${ctimeMs} ${ino}`
}

/** V8 trusts what it is given, so a file that was cut or altered must not reach it. */
function headerOf(key: string, code: Buffer): Buffer {
  return Buffer.from(`${key} ${hash('sha256', code)}\n`.padStart(headerLength))
}

const headerLength = 240

function readKept(cache: string, key: string): Buffer | undefined {
  try {
    const bytes = readFileSync(cache)
    const code = bytes.subarray(headerLength)
    return bytes.subarray(0, headerLength).equals(headerOf(key, code)) ? code : undefined
  } catch {
    return undefined // none yet, or none that we may read
  }
}

/** By rename, so that processes that start at once see a whole one. */
function keep(cache: string, key: string, script: Script): void {
  if (process.exitCode) return
  const draft = `${cache}.${process.pid}`
  try {
    accessSync(dirname(cache), constants.W_OK) // to make the code takes longer than to ask
    const code = script.createCachedData()
    writeFileSync(draft, Buffer.concat([headerOf(key, code), code]), { flag: 'wx' })
    renameSync(draft, cache)
  } catch {
    rmSync(draft, { force: true }) // nothing kept: the next start compiles again
  }
}
