import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { dirname, join, relative, sep } from 'node:path'
import { writeBundleProgram } from './bundle-program'
import { licenceOf, plain, required, withRequires } from './module-text'

/*
 * Writes dist/src/bundle.js: the modules that nearly every command loads, in one file, so that a start
 * looks for one file and not for a hundred. Each stays the module that it is, under the name of its own
 * file, so whatever is not in the bundle shares it. See docs/decisions/0011.
 */

const root = join(__dirname, '../src')

/** One file of modules. */
interface Part {
  /** These and what they require go into it. It exports a function that gives the exports of a file. */
  entries: readonly string[]
  file: string
  /** Rooms and files that few commands need, or that must be files: a process or a hook of its own. */
  left: RegExp
  /** Packages that only these modules use, so that nobody could meet a second copy of them. */
  packages: readonly string[]
}

const start: Part = {
  entries: ['cli/run.js'],
  file: 'bundle.js',
  left: /^(?:backends|bundle|bundled|plan\/scheme\/graph|migrator\/backend-migrator|script\/named|add-script|dump-schema|change|catalog|scratch|sample-rows|git|cli\/command\/(?!execute|inspect)|database\/embedded|script\/typescript)/,
  packages: ['commander', 'ini', 'picocolors'],
}

/** add_script, and pg-delta, which is an ES module and made of sixty files. */
const addScript: Part = {
  entries: ['cli/command/add-script.js', 'add-script/workflow.js', 'add-script/prepare-next.js'],
  file: 'bundle-add-script.js',
  left: /^(?:backends\/(?!folder-scheme)|git\/git-open|script\/typescript|migrator\/backend-migrator)/,
  packages: ['@supabase/pg-delta'],
}
const ownPackages = [...start.packages, ...addScript.packages]
/** The package that scripts, entities and TypeORM use too: they and we must meet one and the same. */
const shared = 'pg'
/** What a connection by a URL does without; and what is not for Node, or not there. */
const rarely = /^(?:pg\/lib\/native|pgpass|pg-cloudflare|pg-native)/
/** What a package of those requires and a start does not need: loaded when it is touched. */
const lazily = ['node:child_process', 'node:fs/promises']

/** The folder in which `pg` lies, and flat beside it what it requires. */
const flat = dirname(
  dirname(createRequire(join(root, start.entries[0]!)).resolve(`${shared}/package.json`)),
)

interface Bundled {
  code: string
  /** What it requires by which words, where that is bundled too. */
  links: Map<string, string>
}

/** @param before modules of an earlier part, which are not in this one */
function write(part: Part, before: ReadonlySet<string>): ReadonlySet<string> {
  const modules = new Map<string, Bundled>()
  for (const entry of part.entries) collect(join(root, entry), modules, { part, before })
  const ids = new Map([...modules.keys()].map((file, id) => [file, id]))
  const table = [...modules].map(([file, { code, links }]) => {
    const linked = Object.fromEntries([...links].map(([words, to]) => [words, ids.get(to)]))
    const row = [kindOf(file), nameOf(file), linked].map((one) => JSON.stringify(one)).join(', ')
    return `[${row}, function (exports, require, module, __filename, __dirname) {\n${code}\n}]`
  })
  const others = [...modules.keys()].filter((file) => kindOf(file) === 'shared')
  const packages = packagesOf(others)
  const files = [...packages.map((name) => `${name}/package.json`), ...others.map(nameOf)]
  const digest = createHash('sha256')
  for (const name of files) digest.update(readFileSync(join(flat, name)))
  const constants = { packages, files, digest: digest.digest('hex') }
  const bundle = join(root, part.file)
  writeFileSync(
    bundle,
    `${later}const table = [\n${table.join(',\n')}\n]\nmodule.exports = (function (shared) {\n${loader}\n})(${JSON.stringify(constants)})\n`,
  )
  const foreign = [...modules.keys()].filter((file) => kindOf(file) !== 'own')
  writeFileSync(bundle.replace(/\.js$/, '.licences.txt'), licencesOf(foreign))
  return new Set(modules.keys())
}

/** What decides which modules go into a part. */
interface Collecting {
  part: Part
  before: ReadonlySet<string>
}

function collect(file: string, modules: Map<string, Bundled>, given: Collecting): void {
  if (modules.has(file)) return
  const code = codeOf(file)
  const links = new Map<string, string>()
  modules.set(file, { code, links })
  for (const [, words = ''] of code.matchAll(/\brequire\(["']([^"']+)["']\)/g)) {
    const to = resolved(file, words, given)
    if (to === undefined) continue
    links.set(words, to)
    collect(to, modules, given)
  }
}

function codeOf(file: string): string {
  const text = readFileSync(file, 'utf8')
  return withoutImports(plain(/^export /m.test(text) ? required(text) : text))
}

/** Where the words lead, if that belongs into the part. */
function resolved(from: string, words: string, { part, before }: Collecting): string | undefined {
  if (isBuiltin(words)) return undefined
  const inside = words.startsWith('.') || kindOf(from) === 'shared'
  const isOwn = part.packages.some((name) => words === name || words.startsWith(`${name}/`))
  if (!inside && !isOwn && words !== shared) return undefined
  if (rarely.test(words)) return undefined
  const to = createRequire(from).resolve(words)
  if (before.has(to)) return undefined
  const never = kindOf(to) === 'own' ? part.left : rarely
  return never.test(nameOf(to)) ? undefined : to
}

/** Of our own, of a package that nobody else uses, or of one that others use as well. */
function kindOf(file: string): 'own' | 'private' | 'shared' {
  if (file.startsWith(root + sep)) return 'own'
  return ownPackages.includes(packageOf(file)) ? 'private' : 'shared'
}

/** As the bundle calls it: below our sources, or below the folder of the packages. */
function nameOf(file: string): string {
  const below = kindOf(file) === 'own' ? root : flat
  return relative(below, file).split(sep).join('/')
}

function packageOf(file: string): string {
  const [name = '', below = ''] = relative(flat, file).split(sep)
  if (name === '..') throw new Error(`${file} does not lie flat beside ${shared}`)
  return name.startsWith('@') ? `${name}/${below}` : name
}

function packagesOf(files: readonly string[]): string[] {
  return [...new Set(files.map(packageOf))]
}

/** What their authors ask to be told with every copy. */
function licencesOf(files: readonly string[]): string {
  const names = [...new Set(files.map(packageOf))].toSorted()
  return names.map((name) => `${name}\n\n${licenceOf(join(flat, name))}`).join('\n\n----\n\n')
}

/** The same without `import()`; what a start does not need waits until it is touched. */
function withoutImports(code: string): string {
  return lazily.reduce(
    (text, name) =>
      text.replaceAll(new RegExp(`require\\(["']${name}["']\\)`, 'g'), `later('${name}')`),
    withRequires(code),
  )
}

const later = `function later(name) {
  return new Proxy({}, { get: (_, key) => require(name)[key] })
}
`

const loader = `'use strict'
const { hash } = require('node:crypto')
const { existsSync, lstatSync, readFileSync, realpathSync, renameSync, writeFileSync } = require('node:fs')
const { createRequire, isBuiltin } = require('node:module')
const Module = require('node:module')
const { dirname, join, sep } = require('node:path')
const made = []
/** The modules of all parts, by file: each is made once, whichever part it is in. */
const parts = (Module[Symbol.for('typetrek parts')] ??= new Map())
for (const [id, [kind, name]] of table.entries()) {
  if (kind === 'own') parts.set(__dirname + sep + name.replaceAll('/', sep), () => load(id))
  else if (name === 'pg/lib/index.js')
    parts.set('pg', () => (packages() === '' ? createRequire(__filename)('pg') : load(id)))
}
const stateFile = __filename + '.packages.cache'

/** The module of the table's row; under its file's name also for those that are not in here. */
function load(id) {
  const known = made[id]
  if (known) return known.exports
  const [kind, name, links, make] = table[id]
  const folder = kind === 'own' ? __dirname : packages()
  const file = kind === 'private' ? __filename : folder + sep + name.replaceAll('/', sep)
  const loaded = kind === 'private' ? undefined : require.cache[file]
  if (loaded) return loaded.exports
  const module = new Module(file)
  module.filename = file
  made[id] = module
  if (kind !== 'private') require.cache[file] = module
  make.call(module.exports, module.exports, requireOf(file, links), module, file, dirname(file))
  module.loaded = true
  return module.exports
}

function requireOf(file, links) {
  let far
  const outside = () => (far ??= createRequire(file))
  const inside = (words) => {
    if (isBuiltin(words)) return require(words)
    const id = links[words]
    const here = id !== undefined && (table[id][0] !== 'shared' || packages() !== '')
    if (here) return load(id)
    const other = parts.get(words.startsWith('.') ? fileOf(file, words) : words)
    return other ? other() : outside()(words)
  }
  inside.cache = require.cache
  Object.defineProperty(inside, 'resolve', { get: () => outside().resolve })
  return inside
}

function fileOf(from, words) {
  const path = join(dirname(from), words)
  return path.endsWith('.js') ? path : path + '.js'
}

/**
 * The folder of the packages that others use too, where they are the very files that are in here and
 * find one another as they do here; otherwise nothing, and they are loaded as any other is.
 */
let folder
function packages() {
  return (folder ??= packagesAsBundled() ?? '')
}

function packagesAsBundled() {
  if (hooked()) return undefined
  try {
    const at = realpathSync.native(folderOf(__dirname))
    const state = stateOf(at)
    if (state === knownState()) return at
    const moved = (name) =>
      !lstatSync(join(at, name)).isDirectory() || existsSync(join(at, name, 'node_modules'))
    if (shared.packages.some(moved)) return undefined
    const bytes = shared.files.map((name) => readFileSync(join(at, name)))
    if (hash('sha256', Buffer.concat(bytes)) !== shared.digest) return undefined
    if (state === stateOf(at)) keepState(state)
    return at
  } catch {
    return undefined // another version, or not where it lay
  }
}

/** What changes with the files, with what lies in the packages' folders, and with the bundle. */
function stateOf(at) {
  const names = [...shared.packages, ...shared.files].map((name) => join(at, name))
  return [__filename, ...names]
    .map((name) => {
      const { size, mtimeMs, ctimeMs, ino } = lstatSync(name)
      return [name, size, mtimeMs, ctimeMs, ino].join(' ')
    })
    .join('\\n')
}

/** The state in which they were last seen to be the files that are in here. */
function knownState() {
  try {
    return readFileSync(stateFile, 'utf8')
  } catch {
    return undefined // never, or not to be read
  }
}

function keepState(state) {
  const draft = stateFile + '.' + process.pid
  try {
    writeFileSync(draft, state, { flag: 'wx' })
    renameSync(draft, stateFile)
  } catch {} // the next start reads the files again
}

/** Where Node would find them. */
function folderOf(directory) {
  const folder = join(directory, 'node_modules')
  if (existsSync(join(folder, shared.packages[0]))) return folder
  const above = dirname(directory)
  return above === directory ? '' : folderOf(above)
}

/** Something of the user's was loaded first, and may wait for a package's require, as tracers do. */
function hooked() {
  const words = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ')
  return /(^| )(-r|--require|--import|--loader|--experimental-loader)\\b/.test(words)
}

return (file) => parts.get(file)()`

if (!existsSync(join(root, start.entries[0]!)))
  throw new Error(`${root} is not there: run tsc first`)
write(addScript, write(start, new Set()))
writeBundleProgram()
