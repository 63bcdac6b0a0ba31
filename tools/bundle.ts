import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative, sep } from 'node:path'
import { transformSync } from '@swc/core'

/*
 * Writes dist/src/bundle.js: the modules that nearly every command loads, in one file, so that a start
 * looks for one file and not for a hundred. Each stays the module that it is, under the name of its own
 * file, so whatever is not in the bundle shares it. See docs/decisions/0011.
 */

const root = join(__dirname, '../src')
const entry = join(root, 'cli/run.js')
const bundle = join(root, 'bundle.js')

/** Rooms and files that few commands need, or that must be files: a process or a hook of its own. */
const left = /^(?:add-script|cli\/command\/(?!execute)|database\/embedded|script\/load)/
/** Packages that only the command line uses, so that nobody could meet a second copy of them. */
const packages = ['commander', 'ini', 'picocolors']
/** What a package of those requires and a start does not need: loaded when it is touched. */
const lazily = ['node:child_process']

interface Bundled {
  file: string
  code: string
  /** What it requires by which words, where that is bundled too. */
  links: Map<string, string>
}

function main(): void {
  const modules = new Map<string, Bundled>()
  collect(entry, modules)
  const ids = new Map([...modules.keys()].map((file, id) => [file, id]))
  const table = [...modules.values()].map(({ file, code, links }) => {
    const linked = Object.fromEntries([...links].map(([words, to]) => [words, ids.get(to)]))
    const name = isOwn(file) ? relative(root, file).split(sep).join('/') : null
    return `[${JSON.stringify(name)}, ${JSON.stringify(linked)}, function (exports, require, module, __filename, __dirname) {\n${code}\n}]`
  })
  writeFileSync(
    bundle,
    `${prelude}const table = [\n${table.join(',\n')}\n]\nmodule.exports = load(0)\n`,
  )
}

function collect(file: string, modules: Map<string, Bundled>): void {
  if (modules.has(file)) return
  const code = withoutImports(plain(readFileSync(file, 'utf8')))
  const links = new Map<string, string>()
  modules.set(file, { file, code, links })
  for (const [, words = ''] of code.matchAll(/\brequire\(["']([^"']+)["']\)/g)) {
    const to = resolved(file, words)
    if (to === undefined) continue
    links.set(words, to)
    collect(to, modules)
  }
}

/** Where the words lead, if that belongs into the bundle. */
function resolved(from: string, words: string): string | undefined {
  const named = packages.includes(words)
  if (!words.startsWith('.') && !named) return undefined
  const to = createRequire(from).resolve(words)
  if (isOwn(to) && left.test(relative(root, to).split(sep).join('/'))) return undefined
  return to
}

function isOwn(file: string): boolean {
  return file.startsWith(root + sep)
}

/** The same lines without comments. */
function plain(code: string): string {
  const { code: text } = transformSync(code, {
    configFile: false,
    swcrc: false,
    isModule: 'commonjs',
    jsc: {
      target: 'es2022',
      parser: { syntax: 'ecmascript' },
      minify: { format: { comments: false } },
    },
  })
  return text.trim()
}

/** A module of ours is loaded as what it is; what `import()` adds is a second loader. */
function withoutImports(code: string): string {
  const lazy = code.replace(
    /\bimport\((["']\.[^"']+["'])\)/g,
    'Promise.resolve().then(() => require($1))',
  )
  if (/\bimport\(/.test(lazy)) throw new Error(`import() of a package in a bundled file:\n${lazy}`)
  return lazily.reduce(
    (text, name) =>
      text.replaceAll(new RegExp(`require\\(["']${name}["']\\)`, 'g'), `later('${name}')`),
    lazy,
  )
}

const prelude = `'use strict'
const { createRequire } = require('node:module')
const Module = require('node:module')
const { dirname, join } = require('node:path')
const made = []

/** The module of the table's row; under its file's name also for those that are not in here. */
function load(id) {
  const known = made[id]
  if (known) return known.exports
  const [name, links, make] = table[id]
  const file = name === null ? __filename : join(__dirname, name)
  const loaded = name === null ? undefined : require.cache[file]
  if (loaded) return loaded.exports
  const module = new Module(file)
  module.filename = file
  made[id] = module
  if (name !== null) require.cache[file] = module
  make.call(module.exports, module.exports, requireOf(file, links), module, file, dirname(file))
  module.loaded = true
  return module.exports
}

function requireOf(file, links) {
  let far
  const outside = () => (far ??= createRequire(file))
  const inside = (words) => {
    const id = links[words]
    if (id !== undefined) return load(id)
    return words.startsWith('node:') ? require(words) : outside()(words)
  }
  Object.defineProperty(inside, 'resolve', { get: () => outside().resolve })
  return inside
}

function later(name) {
  return new Proxy({}, { get: (_, key) => require(name)[key] })
}

`

if (!existsSync(entry)) throw new Error(`${entry} is not there: run tsc first`)
main()
