import assert from 'node:assert/strict'
import { test } from 'node:test'
import { excerpt, offsetOfCodePoint, positionAt } from '../../src/script/position'
import { fc } from '../support/property'

function caret(text: string, at: string, firstLine?: number): string {
  return excerpt(text, text.indexOf(at), firstLine).excerpt
}

test('position: lines count from the first line, columns in code points', () => {
  const text = 'ä😀b\r\ncd\n'

  assert.deepEqual(positionAt(text, 0), { line: 1, column: 1 })
  assert.deepEqual(positionAt(text, text.indexOf('b')), { line: 1, column: 3 })
  assert.deepEqual(positionAt(text, text.indexOf('d'), 10), { line: 11, column: 2 })
  assert.deepEqual(positionAt(text, text.length), { line: 3, column: 1 })
  assert.deepEqual(positionAt(text, 999), { line: 3, column: 1 })
  assert.deepEqual(positionAt('', 0), { line: 1, column: 1 })
})

test("position: PostgreSQL's position is an offset in code points", () => {
  assert.equal(offsetOfCodePoint('ä😀b', 1), 0)
  assert.equal(offsetOfCodePoint('ä😀b', 3), 3)
  assert.equal(offsetOfCodePoint('ä😀b', 99), 4)
})

test('position: an offset between characters comes back from its line and column', () => {
  const text = fc
    .array(fc.constantFrom('a', 'ä', '😀', '\n', '\r\n', '日'))
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(text, fc.nat(), (source, seed) => {
      const points = Array.from(source)
      const before = points.slice(0, seed % (points.length + 1)).join('')
      if (before.endsWith('\r')) return
      assert.equal(offsetOfCodePoint(source, Array.from(before).length + 1), before.length)
    }),
  )
})

test('position: the caret stands under the character as a terminal shows it', () => {
  assert.equal(caret('one\n  twö x three\n', 'x'), '  twö x three\n      ^')
  assert.equal(caret('\t\tab x', 'x'), '\t\tab x\n\t\t   ^')
  assert.equal(caret('日本 x', 'x'), '日本 x\n     ^')
  assert.equal(caret('😀👨‍👩‍👧 x', 'x'), '😀👨‍👩‍👧 x\n     ^')
  assert.equal(caret('e\u0301 x', 'x'), 'e\u0301 x\n  ^')
  assert.equal(caret('x\r\ny', 'x'), 'x\n^')
  assert.equal(caret('a\r\nbc x\r\n', 'x'), 'bc x\n   ^')
})

test('position: the end of a text and an empty line have a caret too', () => {
  assert.equal(excerpt('ab', 2).excerpt, 'ab\n  ^')
  assert.equal(excerpt('', 0).excerpt, '\n^')
  assert.equal(excerpt('\nab', 0).excerpt, '\n^')
  assert.equal(excerpt('a\n\nb', 2).excerpt, '\n^')
})

test('position: an excerpt says where it is', () => {
  const { line, column } = excerpt('a\nb😀c', 5, 7)

  assert.deepEqual([line, column], [8, 3])
})

test('position: a long line is cut round the place', () => {
  const text = `${'a'.repeat(5000)}X${'b'.repeat(5000)}`
  const [line = '', below = ''] = caret(text, 'X').split('\n')

  assert.equal(line, `…${'a'.repeat(60)}X${'b'.repeat(39)}…`)
  assert.equal(line[below.length - 1], 'X')
})

test('position: control characters of a script do not reach the terminal', () => {
  assert.equal(caret('\u001b[31m x', 'x'), '\ufffd[31m x\n      ^')
})

test('position: any offset of any text has a caret under or behind its line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(50), (text, offset) => {
      const found = excerpt(text, offset)
      assert.match(found.excerpt, /^[^\n]*\n[\t ]*\^$/)
      assert.ok(found.line >= 1 && found.column >= 1)
    }),
  )
})
