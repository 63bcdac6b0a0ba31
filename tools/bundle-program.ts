import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { basename, dirname, join, relative, sep } from 'node:path'
import { licenceOf, plain, withRequires } from './module-text'

/*
 * Writes dist/src/bundle-program.js: what `migrate bundle` puts behind the contents of a bundle. It holds
 * every module that its commands need, and of some another one in its place. See docs/decisions/0080.
 */

const root = join(__dirname, '../src')
const entry = join(root, 'bundled/start.js')

/** In a bundle, nothing is read from a folder, compiled or parsed by PostgreSQL's grammar. */
const inPlace: Readonly<Record<string, string>> = {
  'script/typescript/load-module.js': 'bundled/carried-modules.js',
  'script/parser/parse-statement.js': 'bundled/known-statements.js',
  'script/source/read-scripts.js': 'bundled/carried-scripts-in-order.js',
  'start/packed-modules.js': 'bundled/unpacked-modules.js',
  'script/folder/schema-file.js': 'bundled/carried-sql.js',
  'database/classes-of-files.js': 'bundled/carried-classes.js',
  'migrator/open-place.js': 'bundled/not-here.js',
  'add-script/add-script.js': 'bundled/not-here.js',
  'dump-schema/dump-schema.js': 'bundled/not-here.js',
}

/** What only refused commands and other databases load. */
const left =
  /^(?:(?:add-script|backends\/sql|bundle|catalog|database\/embedded|doctor|drift|dump-schema|git|init|inventory|sample-rows|scratch|script\/named|testing)\/|backends\/version\/(?!changelog)|change\/(?!model\/)|cli\/command\/(?:add-script|dump-schema|generate|prove|upkeep|adoption\/(?!adopt))|migrator\/backend-migrator|plan\/scheme\/graph|script\/typescript\/(?:compile|compiler|decorator-types|esm-hooks|path-resolution)|upkeep\/(?!dependents))/

/** Packages that go into it; all others are those of where it runs. */
const packages = ['commander', 'ini', 'picocolors', 'pg-copy-streams']

interface Part {
  id: number
  name: string
  code: string
  links: Record<string, number>
}

/** Writes it. */
export function writeBundleProgram(): void {
  const parts = new Map<string, Part>()
  collect(entry, parts)
  const early = eagerly(
    starts.map((name) => join(root, name)),
    new Set(),
  )
  const table = [...parts].map(([file, { name, links, code }]) => {
    const row = [name, links].map((one) => JSON.stringify(one)).join(', ')
    const make = early.has(file)
      ? `function (exports, require, module, __filename, __dirname) {\n${code}\n}`
      : JSON.stringify(code)
    return `[${row}, ${make}]`
  })
  const licences = packages.map((name) => `${name}\n\n${licenceOf(folderOf(name))}`)
  const notice = `What is in here of other authors:\n\n${licences.join('\n\n----\n\n')}`
  const text = `const bundle = (function (outside, bundleFile) {
${start}
const table = [
${table.join(',\n')}
]
return load(0).start(contents, bundleFile)
})(require, __filename)
${exported.map((name) => `exports.${name} = bundle.${name}`).join('\n')}
if (require.main === module) bundle.run()
/*
${notice.replaceAll('*/', '* /')}
*/
`
  writeFileSync(join(root, 'bundle-program.js'), text)
}

/** What every `upgrade` with nothing to do loads, at the latest when it is asked for. */
const starts = [
  'bundled/start.js',
  'cli/command/execute.js',
  'cli/command/inspect.js',
  'cli/context/with-migrator.js',
  'database/open.js',
  'migrator/migrator.js',
  'migrator/pick-migrator.js',
  'run/execute.js',
  'run/postgres-backend.js',
]

/** These files and what they load as they are loaded themselves. */
function eagerly(files: readonly string[], found: Set<string>): Set<string> {
  for (const file of files) {
    if (found.has(file)) continue
    found.add(file)
    const lines = readFileSync(file, 'utf8').matchAll(/^\S.*\brequire\(["']([^"']+)["']\)/gm)
    const next = Array.from(lines, ([, words = '']) => resolved(file, words))
    eagerly(
      next.filter((one) => one !== undefined),
      found,
    )
  }
  return found
}

/** Written out, since Node finds by their text which names an ES module can import. */
const exported = ['setUpMigration', 'migrateTo', 'migratorFor', 'run']

function collect(file: string, parts: Map<string, Part>): number {
  const known = parts.get(file)
  if (known) return known.id
  const name = nameOf(file)
  const code =
    name === 'version.js'
      ? versionCode()
      : withoutRareModules(withRequires(plain(readFileSync(file, 'utf8'), true)))
  const part: Part = { id: parts.size, name, code, links: {} }
  parts.set(file, part)
  for (const [, words = ''] of code.matchAll(/\brequire\(["']([^"']+)["']\)/g)) {
    const to = resolved(file, words)
    if (to !== undefined) part.links[words] = collect(to, parts)
  }
  return part.id
}

/** Few calls need these, and Node loads each of them for milliseconds. */
function withoutRareModules(code: string): string {
  return code.replaceAll(
    /\brequire\(["'](node:(?:child_process|fs\/promises))["']\)/g,
    "later('$1')",
  )
}

function versionCode(): string {
  const manifest = readFileSync(join(root, '../../package.json'), 'utf8')
  const { version } = JSON.parse(manifest) as { version: string }
  return `exports.toolVersion = ${JSON.stringify(version)}`
}

/** The file that goes into it, if any does. */
function resolved(from: string, words: string): string | undefined {
  if (isBuiltin(words)) return undefined
  if (!words.startsWith('.') && !packages.includes(words)) return undefined
  const file = createRequire(from).resolve(words)
  if (!file.startsWith(root + sep)) return file
  const name = nameOf(file)
  const other = nameOf(from).startsWith('bundled/') ? undefined : inPlace[name]
  if (other !== undefined) return join(root, other)
  return left.test(name) ? undefined : file
}

/** Below our sources, or below the packages. */
function nameOf(file: string): string {
  const isOwn = file.startsWith(root + sep)
  const short = isOwn ? relative(root, file) : file.slice(file.lastIndexOf('node_modules') + 13)
  return short.split(sep).join('/')
}

function folderOf(name: string): string {
  const file = createRequire(entry).resolve(name)
  const parent = dirname(file)
  return basename(dirname(parent)) === 'node_modules' ? parent : dirname(parent)
}

/**
 * Modules that few calls need are texts until then: to compile all of them takes as long as to connect. Of
 * the others the first look at one text costs less than at a hundred.
 */
const start = `'use strict'

const { dirname, join } = require('node:path')
const later = (name) => new Proxy({}, { get: (_, key) => outside(name)[key] })
const { compileFunction } = require('node:vm')
const names = ['exports', 'require', 'module', '__filename', '__dirname', 'later']
const made = []

function load(id) {
  const known = made[id]
  if (known) return known.exports
  const [name, links, code] = table[id]
  const file = join(bundleFile, name)
  const module = { exports: {}, filename: file, id: file, loaded: false }
  made[id] = module
  const make = typeof code === 'string' ? compileFunction(code, names, { filename: file }) : code
  make.call(module.exports, module.exports, requireOf(links), module, file, dirname(file), later)
  module.loaded = true
  return module.exports
}

function requireOf(links) {
  const inside = (words) => {
    const id = links[words]
    if (id !== undefined) return load(id)
    if (/^\\.{1,2}\\//.test(words)) throw new Error(words + ' is not in a bundle')
    return outside(words)
  }
  inside.resolve = outside.resolve
  return inside
}
`
