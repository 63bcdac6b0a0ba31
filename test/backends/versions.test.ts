import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { migrate } from '../support/cli'
import { withFolder } from '../support/folder'

const index = JSON.stringify(join(__dirname, '../../src/index'))

/** A search index kept as JSON files: no SQL at all. Its version is in a file of its own. */
const files = {
  'search/config.ts': `
import { existsSync, readFileSync, writeFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

const file = join(__dirname, 'current_version.txt')

class Index {
  constructor(private readonly folder: string, readonly options: { pretty: boolean }) {}
  write(name: string, document: object) {
    mkdirSync(this.folder, { recursive: true })
    writeFileSync(join(this.folder, name + '.json'), JSON.stringify(document))
  }
  read(name: string) {
    return JSON.parse(readFileSync(join(this.folder, name + '.json'), 'utf8'))
  }
}

export const MIGRATIONS_DIR = 'migrations'
export const DRIVER = Index
export const DRIVER_ARGS = [join(__dirname, 'index')]
export const DRIVER_KWARGS = { pretty: true }

export function getCurrentVersion() {
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
}
export async function setCurrentVersion(version: number, migration: { fileName: string; output: string }) {
  writeFileSync(file, String(version))
  writeFileSync(join(__dirname, 'last.json'), JSON.stringify(migration))
}
`,
  'search/migrations/create_index.ts': `
/** The index of books. */
export const version = 9

/** Creates it, with a mapping. */
export function up(this: any) {
  console.log('creating', 'books')
  this.driver.write('books', { mapping: ['title'], pretty: this.driver.options.pretty })
}

/** Empties it. */
export function down() {
  console.log('gone')
}
`,
  'search/migrations/add_author.ts': `
import { changelog } from ${index}
export const version = 57
export const up = changelog('authors.csv', async ({ driver, output }: any) => {
  const books = driver.read('books')
  driver.write('books', { ...books, mapping: [...books.mapping, 'author'] })
  await output.record('author', 'added "now"')
})
export async function down(run: any) {
  run.driver.write('books', { mapping: ['title'] })
}
`,
  'search/migrations/_shared.ts': 'export const nothing = 1\n',
}

test('a version kept anywhere: modules with a version are run up, down and to a version', async () => {
  await withFolder(files, async (cwd) => {
    const run = async (...argv: string[]) => {
      const result = await migrate(argv, { cwd })
      assert.equal(result.status, 0, result.stderr)
      return result
    }
    const read = (name: string) => readFile(join(cwd, 'search', name), 'utf8')
    const current = async () => (await run('-c', 'search/config.ts', '--current')).stdout.trim()

    const dry = await run('-c', 'search/config.ts', '--up', '--no-exec')
    assert.match(
      dry.stdout,
      /up +9 +create index\n +The index of books.\n +- Creates it, with a mapping./,
    )
    assert.equal(await current(), '0')

    const up = await run('-c', 'search/config.ts', '--to=57')
    assert.match(
      up.stderr,
      /The index of books\.\n +- Creates it, with a mapping\.\n +creating books/,
    )
    assert.equal(await current(), '57')
    assert.deepEqual(JSON.parse(await read('index/books.json')), {
      mapping: ['title', 'author'],
      pretty: true,
    })
    assert.equal(await read('migrations/authors.csv'), '"author","added ""now"""\n')
    assert.equal(
      (JSON.parse(await read('last.json')) as { fileName: string }).fileName,
      'add_author.ts',
    )

    // the version stays where it is; below it everything is reverted
    await run('-c', 'search', '--to', '9')
    assert.equal(await current(), '9')
    assert.match(
      (await run('-c', 'search', '--to', '9')).stdout,
      /nothing to do: 1 applied, 1 pending/,
    )
    const down = await run('-c', 'search', '--down')
    assert.match(down.stderr, /Empties it\.\n +gone/)
    assert.equal(await current(), '0')
    // after a full down, up works again
    await run('-c', 'search', '-u')
    assert.equal(await current(), '57')

    const list = await run('list', '-c', 'search')
    assert.equal(list.stdout.match(/create index/g)?.length, 3)
    const journal = await read('migration_journal.jsonl')
    assert.equal(
      (JSON.parse(journal.split('\n')[0]!) as { output: string }).output,
      'creating books',
    )
  })
})

test('a module that fails keeps the version of the one before it, exits with 1 and is shown by errors', async () => {
  const failing = {
    ...files,
    'search/migrations/add_author.ts':
      "export const version = 57\nexport function up() { console.log('half'); throw new TypeError('no author') }\nexport function down() {}\n",
  }
  await withFolder(failing, async (cwd) => {
    const { status, stderr } = await migrate(['-c', 'search/config.ts', '--up'], { cwd })
    assert.equal(status, 1)
    assert.match(stderr, /half[^]*no author[^]*add_author\.ts/)
    assert.equal(stderr.match(/half/g)?.length, 1)
    assert.equal((await migrate(['-c', 'search', '--current'], { cwd })).stdout, '9\n')
    const errors = await migrate(['errors', '-c', 'search'], { cwd })
    assert.match(errors.stdout, /57[^]*no author/)
  })
})

test('what cannot be read of a module, and two of one version, are refused by name', async () => {
  const wrong = {
    ...files,
    'search/migrations/other.ts':
      'export const version = 57\nexport function up() {}\nexport function down() {}\n',
    'search/migrations/none.ts': 'export function up() {}\n',
  }
  await withFolder(wrong, async (cwd) => {
    const { status, stderr } = await migrate(['-c', 'search/config.ts', '--up'], { cwd })
    assert.equal(status, 2)
    assert.match(stderr, /none\.ts is not a migration: it exports no version/)
    assert.match(stderr, /two modules have the version 57/)
    const alone = await migrate(['-c', 'search/config.ts', '-v'], { cwd })
    assert.match(alone.stderr, /nothing says what to do/)
    assert.match(
      (await migrate(['-c', 'search/nothing.ts', '--up'], { cwd })).stderr,
      /--count takes a number/,
    )
  })
})

test('of two that start at once, each module is run by one', async () => {
  await withFolder(files, async (cwd) => {
    const both = await Promise.all(
      [1, 2].map(() => migrate(['-c', 'search/config.ts', '--up'], { cwd })),
    )
    assert.deepEqual(
      both.map(({ status }) => status),
      [0, 0],
      both.map(({ stderr }) => stderr).join(),
    )
    const journal = await readFile(join(cwd, 'search/migration_journal.jsonl'), 'utf8')
    assert.equal(journal.trim().split('\n').length, 2)
  })
})
