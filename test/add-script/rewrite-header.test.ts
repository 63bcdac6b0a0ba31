import assert from 'node:assert/strict'
import { test } from 'node:test'
import { headerLines, type HeaderFacts, proofLines } from '../../src/add-script/proof/header'
import { claimsProof, rewriteHeader } from '../../src/add-script/proof/rewrite-header'
import { renderScript } from '../../src/add-script/render/render'
import type { ScriptPart, Statement } from '../../src/change/model/script-part'

const proven = ['Proven with rows on PostgreSQL 18.', 'Table a was empty.']

test('what the last proof said is replaced, and the rest of the header stays', () => {
  const text = `-- names
--
-- From the entities, compared with the scripts before this one.
-- Not proven: written with --no-verify.
-- An old remark.
-- The downgrade brings the schema back, not every value:
--   Drops column a.b with its values.

-- MIGRATE UP

SELECT 1;
`
  assert.equal(
    rewriteHeader(text, proven, '--'),
    `-- names
--
-- From the entities, compared with the scripts before this one.
-- Proven with rows on PostgreSQL 18.
-- Table a was empty.
-- The downgrade brings the schema back, not every value:
--   Drops column a.b with its values.

-- MIGRATE UP

SELECT 1;
`,
  )
})

test('a script without such lines gets them at the end of its header, or a header', () => {
  assert.equal(
    rewriteHeader('-- mine\n\nSELECT 1;\n', proven, '--'),
    `-- mine\n-- ${proven[0]}\n-- ${proven[1]}\n\nSELECT 1;\n`,
  )
  assert.equal(
    rewriteHeader('-- MIGRATE UP\nSELECT 1;', proven, '--'),
    `-- ${proven[0]}\n-- ${proven[1]}\n\n-- MIGRATE UP\nSELECT 1;`,
  )
  assert.equal(
    rewriteHeader('export async function upgrade() {}\n', ['Proven.'], '//'),
    '// Proven.\n\nexport async function upgrade() {}\n',
  )
})

test('line ends and the mark of order stay, and a second rewriting changes nothing', () => {
  const once = rewriteHeader('\uFEFF-- mine\r\n\r\nSELECT 1;\r\n', proven, '--')

  assert.equal(once, `\uFEFF-- mine\r\n-- ${proven[0]}\r\n-- ${proven[1]}\r\n\r\nSELECT 1;\r\n`)
  assert.equal(rewriteHeader(once, proven, '--'), once)
})

test('directives and markers are no part of a header', () => {
  const text = '-- mine\n-- migrate: no-transaction\nSELECT 1;\n'

  assert.equal(
    rewriteHeader(text, ['Proven.'], '--'),
    '-- mine\n-- Proven.\n-- migrate: no-transaction\nSELECT 1;\n',
  )
  assert.equal(claimsProof(text, '--'), false)
  assert.equal(claimsProof('-- mine\n-- Proven with rows.\n', '--'), true)
  assert.equal(claimsProof('-- mine\n\n-- Proven with rows.\n', '--'), false)
})

test('every line that a header can have stays where a proof is rewritten', () => {
  const statement = { sql: 'SELECT 1', group: 't', effects: [], destructive: true }
  const some = [statement as unknown as Statement]
  const nothing = { purpose: '', transaction: true, up: some, down: [], downTransaction: true }
  const parts: readonly ScriptPart[] = [
    { ...nothing, reversible: 'yes', losses: [] },
    { ...nothing, down: some, reversible: 'lossy', losses: ['Values.'] },
    { ...nothing, down: some, reversible: 'no', losses: ['Rows.'] },
    { ...nothing, reversible: 'no', losses: ['All.'] },
  ]
  const tried = { any: true, empty: [] }
  const last = { failures: [], remarks: ['An old remark.'], tried, major: 14 }
  const next = { failures: [], remarks: ['A remark.', 'Another.'], tried, major: 18 }
  const sources = ['schema', 'entities', 'command', 'none'] as const
  for (const part of parts)
    for (const source of sources)
      for (const diff of [undefined, '+a\n-b']) {
        const text = (proof: HeaderFacts['proof']) => {
          const facts = { title: 'names', source, part, kept: ['index i'], diff, proof }
          return renderScript(part, { lines: headerLines(facts) })
        }
        const lines = proofLines({ proof: next })
        assert.equal(rewriteHeader(text(last), lines, '--'), text(next))
        assert.equal(rewriteHeader(text('skipped'), lines, '--'), text(next))
      }
})

test('a message of several lines stays a comment, and no line of it a marker', () => {
  assert.equal(
    rewriteHeader('SELECT 1;\n', ['Proven.', 'It says: a\nDROP TABLE b;\nMIGRATE DOWN'], '--'),
    '-- Proven.\n-- It says: a\n-- DROP TABLE b;\n-- "MIGRATE DOWN"\n\nSELECT 1;\n',
  )
})
