import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { asValue, atOnce, byPath, files, problems, reachable, target } from './support/source-files'

/** Folders of which no file, and nothing that it imports, knows a system or a driver or waits for anything. */
const pure = [
  'database/sql',
  'journal/model',
  'plan',
  'script/lexer',
  'script/sections',
  'settings/address',
  'settings/ini',
  'settings/value',
]

/** A process of its own, which gets its task as an argument and writes into its own log. */
const supervisor = 'database/embedded/supervisor-process.ts'

/** `schema_diff_cmd` and `password_command` are command lines that the user wrote for a shell. */
const userCommand = 'user-shell.ts'

/** Slow to load, or not there at all: only `await import` or a late `require` may name them. */
const lazy = [
  'typeorm',
  'libpg-query',
  '@swc/core',
  'pg-copy-streams',
  'get-tsconfig',
  'simple-git',
  'diff',
  '@supabase/pg-delta',
]

test('the imports are read: every file that is imported exists', () => {
  const missing = problems(({ imports }) =>
    imports.map(({ of }) => of).filter((of) => of.endsWith('.ts') && !byPath.has(of)),
  )

  assert.deepEqual(missing, [])
  const known = byPath.get('journal/journal.ts')?.imports ?? []
  assert.ok(known.some(({ of, typeOnly }) => of === 'database/sql/quote.ts' && !typeOnly))
  assert.ok(known.some(({ of, typeOnly }) => of === 'pg' && typeOnly))
})

test('pure folders import neither the system nor a driver, nor what does, and wait for nothing', () => {
  const impure = pure.flatMap((folder) => {
    const paths = files.map(({ path }) => path).filter((path) => path.startsWith(`${folder}/`))
    assert.ok(paths.length > 0, `${folder} is gone`)
    return paths.flatMap((path) =>
      [path, ...reachable(path, asValue)].filter((of) => !isPure(of)).map((of) => `${path}: ${of}`),
    )
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
    path.startsWith('cli/') || path === supervisor
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

/** Other programs (PostgreSQL, Node, drivers, commander) say some things in words alone. */
const readsForeignWords = new Set([
  'backends/sql/statement-work.ts',
  'cli/arguments/parse-options.ts',
  'database/embedded/supervisor.ts',
  'database/postgres/connection-failure.ts',
  'database/postgres/connection-loss.ts',
  'run/failure/hints.ts',
  'scratch/build-schema.ts',
  'scratch/replay-scripts.ts',
  'script/typescript/load-failure.ts',
  'system-error.ts',
])

test('a message, a hint, a detail and a remark are for people: no decision is made by their words', () => {
  const prose = String.raw`(?<!metadata\.)\b(?:message|hint|detail|comments?|effect|loss|fact|remark|notice)`
  const matches = new RegExp(
    `${prose}\\??\\.(?:startsWith|endsWith|includes|match|search|replace(?:All)?)\\(|\\.(?:test|exec)\\([^()]*${prose}\\b`,
    'g',
  )
  const decided = problems(({ path, code }) =>
    readsForeignWords.has(path) ? [] : Array.from(code.matchAll(matches), ([call]) => call),
  )

  assert.deepEqual(decided, [])
})

/** Rendering writes SQL, and what pg-delta and the user wrote has to be read. */
const readsSql =
  /\/render\/|\/from-engine\.ts$|\/read-action\.ts$|\/(?:unified-diff|diff-command)\.ts$/
const sqlMatch =
  /\bsql\b[^;\n]*\.(?:startsWith|endsWith|includes|indexOf|replace(?:All)?|split|match)\(|\.(?:test|exec)\((?:[\w.!]*\.)?sql\b|clause\(one\)|sql [!=]== [`'"$]/

test('what a statement does is a value: its text is looked at where it is written and read alone', () => {
  const lines = files
    .filter(({ path }) => /^(?:change|add-script|dump-schema)\//.test(path) && !readsSql.test(path))
    .flatMap(({ code }) => code.split('\n').filter((line) => sqlMatch.test(line)))

  assert.deepEqual(lines, [])
})

test('the SQL of an operation is written in a folder render alone', () => {
  const writing = files.filter(
    ({ path, code }) =>
      /^(?:change|add-script)\//.test(path) &&
      !/\/render\/|\/read-action\.ts$/.test(path) &&
      /[`'"](?:ALTER|CREATE|DROP|UPDATE|INSERT INTO|DELETE FROM) /.test(code),
  )

  assert.deepEqual(
    writing.map(({ path }) => path),
    [],
  )
})

/** They ask a server while a change is planned or tried: that SQL is in no script. */
const asksServer = /^(?:change\/trial|add-script\/(?:difference|measure|proof|source))\//

test('a query of a script, above a statement or in one, is written in a folder render alone', () => {
  const writing = files.filter(
    ({ path, code, imports }) =>
      /^(?:change|add-script)\//.test(path) &&
      !/\/render\//.test(path) &&
      !asksServer.test(path) &&
      !imports.some(({ of }) => of === 'pg') &&
      /[`'"(](?:SELECT|VALUES|WITH RECURSIVE) /.test(code),
  )

  assert.deepEqual(
    writing.map(({ path }) => path),
    [],
  )
})

/** Where statements are run, delivered, or compared with what a database holds. */
const writesSql = /^(?:change\/(?:render|trial)|add-script\/(?:difference|render)|dump-schema)\//

test('what decides, orders and splits a change knows operations, and not how they are written', () => {
  const knowing = problems(({ path, imports }) =>
    writesSql.test(path)
      ? []
      : imports
          .filter(({ of }) => /^change\/render\/(?!comments)/.test(of))
          .map(({ of }) => `imports ${of}`),
  )

  assert.deepEqual(knowing, [])
})

test('pg-delta’s payloads are read by name in the catalog alone', () => {
  const reading = problems(({ path, code }) =>
    path.startsWith('catalog/')
      ? []
      : Array.from(code.matchAll(/payload\??\.?\[|\} = .*payload$/gm), ([read]) => read),
  )

  assert.deepEqual(reading, [])
})

test('what differs between two catalogs is found once for a pair', () => {
  const finding = problems(({ code }) =>
    Array.from(code.matchAll(/\b(?:column|enum)Changes\(/g), ([call]) => call),
  )

  assert.deepEqual(
    finding.filter((one) => !one.startsWith('catalog/difference.ts')),
    [],
  )
})

test('pg-delta is named in one room', () => {
  const wrong = problems(({ path, imports }) =>
    imports
      .map(({ of }) => of)
      .filter((of) => of === '@supabase/pg-delta' && !path.startsWith('catalog/')),
  )

  assert.deepEqual(wrong, [])
})
