import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ignoresObject, keptIn, keptLine } from '../../src/add-script/proof/kept-objects'

test('what a header names as kept is read from it again, and from nowhere else', () => {
  const names = ['function f(a integer, b text)', 'index users.trgm']
  const header = `-- first\n--\n-- ${keptLine(names)}\n-- Proven.\n\n-- MIGRATE UP\n`

  assert.deepEqual(keptIn(header), names)
  assert.deepEqual(keptIn(header.replace('the target schema', 'the wanted schema')), names)
  assert.deepEqual(keptIn(header.replaceAll('\n', '\r\n').replaceAll('-- ', '// ')), names)
  assert.deepEqual(keptIn(`SELECT 1;\n-- ${keptLine(names)}\n`), [])
})

for (const [pattern, object, is] of [
  ['index:*_trgm', 'index users_trgm', true],
  ['index:*_trgm', 'index users_trgm2', false],
  ['*:legacy.*', 'materialized view legacy.report', true],
  ['materialized-view:*', 'materialized view a', true],
  ['view:*', 'materialized view a', false],
  ['function:f*', 'function f(a integer, b text)', true],
  ['*.bak', 'index a.bak', false],
  ['operator:tools.*', 'OPERATOR tools.=== (text, text)', true],
  ['operator-class:tools.*', 'OPERATOR CLASS tools.fast USING btree', true],
  ['text-search-configuration:*', 'TEXT SEARCH CONFIGURATION public.de', true],
  ['cast:*', 'CAST (tools.pair AS text)', true],
  ['operator:*', 'OPERATOR CLASS tools.fast USING btree', false],
] as const)
  test(`ignore = ${pattern} ${is ? 'names' : 'does not name'} ${object}`, () => {
    assert.equal(ignoresObject([pattern])(object), is)
  })
