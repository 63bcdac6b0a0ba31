import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newRevision, readName, titleFileName } from '../../src/script/layout/script-name'
import { isAfter } from '../../src/script/revision'
import { fc } from '../support/property'

function said(fileName: string): string {
  const reading = readName(fileName)
  if (reading.is !== 'script') return reading.is
  const { revision, title, extension, role } = reading
  return [revision, title, extension, role].join(' ')
}

const names: readonly [fileName: string, reading: string][] = [
  ['20260101120000_create_users.sql', '20260101120000 create_users sql script'],
  ['1700000000000-AddUsers.ts', '1700000000000 AddUsers ts script'],
  ['1.sql', '1  sql script'],
  ['1_.sql', '1  sql script'],
  ['1__x-y_z.js', '1 _x-y_z js script'],
  ['1_v1.2 notes.mts', '1 v1.2 notes mts script'],
  ['007_bond.cts', '7 bond cts script'],
  ['99999999999999999999999999_far.cjs', '99999999999999999999999999 far cjs script'],
  ['1_größe.mjs', '1 größe mjs script'],
  ['2014-01-01T00-00-00_name.sql', '20140101000000 name sql script'],
  ['2014-01-01T00-00-00-name.ts', '20140101000000 name ts script'],
  ['2014-01-01T00-00-00.sql', '20140101000000  sql script'],
  ['1_upgrade.sql', '1  sql upgrade'],
  ['1-downgrade.sql', '1  sql downgrade'],
  ['1_create.down.sql', '1 create sql downgrade'],
  ['1_create.up.sql', '1 create sql upgrade'],
  ['1.down.sql', '1  sql downgrade'],
  ['2014-01-01T00-00-00_downgrade.sql', '20140101000000  sql downgrade'],
  ['1_upgrade.ts', '1 upgrade ts script'],
  ['1_x.down.ts', '1 x.down ts script'],
  ['1_foo_downgrade.sql', '1 foo_downgrade sql script'],
  ['0_zero.sql', '0 zero sql script'],
  ['000.sql', '0  sql script'],
  ['R__views.sql', 'repeatable'],
  ['1_x.SQL', 'invalid'],
  ['1_x.Ts', 'invalid'],
  ['12abc.sql', 'invalid'],
  ['1 x.sql', 'invalid'],
  [' 1_x.sql', 'invalid'],
  ['1.x.sql', 'invalid'],
  ['2014-01-01_name.sql', 'invalid'],
  ['1_x.d.ts', 'ignored'],
  ['1_x.d.mts', 'ignored'],
  ['1_x.d.cts', 'ignored'],
  ['1_x.js.map', 'ignored'],
  ['1_x.sql~', 'ignored'],
  ['1_x.sql.bak', 'ignored'],
  ['1_x.sql.orig', 'ignored'],
  ['.1_x.sql.swp', 'ignored'],
  ['#1_x.sql#', 'ignored'],
  ['1_x.txt', 'ignored'],
  ['2024-report.pdf', 'ignored'],
  ['README.md', 'ignored'],
  ['index.ts', 'ignored'],
  ['.gitkeep', 'ignored'],
  ['1', 'ignored'],
  ['', 'ignored'],
]

for (const [fileName, reading] of names)
  test(`name: "${fileName}" reads as ${reading}`, () => assert.equal(said(fileName), reading))

test('name: the name that an unreadable one should have is itself readable', () => {
  const table = {
    '1_x.SQL': '1_x.sql',
    '12abc.sql': '12_abc.sql',
    '1 my title.sql': '1_my_title.sql',
    '2014-01-01_name.TS': '20140101_name.ts',
    '1.sql.ts': '1_sql.ts',
  }

  for (const [wrong, right] of Object.entries(table)) {
    const reading = readName(wrong)
    assert.equal(reading.is === 'invalid' && /Rename it to (.*?),/.exec(reading.hint)?.[1], right)
    assert.equal(readName(right).is, 'script')
  }
})

test('name: a new revision is the time in UTC', () => {
  assert.equal(newRevision(new Date('2026-03-04T05:06:07.999+01:00')), '20260304040607')
})

test('name: a new revision is greater than the newest, however long that is', () => {
  const now = new Date('2026-03-04T05:06:07Z')

  assert.equal(newRevision(now, '20260304050606'), '20260304050607')
  assert.equal(newRevision(now, '20260304050607'), '20260304050608')
  assert.equal(newRevision(now, '99999999999999'), '100000000000000')
  assert.equal(newRevision(now, '12'), '20260304050607')
  fc.assert(
    fc.property(fc.bigInt({ min: 1n }), (newest) => {
      assert.ok(isAfter(newRevision(now, String(newest)), String(newest)))
    }),
  )
})

test('name: a title becomes words with underscores', () => {
  const table = {
    'Add users': 'add_users',
    '  Größe / Länge! ': 'größe_länge',
    'a--b__c': 'a_b_c',
    'x.down': 'x_down',
    '': '',
    '!?': '',
    upgrade: 'upgrade_script',
    Downgrade: 'downgrade_script',
    ['word '.repeat(20)]: 'word_'.repeat(16).slice(0, -1),
  }

  for (const [title, expected] of Object.entries(table))
    assert.equal(titleFileName(title), expected)
})

test('name: a file named by a new title is read back as a script with that title', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (words) => {
      const title = titleFileName(words)
      assert.equal(said(`5_${title}.sql`), `5 ${title} sql script`)
    }),
  )
})

test('name: every name has a reading', () => {
  const parts = fc.constantFrom(
    '1',
    '0',
    '_',
    '-',
    '.',
    'up',
    'down',
    'sql',
    'ts',
    'd',
    'T',
    ' ',
    'é',
  )
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 9 }), (name) => {
      const reading = readName(name.join(''))
      if (reading.is === 'script') assert.match(reading.revision, /^[1-9]\d*$/)
    }),
  )
})
