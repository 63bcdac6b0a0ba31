import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readDocComments } from '../../src/script/named/doc-comments'
import { readMarkerSections } from '../../src/script/named/marker-sections'

const read = (text: string, sql = false) => readMarkerSections(text, '/s/x', 'x', { sql })

const comments = {
  'two dashes': ['-- MIGRATE UP', '-- MIGRATE DOWN'],
  'a hash': ['# MIGRATE UP', '## MIGRATE DOWN ##'],
  'two slashes': ['// MIGRATE UP', '  //MIGRATE DOWN'],
  'a semicolon': ['; MIGRATE UP', ';; MIGRATE DOWN'],
  "vim's quote": ['" MIGRATE UP', '" MIGRATE DOWN'],
  'a percent sign': ['% MIGRATE UP', '%% MIGRATE DOWN'],
  "BASIC's apostrophe": ["' MIGRATE UP", "' MIGRATE DOWN"],
  REM: ['REM MIGRATE UP', 'rem MIGRATE DOWN'],
  HTML: ['<!-- MIGRATE UP -->', '<!-- MIGRATE DOWN -->'],
  C: ['/* MIGRATE UP */', '/* MIGRATE DOWN */'],
}

for (const [name, [up, down]] of Object.entries(comments)) {
  test(`the marker lines may be comments of any form: ${name}`, () => {
    const { upgrade, downgrade } = read(`head\n${up}\none\ntwo\n${down}\nthree\n`)

    assert.equal(upgrade.text, 'one\ntwo\n')
    assert.equal(downgrade?.text, 'three\n')
    assert.equal(downgrade?.line, 6)
  })
}

test('the sections may stand in either order, and may be empty', () => {
  const { upgrade, downgrade } = read('# MIGRATE DOWN\ndown\n# MIGRATE UP\n')

  assert.equal(downgrade?.text, 'down\n')
  assert.equal(upgrade.text, '')
})

const refused = {
  'a marker twice': ['# MIGRATE UP\n# MIGRATE UP\n# MIGRATE DOWN\n', /a second MIGRATE UP/],
  'no UP': ['# MIGRATE DOWN\n', /no MIGRATE UP marker/],
  'no DOWN': ['# MIGRATE UP\n', /no MIGRATE DOWN marker/],
  'small letters': ['# migrate up\n# MIGRATE DOWN\n', /nearly a MIGRATE UP marker/],
} as const

for (const [name, [text, message]] of Object.entries(refused)) {
  test(`a text with ${name} is refused`, () => {
    assert.throws(() => read(text), message)
  })
}

test('a longer word is no marker', () => {
  assert.equal(read('# MIGRATE UPWARDS\n# MIGRATE UP\na\n# MIGRATE DOWN\n').upgrade.text, 'a\n')
})

test('SQL without markers is an upgrade, and before markers stand only comments and directives', () => {
  assert.equal(read('SELECT 1', true).upgrade.text, 'SELECT 1')
  const text = '-- migrate: no-transaction\n/* a\nb */\n-- MIGRATE UP\nVACUUM\n'
  assert.equal(read(text, true).upgrade.options.transaction, false)
  assert.throws(
    () => read('SELECT 1;\n-- MIGRATE UP\n', true),
    /a statement before the first marker/,
  )
  assert.throws(() => read('-- migrate: lock_timeout = 2s\nSELECT 1', true), /PostgreSQL's/)
})

test('the comments of a module and of its functions are its description', () => {
  const text = `/**
 * Moves it.
 */
export const version = 1

/** Up there. */
export const up = async () => {}

/**
 * Down again.
 * @returns nothing
 */
export async function down() {}
`
  assert.deepEqual(readDocComments(text, 'up'), { module: ['Moves it.'], own: ['Up there.'] })
  assert.deepEqual(readDocComments(text, 'down').own, ['Down again.'])
  const bare = '/** Only of up. */\nexport function up() {}\n'
  assert.deepEqual(readDocComments(bare, 'up'), { module: [], own: ['Only of up.'] })
  assert.deepEqual(readDocComments('// a\n// b\nexport const version = 1\n', 'up').module, [
    'a',
    'b',
  ])
})
