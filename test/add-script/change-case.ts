import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pool } from 'pg'
import { catalogOf, type Reading, readServer } from '../../src/catalog/catalog'
import { findDifference } from '../../src/add-script/difference/plan-change'
import { readInventory } from '../../src/inventory/inventory'
import { missed } from '../../src/inventory/missed'
import { remaining } from '../../src/change/trial/trial'
import { loadEngine } from '../../src/catalog/engine'
import { renderScript } from '../../src/add-script/render/render'
import type { Answers } from '../../src/change/model/answers'
import type { Change, Reversible, Statement } from '../../src/change/model/script-part'
import type { Ignored } from '../../src/scratch/ignored-tables'
import type { ErrorCode, MigrationError } from '../../src/errors'
import { lex } from '../../src/script/lexer/lexer'
import { readSections } from '../../src/script/sections/sections'
import type { SqlPart } from '../../src/script/script'
import { failureOf } from '../support/failure'
import { checkJudgement } from './judgement'
import { announceGolden, goldenText, scriptName } from './golden'
import { withEmpty } from './reused'

/** A change of schema, and what is to come of it. */
export interface ChangeCase {
  /** SQL of the scripts, and of the target schema. */
  before: string
  after: string
  /** Run on a copy of `before`, ahead of the script. */
  rows?: string
  answers?: Partial<Answers>
  /** The statements of the upgrade, script by script, in order; not compared where absent. */
  up?: readonly string[]
  /** Queries on what the script made, and the rows that they give, as JSON. */
  holds?: readonly (readonly [query: string, rows: unknown])[]
  /** The same, once the downgrade has been run as well. */
  restores?: readonly (readonly [query: string, rows: unknown])[]
  reversible?: Reversible
  kept?: readonly string[]
  unproven?: readonly string[]
  ignored?: readonly Ignored[]
  /** The script is right, and PostgreSQL refuses it with these rows. */
  raises?: RegExp
  /** PostgreSQL refuses the downgrade with these rows. */
  downRaises?: RegExp
  /** No script is written. */
  refused?: { code: ErrorCode; says?: RegExp }
  major?: number
}

/** Nobody to ask, and nothing told. */
export const nobody: Answers = {
  renames: [],
  using: [],
  map: [],
  backfills: [],
  extra: 'drop',
  yes: false,
  online: false,
}

/**
 * Tests one change on real databases: its rows, both catalogs, the downgrade, and its text, which is
 * recorded in `golden/`.
 */
export function changeTest(name: string, one: ChangeCase): void {
  const checkGolden = announceGolden(name)
  test(name, () =>
    withEmpty(3, one.major ?? 18, async (before, filled, after) => {
      checkGolden(goldenText(await checkChange({ before, filled, after }, one)))
    }),
  )
}

type Pools = Record<'before' | 'filled' | 'after', Pool>

/** Whatever it sets ends with its connection. */
async function runAlone(pool: Pool, sql = ''): Promise<void> {
  if (sql === '') return
  const client = await pool.connect()
  try {
    await client.query(sql)
    await client.query('DISCARD ALL')
  } finally {
    client.release()
  }
}

/** @returns what was written, or why nothing was */
async function checkChange(pools: Pools, one: ChangeCase): Promise<Change | MigrationError> {
  const { before: copy, filled, after } = pools
  await Promise.all([
    runAlone(copy, one.before),
    runAlone(filled, one.before).then(() => runAlone(filled, one.rows)),
    runAlone(after, one.after),
  ])
  const answers = { ...nobody, ...one.answers }
  const readings = await readBoth(copy, after)
  const finding = findDifference(copy, after, answers, one.ignored ?? [], {
    readings,
    // as add_script does; `filled` shows what the scripts lead to
    proven: true,
  })
  if (one.refused) {
    const failure = await failureOf(finding)
    assert.equal(failure.code, one.refused.code, failure.message)
    const said = [failure.message, failure.detail, failure.hint].join('\n')
    if (one.refused.says) assert.match(said, one.refused.says)
    return failure
  }
  const change = await finding
  checkJudgement(change)
  if (process.env['SHOW'])
    for (const part of change.scripts)
      console.log(renderScript(part, { lines: [scriptName(part)] }))
  if (one.up)
    assert.deepEqual(
      change.scripts.flatMap(({ up }) => up.map(oneLine)),
      one.up,
    )
  if (one.reversible)
    for (const { reversible } of change.scripts) assert.equal(reversible, one.reversible)
  if (one.unproven) assert.deepEqual(change.unproven, one.unproven)
  if (one.kept) assert.deepEqual(change.kept, one.kept)
  await checkRun(pools, readings, change, one)
  return change
}

/** What two databases hold, read once to find the change and to judge what it leads to. */
export async function readBoth(before: Pool, after: Pool): Promise<[Reading, Reading]> {
  const engine = await loadEngine()
  return Promise.all([readServer(engine, before), readServer(engine, after)])
}

/** A statement as it is compared. */
export function oneLine({ sql }: Statement): string {
  return sql.replaceAll(/\s+/g, ' ').replaceAll(/\( | (?=\))/g, (text) => text.trim())
}

async function checkRun(
  { filled, after: target }: Pools,
  [before, after]: readonly [Reading, Reading],
  change: Change,
  one: ChangeCase,
): Promise<void> {
  const parts = sectionsOf(change)
  const ups = runAll(
    filled,
    parts.map(({ upgrade }) => upgrade),
  )
  if (one.raises) return assert.rejects(ups, one.raises)
  await ups
  const left =
    one.answers?.extra === 'keep'
      ? missedBeside(filled, target, one)
      : differences(filled, after, one)
  assert.deepEqual(await left, [])
  await checkHolds(filled, one.holds)
  const downs = parts.map(({ downgrade }) => downgrade).toReversed()
  if (downs.includes(undefined)) return assert.equal(one.reversible, 'no')
  const undoing = runAll(filled, downs)
  if (one.downRaises) return assert.rejects(undoing, one.downRaises)
  await undoing
  assert.deepEqual(await differences(filled, before, one), [])
  await checkHolds(filled, one.restores)
}

/** What entities say and the database has otherwise, read without pg-delta. */
async function missedBeside(
  database: Pool,
  target: Pool,
  { ignored = [] }: ChangeCase,
): Promise<string[]> {
  const [have, want] = await Promise.all(
    [database, target].map((one) => readInventory(one, ignored)),
  )
  return missed(have!, want!, 'keep')
}

/** The sections of the scripts, as they are read from their files. */
export function sectionsOf({ scripts }: Change) {
  return scripts.map((part) => readSections(renderScript(part, { lines: [] }), 'x'))
}

async function checkHolds(pool: Pool, holds: ChangeCase['holds'] = []): Promise<void> {
  for (const [query, rows] of holds) {
    const result = await pool.query<Record<string, unknown>>(query)
    assert.deepEqual(
      result.rows.map((row) => Object.values(row)),
      rows,
      query,
    )
  }
}

/** As the runner does: one transaction, or statement by statement. */
export async function runAll(pool: Pool, parts: readonly (SqlPart | undefined)[]): Promise<void> {
  for (const part of parts) {
    if (!part) throw new Error('there is no such part')
    const client = await pool.connect()
    try {
      const statements = lex(part.text).statements.map(({ start, end }) =>
        part.text.slice(start, end),
      )
      if (part.options.transaction) await client.query(`BEGIN;${part.text};COMMIT`)
      else for (const statement of statements) await client.query(statement)
    } catch (error) {
      await client.query('ROLLBACK')
      throw error
    } finally {
      client.release()
    }
  }
}

/** What would still lead from a database to one that was read before. */
export async function differences(
  pool: Pool,
  expected: Reading,
  { ignored = [] }: Pick<ChangeCase, 'ignored'> = {},
): Promise<string[]> {
  const engine = await loadEngine()
  const actual = await readServer(engine, pool)
  return remaining(engine, catalogOf(engine, actual, ignored), catalogOf(engine, expected, ignored))
}
