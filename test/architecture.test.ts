import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'

const sources = join(__dirname, '../../src')

/** From the bottom to the top; a room knows itself and the rooms below it, in types too. */
const rooms = [
  ['errors.ts', 'version.ts', 'regular-file.ts'],
  ['interruption.ts', 'system-error.ts'],
  ['settings'],
  ['script'],
  ['database'],
  ['journal'],
  ['plan'],
  ['run'],
  ['set-up'],
  ['migrator'],
  ['setup.ts'],
  ['scratch'],
  ['catalog'],
  ['sample-rows'],
  ['git'],
  ['change'],
  ['add-script'],
  ['dump-schema'],
  ['cli'],
  ['index.ts'],
]

/** These, and all that they import, know no system and no driver, and wait for nothing. */
const pure = [
  'plan/planner.ts',
  'plan/survey.ts',
  'plan/target.ts',
  'journal/model/applied-state.ts',
  'journal/model/packed-entries.ts',
  'journal/model/claim.ts',
  'journal/model/other-tools.ts',
  'database/sql/quote.ts',
  'run/batch/message.ts',
  'script/script.ts',
  'script/layout/script-name.ts',
  'script/sections/sections.ts',
  'script/lexer/lexer.ts',
  'script/position.ts',
  'settings/ini/ini.ts',
  'settings/address/address.ts',
  'settings/value/nearest.ts',
  'settings/value/duration.ts',
  'settings/value/redact.ts',
  'scratch/scratch-name.ts',
  'add-script/source/unified-diff.ts',
  'sample-rows/row-values.ts',
  'sample-rows/compatible.ts',
  'add-script/decide/conversions.ts',
  'change/render/statement.ts',
  'catalog/object-names.ts',
  'change/trial/dependencies.ts',
  'add-script/render/render.ts',
  'change/model/operation.ts',
  'dump-schema/arrange.ts',
  'dump-schema/fold-tables.ts',
  'dump-schema/schema-text.ts',
]

/** A process of its own, which gets its task as an argument and writes into its own log. */
const keeper = 'database/embedded/supervisor-process.ts'

/** `schema_diff_cmd` is a command line that the user wrote for a shell. */
const userCommand = 'add-script/source/diff-command.ts'

/** Slow to load, or not there at all: only `await import` or a late `require` may name them. */
const lazy = [
  'typeorm',
  'libpg-query',
  '@swc/core',
  'pg-copy-streams',
  'get-tsconfig',
  'simple-git',
  '@supabase/pg-delta',
]

interface Import {
  /** The file's path below src, or the package's name. */
  of: string
  /** Nothing of it is left when the code runs. */
  typeOnly: boolean
  /** Done when the file is loaded. */
  atOnce: boolean
}

interface SourceFile {
  path: string
  text: string
  /** Without comments. */
  code: string
  imports: readonly Import[]
}

const files: readonly SourceFile[] = readdirSync(sources, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .toSorted()
  .map(readSource)
const byPath = new Map(files.map((file) => [file.path, file]))

function readSource(path: string): SourceFile {
  const text = readFileSync(join(sources, path), 'utf8')
  const code = text.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/ .*$/gm, '')
  return { path, text, code, imports: [...staticImports(path, code), ...lateImports(path, code)] }
}

function staticImports(path: string, code: string): Import[] {
  const statements = code.matchAll(/^(?:import|export)\s+(?:([^'";]*?)\s+from\s+)?'([^']+)'/gm)
  return Array.from(statements, ([, clause = '', from = '']) => ({
    of: target(path, from),
    typeOnly: isTypeOnly(clause),
    atOnce: true,
  }))
}

/** `import type { A }`, or every name in braces a type. */
function isTypeOnly(clause: string): boolean {
  if (clause.startsWith('type ')) return true
  const names = /^\{([^}]*)\}$/.exec(clause)?.[1]?.split(',') ?? ['a value']
  return names.every((name) => name.trim() === '' || name.trim().startsWith('type '))
}

function lateImports(path: string, code: string): Import[] {
  const calls = code.matchAll(/(typeof )?\b(?:import|require)\('([^']+)'\)/g)
  return Array.from(calls, ([, typeOf, from = '']) => ({
    of: target(path, from),
    typeOnly: typeOf !== undefined,
    atOnce: false,
  }))
}

function target(path: string, from: string): string {
  if (!from.startsWith('.')) return packageOf(from)
  const found = join(dirname(path), from).replace(/\.js$/, '')
  return `${found}.ts`
}

function packageOf(from: string): string {
  if (from.startsWith('node:')) return from
  return from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/')
}

function roomOf(path: string): number {
  const [first = ''] = path.split('/')
  const room = rooms.findIndex((names) => names.includes(first))
  assert.ok(room >= 0, `${path} is in no room`)
  return room
}

/** Every `file: problem`, so that one failure shows all. */
function problems(check: (file: SourceFile) => readonly string[]): string[] {
  return files.flatMap((file) => check(file).map((problem) => `${file.path}: ${problem}`))
}

test('the imports are read: every file that is imported exists', () => {
  const missing = problems(({ imports }) =>
    imports.map(({ of }) => of).filter((of) => of.endsWith('.ts') && !byPath.has(of)),
  )

  assert.deepEqual(missing, [])
  const known = byPath.get('journal/journal.ts')?.imports ?? []
  assert.ok(known.some(({ of, typeOnly }) => of === 'database/sql/quote.ts' && !typeOnly))
  assert.ok(known.some(({ of, typeOnly }) => of === 'pg' && typeOnly))
})

test('a room knows only the rooms below it', () => {
  const upward = problems(({ path, imports }) =>
    imports
      .filter(({ of }) => byPath.has(of) && !mayKnow(path, of))
      .map(({ of }) => `imports ${of}`),
  )

  assert.deepEqual(upward, [])
})

function mayKnow(path: string, of: string): boolean {
  return roomOf(of) < roomOf(path) || path.split('/')[0] === of.split('/')[0]
}

test('no file imports itself by way of others', () => {
  const circular = problems(({ path }) => (reachable(path, atOnce).has(path) ? ['circular'] : []))

  assert.deepEqual(circular, [])
})

const atOnce = (one: Import) => !one.typeOnly && one.atOnce
const asValue = (one: Import) => !one.typeOnly

/** What a file imports, and what that imports, and so on. */
function reachable(path: string, follow: (one: Import) => boolean): Set<string> {
  const seen = new Set<string>()
  const open = [path]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const { of } of byPath.get(next)?.imports.filter(follow) ?? []) {
      if (!seen.has(of)) open.push(of)
      seen.add(of)
    }
  }
  return seen
}

test('pure files import neither the system nor a driver, nor what does, and wait for nothing', () => {
  const impure = pure.flatMap((path) => {
    assert.ok(byPath.has(path), `${path} is gone`)
    return [path, ...reachable(path, asValue)]
      .filter((of) => !isPure(of))
      .map((of) => `${path}: ${of}`)
  })

  assert.deepEqual(impure, [])
})

function isPure(of: string): boolean {
  const file = byPath.get(of)
  return file ? !/\b(async|await|process\.|Promise)\b/.test(file.code) : of === 'ini'
}

test('a driver is imported by the database alone; the others know its types', () => {
  const drivers = problems(({ path, imports }) =>
    path.startsWith('database/')
      ? []
      : imports
          .filter(({ of, typeOnly }) => /^(pg|pg-protocol|pg-copy-streams)$/.test(of) && !typeOnly)
          .map(({ of }) => `imports ${of}`),
  )

  assert.deepEqual(drivers, [])
})

test('what is slow to load is imported late', () => {
  const early = problems(({ imports }) =>
    imports
      .filter((one) => lazy.includes(one.of) && atOnce(one))
      .map(({ of }) => `imports ${of} at once`),
  )

  assert.deepEqual(early, [])
})

for (const entry of ['index', 'cli/main']) {
  test(`loading ${entry}.js loads no driver, no TypeORM, no compiler and no parser`, () => {
    const file = join(__dirname, '../src', `${entry}.js`)
    const script = `require(${JSON.stringify(file)}); console.log(Object.keys(require.cache).join('\\n'))`
    const loaded = execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }).split('\n')

    assert.ok(loaded.includes(file))
    const packages = loaded.map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1])
    assert.deepEqual(
      [...new Set(packages)].filter((name) => name === 'pg' || lazy.includes(name ?? '')),
      [],
    )
  })
}

test('only the command line reads its arguments and prints', () => {
  const talking = problems(({ path, code }) =>
    path.startsWith('cli/') || path === keeper
      ? []
      : Array.from(
          code.matchAll(/\bconsole\.\w+|\bprocess\.(argv|stdin|stdout|stderr|exit)\b/g),
          ([call]) => call,
        ),
  )

  assert.deepEqual(talking, [])
})

test('one function quotes identifiers', () => {
  const quoting = problems(({ code }) => (/, ?(['"`])""\1/.test(code) ? ['quotes'] : []))

  assert.deepEqual(quoting, ['database/sql/quote.ts: quotes'])
})

test('no command goes through a shell but the one that is the user’s own', () => {
  const shells = problems(({ path, code }) =>
    path === userCommand
      ? []
      : Array.from(code.matchAll(/\bshell: ?true\b|\bexec(?:Sync)?\((?=['"`])/g), ([call]) => call),
  )

  assert.deepEqual(shells, [])
})

test('no file has more than 300 lines', () => {
  const long = problems(({ text }) => {
    const lines = text.trimEnd().split('\n').length
    return lines > 300 ? [`${lines} lines`] : []
  })

  assert.deepEqual(long, [])
})

test('every public name has a docstring', () => {
  const bare = publicNames().filter(([name, path]) => {
    const declared = `export (?:async |abstract )*(?:function|class|interface|type|const) ${name}\\b`
    const text = byPath.get(path)?.text ?? ''
    assert.match(text, new RegExp(`^${declared}`, 'm'), `${path} does not declare ${name}`)
    return !new RegExp(`\\*/\\n${declared}`).test(text)
  })

  assert.deepEqual(bare, [])
})

function publicNames(): [name: string, path: string][] {
  const code = byPath.get('index.ts')?.code ?? ''
  const statements = code.matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)'/gm)
  const names = Array.from(statements).flatMap(([, list = '', from = '']) =>
    list
      .split(',')
      .map((name) => name.replace(/^\s*(type )?/, '').trim())
      .filter((name) => name !== '')
      .map((name): [string, string] => [name, target('index.ts', from)]),
  )
  assert.ok(names.some(([name]) => name === 'setUpMigration'))
  return names
}

test('file names are kebab-case, and no file is called after nothing', () => {
  const kebab = /^(?:[a-z0-9]+(?:-[a-z0-9]+)*[/.])+ts$/
  const named = files.filter(({ path }) => !kebab.test(path) || /\b(utils?|helpers?)\b/.test(path))

  assert.deepEqual(
    named.map(({ path }) => path),
    [],
  )
})
