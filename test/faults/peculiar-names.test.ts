import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { quoteIdentifier } from '../../src/database/sql/quote'
import { migrate } from '../support/cli'
import { type TestDatabase, withDatabase } from '../support/database'
import { withFolder, writeFiles } from '../support/folder'
import { times } from './mode'
import { fc } from '../support/property'

const piece = fc.constantFrom(
  ...[
    'a',
    'Z',
    '1',
    ' ',
    '"',
    "'",
    ';',
    '--',
    '-',
    '$1',
    '$$',
    '\\',
    '😀',
    'é',
    '(',
    ')',
    '[',
    ']',
  ],
  ...['%', '%s', '#', '=', ':', ',', '.', '/*', '@', '?', '&', '{', '`', '!', '~', '^', '<', '|'],
)

/** A word that would mean something to whoever does not quote it, never of blanks alone at an end. */
const word = fc
  .oneof(
    fc.array(piece, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('')),
    fc.constantFrom(
      '-rf',
      '--help',
      'select',
      'public',
      'x'.repeat(300),
      "'; DROP TABLE a; --",
      '😀'.repeat(20),
    ),
  )
  .map((text) => text.trim())
  .filter((text) => text !== '')
/** A name that PostgreSQL holds whole, of at most 63 bytes. */
const identifier = word.map((text) => {
  const characters = Array.from(text)
  while (Buffer.byteLength(characters.join('')) > 63) characters.pop()
  return characters.join('').trim()
})
/** A name of a file, which may hold no slash and 255 bytes. */
const fileName = word
  .map((text) => Array.from(text.replaceAll('/', '_')).slice(0, 40).join(''))
  .filter((text) => text !== '.' && text !== '..')
const section = word.filter(
  (text) => !/[\]\n]/.test(text) && !['DEFAULT', 'migration'].includes(text),
)

interface Names {
  database: string
  schema: string
  table: string
  section: string
  folder: string
  titles: readonly string[]
}

const names = fc.record<Names>({
  database: identifier,
  schema: identifier.filter((text) => !text.startsWith('pg_')),
  table: identifier,
  section,
  folder: fileName,
  titles: fc.array(fileName, { minLength: 3, maxLength: 3 }),
})

/** An ini in which every value is as literal as it can be said. */
function iniOf({ connection }: TestDatabase, given: Names): string {
  const literal = (text: string) => text.replaceAll('%', '%%').replaceAll('${', () => '$${')
  return [
    `[${given.section}]`,
    `typeorm.host = ${connection.host}`,
    `typeorm.port = ${connection.port}`,
    `typeorm.username = ${connection.user}`,
    `typeorm.database = ${literal(given.database)}`,
    '[migration]',
    `app = ${literal(given.section)}`,
    `package = ${literal(given.folder)}`,
    `journal_schema = ${literal(given.schema)}`,
    `journal_table = ${literal(given.table)}`,
  ].join('\n')
}

function scriptsOf({ folder, titles }: Names): Record<string, string> {
  const texts = titles.map((title, index) => {
    const text = `-- MIGRATE UP\nCREATE TABLE t${index} ()\n-- MIGRATE DOWN\nDROP TABLE t${index}`
    return [join(folder, `${index + 1}_${title}.sql`), text]
  })
  return Object.fromEntries(texts) as Record<string, string>
}

/** Up, status, list, down and set up: each says what it would say of plain names. */
async function works(home: TestDatabase, given: Names): Promise<void> {
  await withFolder(scriptsOf(given), async (cwd) => {
    await writeFiles(cwd, { 'development.ini': iniOf(home, given) })
    const run = async (...argv: string[]) => {
      const result = await migrate([...argv, '--json'], { cwd })
      assert.equal(result.status, 0, `${argv.join(' ')}: ${result.stdout}${result.stderr}`)
      return JSON.parse(result.stdout) as Record<string, { revision: string; title: string }[]>
    }
    const titles = given.titles.map((title) => titleOf(title))

    const up = await run('upgrade')
    assert.deepEqual(
      up['steps']?.map(({ title }) => title),
      titles,
    )
    const status = await run('status')
    assert.deepEqual(
      status['applied']?.map(({ title }) => title),
      titles,
    )
    await run('list')
    assert.equal((await run('downgrade', '0'))['steps']?.length, 3)
    assert.deepEqual((await run('status'))['applied'], [])
  })
}

/** `.up` at an end says which part of a script a file is. */
function titleOf(title: string): string {
  return title.replace(/\.(?:up)$/, '')
}

test('no name of a database, schema, journal, section, folder or script means anything but itself', async () => {
  await withDatabase(async (home) => {
    const readable = names.filter(({ titles }) =>
      titles.every((title) => !/\.(?:up|down|d)$/.test(title)),
    )
    await fc.assert(
      fc.asyncProperty(readable, async (given) => {
        const name = quoteIdentifier(given.database)
        await home.query(`CREATE DATABASE ${name} TEMPLATE template0 STRATEGY file_copy`)
        try {
          await works(home, given)
        } finally {
          await home.query(`DROP DATABASE ${name} WITH (FORCE)`)
        }
      }),
      { numRuns: times(10, 100) },
    )
  })
})
