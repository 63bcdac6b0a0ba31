import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { test } from 'node:test'
import { byPath, files, problems, reachable, sources } from './support/source-files'

/**
 * The parts of each folder, from the bottom to the top: a part knows itself and the parts before it, in
 * types too. `.` is the folder's own files.
 */
const order: Readonly<Record<string, readonly string[]>> = {
  '': [
    ...['errors.ts', 'version.ts', 'start', 'absence.ts', 'regular-file.ts', 'interruption.ts'],
    ...[
      'system-error.ts',
      'user-shell.ts',
      'whole-file.ts',
      'settings',
      'script',
      'database',
      'journal',
      'plan',
      'run',
      'set-up',
    ],
    ...['backends', 'migrator', 'library', 'setup.ts', 'integration', 'adopt', 'scratch'],
    ...['testing', 'catalog', 'inventory', 'sample-rows', 'git', 'change', 'add-script', 'init'],
    ...['drift', 'align', 'doctor', 'dump-schema', 'upkeep', 'bundle', 'cli', 'index.ts'],
    ...['bundled'],
    ...['backend-kit.ts', 'backend-contract.ts'],
  ],
  settings: ['value', 'address', 'ini', 'typeorm', 'elsewhere', '.'],
  script: [
    ...['.', 'lexer', 'sections', 'parser', 'layout', 'other-layouts', 'module-text', 'places'],
    ...['folder', 'source', 'named', 'typescript'],
  ],
  database: ['sql', 'embedded', 'postgres', 'application', '.'],
  'database/embedded': ['place', 'server', '.'],
  journal: ['model', '.'],
  plan: ['numbering', '.', 'scheme'],
  backends: ['contract', '.', 'sql', 'version'],
  run: ['context', 'failure', 'lock', 'prepare', 'session', 'batch', 'outside', 'typescript', '.'],
  catalog: ['properties', '.'],
  'catalog/properties': ['setting', 'objects', '.'],
  'sample-rows': ['tables', 'values', '.'],
  change: ['model', 'partitions', 'operations', 'complete', 'moves', 'render', 'trial'],
  'change/render': ['online', '.'],
  'add-script': [
    ...[
      'decide',
      'online',
      'rewrite',
      'difference',
      'render',
      'deliver',
      'measure',
      'proof',
      'source',
      '.',
    ],
  ],
  upkeep: ['.', 'squash'],
  cli: ['text', 'arguments', 'render', 'terminal', 'context', 'command', '.'],
}

/** Neither imports the other, though one of them comes first. */
const strangers = [['add-script', 'dump-schema']] as const

const folders = [...new Set(files.map(({ path }) => folderOf(path)))].toSorted()

function folderOf(path: string): string {
  const folder = dirname(path)
  return folder === '.' ? '' : folder
}

/** The folders that a path is in, from src down. */
function foldersAbove(path: string): string[] {
  const folder = folderOf(path)
  return folder === '' ? [''] : [...foldersAbove(folder), folder]
}

/** The part of a folder to which a path below it belongs. */
function partOf(folder: string, path: string): string {
  const [first = '', ...rest] = path.slice(folder === '' ? 0 : folder.length + 1).split('/')
  return rest.length > 0 || folder === '' ? first : '.'
}

test('a room and a part of a room know only those before them, types included', () => {
  const backward = problems(({ path, imports }) =>
    imports
      .filter(({ of }) => byPath.has(of) && isBackward(path, of))
      .map(({ of }) => `imports ${of}`),
  )

  assert.deepEqual(backward, [])
})

/** Judged in the innermost folder that both are in. */
function isBackward(path: string, of: string): boolean {
  const shared = foldersAbove(path).findLast((folder) => foldersAbove(of).includes(folder)) ?? ''
  const [from, to] = [partOf(shared, path), partOf(shared, of)]
  if (from === to) return false
  const parts = order[shared] ?? []
  assert.ok(parts.includes(from), `${shared || 'src'} has no place for ${from}`)
  assert.ok(parts.includes(to), `${shared || 'src'} has no place for ${to}`)
  return parts.indexOf(to) > parts.indexOf(from)
}

test('every part of the order is there', () => {
  const parts = Object.entries(order).flatMap(([folder, names]) =>
    names.map((name) => join(folder, name)),
  )

  assert.deepEqual(
    parts.filter((part) => !existsSync(join(sources, part))),
    [],
  )
})

for (const [one, other] of strangers) {
  test(`${one} and ${other} do not import each other`, () => {
    const known = problems(({ path, imports }) =>
      imports
        .filter(({ of }) => [path, of].every((each) => inRoom(each, one) || inRoom(each, other)))
        .filter(({ of }) => inRoom(path, one) !== inRoom(of, one))
        .map(({ of }) => `imports ${of}`),
    )

    assert.deepEqual(known, [])
  })
}

function inRoom(path: string, room: string): boolean {
  return path.startsWith(`${room}/`)
}

test('no file imports itself by way of others, types included', () => {
  const circular = problems(({ path }) =>
    reachable(path, () => true).has(path) ? ['circular'] : [],
  )

  assert.deepEqual(circular, [])
})

test('no folder has more than 12 files, and no file more than 300 lines', () => {
  const full = folders.flatMap((folder) => {
    const count = files.filter(({ path }) => folderOf(path) === folder).length
    return count > 12 ? [`${folder}: ${count} files`] : []
  })
  const long = problems(({ text }) => {
    const lines = text.trimEnd().split('\n').length
    return lines > 300 ? [`${lines} lines`] : []
  })

  assert.deepEqual([...full, ...long], [])
})

test('a file name is there once, but for the files of cli/command', () => {
  const names = files.map(({ path }) => path).filter((path) => !inRoom(path, 'cli/command'))

  assert.deepEqual(twice(names.map((path) => [basename(path), path])), [])
})

test('an exported type name is there once', () => {
  const declared =
    /^export (?:declare )?(?:abstract )?(?:interface|type|class|(?:const )?enum) (\w+)/gm
  const names = files.flatMap(({ path, code }) =>
    Array.from(code.matchAll(declared), ([, name = '']) => [name, path] as const),
  )

  assert.deepEqual(twice(names), [])
})

function twice(names: readonly (readonly [name: string, path: string])[]): string[] {
  const places = new Map<string, string[]>()
  for (const [name, path] of names) places.set(name, [...(places.get(name) ?? []), path])
  return [...places].flatMap(([name, paths]) =>
    paths.length > 1 ? [`${name}: ${paths.join(', ')}`] : [],
  )
}

test('file names are kebab-case, and no file is called after nothing', () => {
  const kebab = /^(?:[a-z0-9]+(?:-[a-z0-9]+)*[/.])+ts$/
  const named = files.filter(({ path }) => !kebab.test(path) || /\b(utils?|helpers?)\b/.test(path))

  assert.deepEqual(
    named.map(({ path }) => path),
    [],
  )
})

test('the README.md of each folder names each of its files in one line, and no other', () => {
  const wrong = folders.flatMap((folder) => {
    const page = join(sources, folder, 'README.md')
    if (!existsSync(page)) return [`${folder}: no README.md`]
    const lines = readFileSync(page, 'utf8').matchAll(/^- `([\w.-]+\.ts)`: \S/gm)
    const named = Array.from(lines, ([, name = '']) => name)
    const present = files.map(({ path }) => path).filter((path) => folderOf(path) === folder)
    return [
      ...present.map((path) => basename(path)).filter((name) => !named.includes(name)),
      ...named.filter((name, at) => !byPath.has(join(folder, name)) || named.indexOf(name) !== at),
    ].map((name) => `${folder}: ${name}`)
  })

  assert.deepEqual(wrong, [])
})

test('the public declarations reach typeorm, pg and node only', () => {
  const reached = new Set<string>()
  const seen = new Set<string>()
  const open = [join(__dirname, '../src/index.d.ts')]
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (seen.has(file)) continue
    seen.add(file)
    const text = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
    for (const [, from = ''] of text.matchAll(/(?:from |import\()['"]([^'"]+)['"]/g)) {
      if (from.startsWith('.')) open.push(`${join(dirname(file), from).replace(/\.js$/, '')}.d.ts`)
      else reached.add(from.startsWith('node:') ? 'node' : from)
    }
  }

  assert.deepEqual(
    [...reached].filter((name) => !/^(?:typeorm|pg|node)$/.test(name)),
    [],
  )
})
