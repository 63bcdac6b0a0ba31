import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pool } from 'pg'
import { findDifference } from '../../src/add-script/difference/plan-change'
import { renderScript } from '../../src/add-script/render/render'
import type { Answers, Question } from '../../src/change/model/answers'
import { Interview } from '../../src/change/model/interview'
import type { Change, Reversible } from '../../src/change/model/script-part'
import {
  type ChangeCase,
  differences,
  nobody,
  oneLine,
  readBoth,
  runAll,
  sectionsOf,
} from './change-case'
import { checkJudgement } from './judgement'
import { announceGolden, goldenText } from './golden'
import { Databases } from './scratch'

/** One change among others: names in it are of a schema of its own, and say nothing of it. */
export type GroupedCase = Pick<
  ChangeCase,
  'before' | 'after' | 'rows' | 'up' | 'holds' | 'restores'
> & { using?: Readonly<Record<string, string>>; backfills?: Readonly<Record<string, string>> }

/** What is so for all cases of a group. */
interface Group {
  answers?: Partial<Answers>
  major?: number
  reversible?: Reversible
}

interface Outcomes {
  cases: Outcome[]
  /** The one script, as it is recorded. */
  text: string
}

interface Outcome {
  up: string[]
  held: unknown[][]
  restored: unknown[][]
  /** What would still lead to the target schema, and back to the old one. */
  left: string[]
}

/**
 * Tests many changes that have nothing to do with each other as one, each in a schema of its own, so
 * that they cost little more than one; each is a test by itself.
 */
export function changeTests(cases: Readonly<Record<string, GroupedCase>>, group: Group = {}): void {
  const all = Object.values(cases)
  const [first] = Object.keys(cases)
  const golden = `${first} and ${all.length - 1} others`
  let outcomes: Promise<Outcomes> | undefined
  const checkGolden = announceGolden(golden)
  test(`the one script of ${golden}`, async () => {
    outcomes ??= runGroup(all, group)
    checkGolden((await outcomes).text)
  })
  for (const [at, [name, one]] of Object.entries(cases).entries())
    test(name, async () => {
      outcomes ??= runGroup(all, group)
      const { up, held, restored, left } = (await outcomes).cases[at]!
      if (one.up) assert.deepEqual(up, one.up)
      assert.deepEqual(left, [])
      assert.deepEqual(held, rowsOf(one.holds))
      assert.deepEqual(restored, rowsOf(one.restores))
    })
}

function rowsOf(holds: ChangeCase['holds'] = []): unknown[] {
  return holds.map(([, rows]) => rows)
}

const schemaOf = (at: number) => `case${at + 1}`

async function runGroup(
  cases: readonly GroupedCase[],
  { answers = {}, major, reversible }: Group,
): Promise<Outcomes> {
  let outcomes: Outcomes = { cases: [], text: '' }
  await Databases.with(async (databases) => {
    const before = await databases.make(together(cases, ({ before }) => before, true))
    const filled = databases.open(
      await databases.make(
        together(cases, ({ rows }) => rows),
        before,
      ),
    )
    const copy = databases.open(before)
    const after = databases.open(await databases.make(together(cases, (one) => one.after, true)))
    const readings = await readBoth(copy, after)
    const known = { readings, proven: true, interview: new Interview({ ask: onlyLostValues }) }
    const change = await findDifference(copy, after, answersOf(cases, answers), [], known)
    checkJudgement(change)
    if (process.env['SHOW'])
      for (const part of change.scripts) console.log(renderScript(part, { lines: [] }))
    if (reversible) for (const part of change.scripts) assert.equal(part.reversible, reversible)
    const parts = sectionsOf(change)
    await runAll(
      filled,
      parts.map(({ upgrade }) => upgrade),
    )
    const held = await queryAll(filled, cases, ({ holds }) => holds)
    const ahead = await differences(filled, readings[1])
    await runAll(filled, parts.map(({ downgrade }) => downgrade).toReversed())
    const restored = await queryAll(filled, cases, ({ restores }) => restores)
    const behind = await differences(filled, readings[0])
    const outcome = (_: GroupedCase, at: number): Outcome => ({
      up: ownStatements(change, schemaOf(at)),
      held: held[at]!,
      restored: restored[at]!,
      left: [...ahead, ...behind].filter((sql) => isOwn(sql, at, cases.length)),
    })
    outcomes = { cases: cases.map(outcome), text: goldenText(change) }
  }, major)
  return outcomes
}

/** A remnant that names no case is everyone's. */
function isOwn(sql: string, at: number, count: number): boolean {
  const names = (number: number) => new RegExp(`\\b${schemaOf(number)}\\b`).test(sql)
  return names(at) || !Array.from({ length: count }, (_, number) => number).some(names)
}

function together(
  cases: readonly GroupedCase[],
  sqlOf: (one: GroupedCase) => string | undefined,
  makesSchema = false,
): string {
  return cases
    .map((one, at) => {
      const made = makesSchema ? `CREATE SCHEMA ${schemaOf(at)};` : ''
      return `${made} SET search_path TO ${schemaOf(at)}; ${sqlOf(one) ?? ''};`
    })
    .join('\n')
}

/** No row has a value that goes; anything else must be said by the case. */
function onlyLostValues({ about, text }: Question): Promise<string> {
  if (about === 'map') return Promise.resolve('')
  throw new Error(`unexpected question: ${text}`)
}

function answersOf(cases: readonly GroupedCase[], answers: Partial<Answers>): Answers {
  const told = (what: 'using' | 'backfills') =>
    cases.flatMap((one, at) =>
      Object.entries(one[what] ?? {}).map(([path, expression]) => {
        const [table, column = ''] = path.split('.')
        return { table: `${schemaOf(at)}.${table}`, column, expression: within(expression, at) }
      }),
    )
  return { ...nobody, using: told('using'), backfills: told('backfills'), ...answers }
}

/** `@` stands for the case's own schema. */
function within(text: string, at: number): string {
  return text.replaceAll('@', `${schemaOf(at)}.`)
}

function ownStatements({ scripts }: Change, schema: string): string[] {
  const own = new RegExp(`\\b${schema}\\b`)
  return scripts
    .flatMap(({ up }) => up.map(oneLine))
    .filter((sql) => own.test(sql))
    .map((sql) => sql.replaceAll(`${schema}.`, ''))
}

async function queryAll(
  pool: Pool,
  cases: readonly GroupedCase[],
  holdsOf: (one: GroupedCase) => ChangeCase['holds'],
): Promise<unknown[][][]> {
  const client = await pool.connect()
  const all: unknown[][][] = []
  try {
    for (const [at, one] of cases.entries()) {
      await client.query(`SET search_path TO ${schemaOf(at)}, public`)
      const found: unknown[][] = []
      for (const [query] of holdsOf(one) ?? []) {
        const { rows } = await client.query<Record<string, unknown>>(query)
        found.push(rows.map((row) => Object.values(row)))
      }
      all.push(found)
    }
  } finally {
    client.release(true)
  }
  return all
}
