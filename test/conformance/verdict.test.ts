import assert from 'node:assert/strict'
import { test } from 'node:test'
import { catalogText, differencesBetween } from './catalog-text'
import { sampleOf, withoutRoles } from './pair'
import { offeredOptions } from './questions'
import {
  accepted,
  courseOf,
  judge,
  type Known,
  knownText,
  readKnown,
  type TypeVerdict,
} from './verdict'

const pair = { suite: 's', name: 'n', before: '', after: '' }
const known = (verdict: TypeVerdict, code = ''): Known => ({ verdict, code, reason: 'why' })
const refused = { is: 'refused' as const, code: 'DIFFERENCE_REFUSED', reason: 'cannot' }

test('a refusal that nobody judged is a wrong one', () => {
  assert.equal(judge(pair, refused, undefined).verdict, 'refused wrongly')
  assert.equal(judge(pair, refused, known('right')).verdict, 'refused wrongly')
})

test('a judged refusal is right while its code is the same', () => {
  const judged = judge(pair, refused, known('refused rightly', 'DIFFERENCE_REFUSED'))

  assert.deepEqual([judged.verdict, judged.reason], ['refused rightly', 'why'])
  const other = known('refused rightly', 'QUESTION_OPEN')
  assert.equal(judge(pair, refused, other).verdict, 'refused wrongly')
})

const ways: readonly [from: TypeVerdict, to: TypeVerdict, course: string][] = [
  ['wrong', 'failed', 'improved'],
  ['failed', 'refused wrongly', 'improved'],
  ['refused rightly', 'right', 'improved'],
  ['right', 'refused rightly', 'worse'],
  ['refused wrongly', 'wrong', 'worse'],
  ['right', 'not testable', 'worse'],
  ['not testable', 'right', 'improved'],
  ['not testable', 'wrong', 'worse'],
  ['failed', 'failed', 'same'],
]

for (const [from, to, course] of ways) {
  test(`from ${from} to ${to}: ${course}`, () => {
    assert.equal(courseOf(known(to), known(from)), course)
  })
}

test('a pair that rows stop is no worse for it', () => {
  assert.equal(courseOf(known('not testable'), known('right'), true), 'same')
})

test('accepting records what is new and better, and leaves what is worse', () => {
  const before = new Map([
    ['better', known('wrong')],
    ['worse', known('right')],
    ['not run', known('right')],
  ])
  const line = (name: string, verdict: TypeVerdict) => ({ ...known(verdict), suite: 's', name })
  const lines = [line('better', 'right'), line('worse', 'wrong'), line('new', 'failed')]
  const list = accepted(before, lines)

  assert.deepEqual(Object.fromEntries([...list].map(([name, { verdict }]) => [name, verdict])), {
    better: 'right',
    worse: 'right',
    'not run': 'right',
    new: 'failed',
  })
  assert.deepEqual(readKnown(knownText(list)), list)
})

test('a list of verdicts says what is wrong in it', () => {
  const head = 'name\tverdict\tcode\treason\n'
  assert.throws(() => readKnown(`${head}a\tgood\t\t\n`), /no verdict/)
  assert.throws(() => readKnown(`${head}a\trefused rightly\tX\t\n`), /needs its reason/)
  assert.throws(() => readKnown('a\tright\t\t\n'), /first line/)
})

test('catalogs that differ in the order of columns and statements only are equal', () => {
  const one =
    'CREATE TABLE t (\n    a integer,\n    b numeric(5,2) DEFAULT 1\n);\nCREATE VIEW v AS SELECT 1;\n'
  const other =
    'CREATE VIEW v AS SELECT 1;\nCREATE TABLE t (\n    b numeric(5,2) DEFAULT 1,\n    a integer\n);\n'

  assert.deepEqual(differencesBetween(catalogText(one), catalogText(other)), [])
})

test('a column that differs is a difference, and so is the order in a type', () => {
  const table = (type: string) => catalogText(`CREATE TABLE t (\n    a ${type}\n);`)
  const type = (list: string) => catalogText(`CREATE TYPE c AS (\n${list}\n);`)

  assert.equal(differencesBetween(table('integer'), table('bigint')).length, 2)
  assert.equal(differencesBetween(type('a int,\nb int'), type('b int,\na int')).length, 2)
})

test('the options that an error offers are read as a shell reads them', () => {
  const detail = String.raw`t.a becomes integer from text, which raises. By which expression?
  --using "t.a=\"a\"::int"
t.b becomes required. What do the rows that are there get? Empty: there are none.
  --backfill t.b=…
t.c becomes date from point, which is a conversion. By which expression?
  --using t.c=…`

  assert.deepEqual(offeredOptions(detail), [
    ['--using', 't.a="a"::int'],
    ['--backfill', 't.b='],
    ['--using', 't.c=NULL'],
  ])
})

test('a sample is the same for the same seed, in the order of the pairs', () => {
  const pairs = Array.from({ length: 50 }, (_, at) => ({ ...pair, name: String(at) }))
  const names = (seed: number) => sampleOf(pairs, 5, seed).map(({ name }) => Number(name))

  assert.deepEqual(names(1), names(1))
  assert.notDeepEqual(names(1), names(2))
  assert.deepEqual(
    names(1),
    names(1).toSorted((a, b) => a - b),
  )
})

test('roles leave the schemas, with the comments above them', () => {
  const sql = '-- first\nCREATE ROLE "a;b" LOGIN;\nCREATE TABLE t (a int);'
  const { before, after, setup } = withoutRoles({ ...pair, before: sql, after: 'CREATE USER x' })

  assert.match(before, /^-- first\n;\nCREATE TABLE t \(a int\);$/)
  assert.equal(after, '')
  assert.equal(setup, 'CREATE ROLE "a;b" LOGIN;\nCREATE USER x;\n')
})
