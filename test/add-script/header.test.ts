import assert from 'node:assert/strict'
import { test } from 'node:test'
import { headerLines, proofLines } from '../../src/add-script/proof/header'
import type { Statement } from '../../src/change/model/script-part'

const proof = (tried: object, remarks: readonly string[] = []) =>
  ({ failures: [], remarks, tried: { any: true, empty: [], ...tried }, major: 18 }) as const

const change = (...groups: readonly string[]) => {
  const up = groups.map((group) => ({ group }) as Statement)
  const part = { purpose: '', transaction: true, up, down: [], downTransaction: true } as const
  const script = { ...part, reversible: 'yes', losses: [] } as const
  return { scripts: [script], kept: [], unproven: ['Owners are not compared.'], stale: [] }
}

test('a header says that rows were there only where there were some', () => {
  assert.deepEqual(proofLines({ proof: proof({}) }), ['Proven with rows on PostgreSQL 18.'])
  assert.deepEqual(proofLines({ proof: proof({ any: false, empty: [{ table: 'a' }] }) }), [
    'Proven on PostgreSQL 18.',
    'No table had rows when it was tried.',
  ])
  const first = proofLines({ proof: proof({ any: false }) })
  assert.deepEqual(first, ['Proven on PostgreSQL 18.'])
})

test('tables that stayed empty are one line for each reason, and only those that the script touches', () => {
  const empty = [
    { table: 'a', reason: 'a check' },
    { table: '"b"', reason: 'a check' },
    { table: 'c' },
    { table: 'other', reason: 'a trigger' },
  ]
  assert.deepEqual(proofLines({ proof: proof({ empty }), change: change('a', 'b', 'c', 'a') }), [
    'Proven with rows on PostgreSQL 18.',
    'Empty when it was tried: a, "b", since no row was accepted (a check).',
    'Empty when it was tried: c, since any row stops it.',
    'Owners are not compared.',
  ])
})

test('each fact stands in a header once', () => {
  const lines = proofLines({ proof: proof({}, ['It is so.', 'It is so.']), change: change('a') })

  assert.deepEqual(lines.slice(1), ['Owners are not compared.', 'It is so.'])
})

test('a header says that data is lost only where some is, not where it is moved first', () => {
  const drop = (kind: 'drops' | 'drops moved') => {
    const column = { kind: 'column', schema: 'public', table: 't', name: 'a' } as const
    const effects = [kind === 'drops' ? { kind, object: column, with: 'values' } : { kind, column, into: column }] // oxfmt-ignore
    return { group: 't', destructive: true, effects } as unknown as Statement
  }
  const lines = (...up: readonly Statement[]) => {
    const part = { ...change().scripts[0]!, up }
    return headerLines({ title: 'x', source: 'schema', part }).filter((line) =>
      line.includes('loses'),
    )
  }

  assert.deepEqual(lines(drop('drops moved')), [])
  assert.equal(lines(drop('drops moved'), drop('drops')).length, 1)
})
