import assert from 'node:assert/strict'
import { test } from 'node:test'
import { few } from '../support/scope'
import { testServer } from '../support/server'
import { runPairs } from './crew'
import { conformance, knownOf, ownPairs } from './conformance'
import { type Pair, readPairs, sampleOf } from './pair'
import { courses } from './report'
import { runPair } from './run-pair'

/** A folder of other tools' pairs, and how many of them to run by which seed. */
const folder = process.env['CONFORMANCE_SUITES']
const size = Number(process.env['CONFORMANCE_SAMPLE'] ?? 20)
const seed = Number(process.env['CONFORMANCE_SEED'] ?? 1)

/** The project's own pairs take minutes: a sample of them, or all. */
const own = few(2, Infinity)

/** No test depends on the machine's speed; the longest that a timer takes. */
const unbounded = 2 ** 31 - 1

async function linesOf(pairs: readonly Pair[]) {
  const { host, port } = await testServer(18)
  return conformance(pairs, { host, port, major: 18 }, { jobs: 2, timeout: unbounded })
}

test("the project's own pairs have known verdicts, and none is worse", async (context) => {
  const pairs = await readPairs(ownPairs)
  assert.ok(pairs.length >= 40)
  const lines = await linesOf(sampleOf(pairs, own, seed))

  context.diagnostic(courses(lines))
  assert.deepEqual(
    lines.filter(({ course }) => course === 'worse' || course === 'new'),
    [],
  )
})

test('no verdict is kept of a pair that is gone', async () => {
  const pairs = await readPairs(ownPairs)
  for (const suite of new Set(pairs.map((pair) => pair.suite))) {
    const names = new Set(pairs.filter((pair) => pair.suite === suite).map(({ name }) => name))
    const known = [...((await knownOf(suite)) ?? new Map()).keys()]
    assert.deepEqual(
      known.filter((name) => !names.has(name)),
      [],
    )
  }
})

test(
  `${size} pairs of other tools, by seed ${seed}, are no worse than known`,
  { skip: folder === undefined && 'CONFORMANCE_SUITES names no folder' },
  async () => {
    const lines = await linesOf(sampleOf(await readPairs(folder ?? ''), size, seed))

    assert.deepEqual(
      lines.filter(({ course }) => course === 'worse'),
      [],
    )
  },
)

const pair = (before: string, after: string): Pair => ({ suite: 's', name: 'n', before, after })

const outcomes: readonly [string, Pair, is: string, reason: RegExp][] = [
  [
    'a script that PostgreSQL refuses is not testable',
    pair('CREATE TABLE t (', ''),
    'not testable',
    /^PostgreSQL refuses before: /,
  ],
  [
    'a schema that PostgreSQL refuses is not testable',
    pair('', 'CREATE TABLE t (a nothing)'),
    'not testable',
    /^PostgreSQL refuses after: /,
  ],
  [
    'a newer PostgreSQL than there is is not testable',
    { ...pair('', ''), minMajor: 99 },
    'not testable',
    /99/,
  ],
  [
    'what is refused says why',
    pair('CREATE TABLE t (a int)', 'CREATE TABLE t (a int) PARTITION BY LIST (a)'),
    'refused',
    /partition key/,
  ],
  [
    'roles are made first, in either schema',
    pair(
      'CREATE TABLE t (a int)',
      'CREATE ROLE conformance_reader; CREATE TABLE t (a int); GRANT SELECT ON t TO conformance_reader',
    ),
    'right',
    /^$/,
  ],
  [
    'an owner that the schema states is compared',
    pair(
      'CREATE TABLE t (a int)',
      'CREATE ROLE conformance_owner; CREATE TABLE t (a int); ALTER TABLE t OWNER TO conformance_owner',
    ),
    'right',
    /^$/,
  ],
  [
    'questions are answered by the options that they offer',
    pair(
      "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (v e, n bigint, s text)",
      "CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (v e, n int, s text, r text NOT NULL)",
    ),
    'right',
    /^$/,
  ],
]

for (const [name, one, is, reason] of outcomes) {
  test(name, async () => {
    const { host, port } = await testServer(18)
    const outcome = await runPair(one, { host, port, major: 18 })

    assert.equal(outcome.is, is, outcome.detail)
    assert.match(outcome.reason, reason)
  })
}

test('a server that is lost ends the run, since it says nothing about a pair', async () => {
  const running = runPairs(
    [pair('', '')],
    { host: '/nowhere', port: 5432, major: 18 },
    {
      jobs: 1,
      timeout: unbounded,
    },
  )

  await assert.rejects(running, /the server of the pairs is lost/)
})

test('a pair that does not end in time has failed, and the next one is run', async () => {
  const { host, port } = await testServer(18)
  const slow = pair('SELECT pg_sleep(600)', '')
  const outcomes = await runPairs(
    [slow, pair('', '')],
    { host, port, major: 18 },
    { jobs: 1, timeout: 4_000 },
  )

  assert.equal(outcomes[0]?.reason, 'no end within 4 s')
  assert.equal(outcomes.length, 2)
})
