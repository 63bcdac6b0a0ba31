import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadModule, parseSync, scanSync } from 'libpg-query'
import { connect } from '../../src/database/postgres/connect'
import { lex } from '../../src/script/lexer/lexer'
import { withDatabase } from '../support/database'
import { script, soup } from '../support/random-sql'
import { times } from './mode'
import { fc } from '../support/property'

/** Where each statement starts and ends, in UTF-16: from its first token to its `;` or its last token. */
type Ranges = readonly (readonly [start: number, end: number])[]

function ownRanges(text: string): Ranges {
  return lex(text).statements.map(({ firstTokenStart, end }) => [firstTokenStart, end])
}

/** PostgreSQL's scanner counts bytes. */
function utf16(text: string): (bytes: number) => number {
  const buffer = Buffer.from(text)
  return (bytes) => buffer.toString('utf8', 0, bytes).length
}

/** The simple model: tokens of PostgreSQL's own scanner, cut at each `;` outside parentheses. */
function scannedRanges(text: string): Ranges {
  const at = utf16(text)
  const ranges: [number, number][] = []
  let depth = 0
  let open: [number, number] | undefined
  for (const { start, end, text: token, tokenName } of scanSync(text).tokens) {
    if (tokenName === 'SQL_COMMENT' || tokenName === 'C_COMMENT') continue
    if (token === ';' && depth === 0) {
      if (open) ranges.push([open[0], at(start)])
      open = undefined
      continue
    }
    if (token === '(') depth++
    if (token === ')') depth = Math.max(0, depth - 1)
    open = [open?.[0] ?? at(start), at(end)]
  }
  return open ? [...ranges, open] : ranges
}

/**
 * A string goes on behind a comment, as PostgreSQL has it (scan.l, `quotecontinue`); libpg-query keeps
 * comments as tokens and sees two strings there. The server itself is asked below.
 */
const continuedBehindComment = /'\s*--[^\r\n]*[\r\n](?:\s|--[^\r\n]*[\r\n])*'/

test('the splitter cuts every text that PostgreSQL parses where PostgreSQL does', async () => {
  await loadModule()
  fc.assert(
    fc.property(script, ({ text, count }) => {
      if (continuedBehindComment.test(text)) return
      const statements = text === '' ? [] : (parseSync(text).stmts ?? [])
      assert.equal(statements.length, count)
      assert.deepEqual(lex(text).unclosed, undefined)
      assert.equal(ownRanges(text).length, count)
      const at = utf16(text)
      for (const [index, { stmt_location: start = 0, stmt_len: length }] of statements.entries()) {
        const own = lex(text).statements[index]!
        if (length) assert.equal(own.end, at(start + length))
        assert.ok(at(start) <= own.firstTokenStart && own.firstTokenStart < own.end)
      }
    }),
    { numRuns: times(300, 20_000) },
  )
})

test('the splitter agrees with the scanner on texts that no parser would take', async () => {
  await loadModule()
  let compared = 0
  fc.assert(
    fc.property(soup, (text) => {
      const lexed = lex(text)
      if (/atomic/i.test(text) || lexed.psqlCommands.length > 0) return
      if (continuedBehindComment.test(text)) return
      let expected: Ranges
      try {
        expected = scannedRanges(text)
      } catch (error) {
        if (/unterminated/.test(String(error))) assert.equal(lexed.closed, false, String(error))
        return
      }
      compared++
      assert.deepEqual(ownRanges(text), expected)
      const open = lexed.unclosed?.what ?? 'parenthesis'
      assert.equal(open, 'parenthesis')
    }),
    { numRuns: times(600, 40_000) },
  )
  assert.ok(compared > times(100, 5000), `${compared} texts compared`)
})

for (const major of [18, 14]) {
  test(`PostgreSQL ${major} answers a text with one command tag for each statement that we count`, async () => {
    await withDatabase(
      async ({ connection, query }) => {
        await query('CREATE TABLE t (a int)')
        const session = await connect(connection, { label: 'test', wait: 0, patience: 0 })
        let answered = 0
        try {
          await fc.assert(
            fc.asyncProperty(script, async ({ text }) => {
              await session.send('BEGIN')
              const { tags, error } = await session.send(text)
              await session.send('ROLLBACK')
              if (error && major < 18) return
              assert.equal(error?.message, undefined)
              answered++
              assert.equal(tags.filter((tag) => tag !== '').length, ownRanges(text).length)
            }),
            { numRuns: times(150, 4000) },
          )
        } finally {
          await session.close()
        }
        assert.ok(answered > times(50, 1000), `${answered} texts answered`)
      },
      { major },
    )
  })
}
