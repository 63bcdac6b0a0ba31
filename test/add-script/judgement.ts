import assert from 'node:assert/strict'
import type { WrittenStep } from '../../src/change/render/write-steps'
import type { Change } from '../../src/change/model/script-part'

/** Where typetrek judges a statement otherwise than pg-delta, and why it is right. */
const known: readonly (readonly [disagreement: RegExp, why: string])[] = [
  [
    /^loss true, not false: drop (?!column|table)/,
    'a definition is lost, and a person has to agree',
  ],
  [/^loss true, not false: alter column type$/, 'the conversion cuts or rounds values'],
  [/^loss false, not true: alter column type$/, 'it keeps every value, or fails'],
  [/^loss false, not true: drop column$/, 'its values are computed'],
  [
    /^loss false, not true: drop materializedView$/,
    'it is created again, and its rows are computed',
  ],
  [/^loss false, not true: drop sequence$/, 'it goes with its column'],
  [/^rewrite false, not true: alter column type$/, 'PostgreSQL changes only the catalog'],
  [/^rewrite false, not true: add column$/, 'one value for all rows is stored once'],
  [/^rewrite false, not true: add empty column$/, 'its values are filled in afterwards'],
  [/^rewrite false, not true: create table$/, 'it has no rows'],
  [/^rewrite true, not false: add column$/, 'an identity gives each row its number'],
  [/^rewrite true, not false: alter column type$/, 'an expression makes every value'],
  [/^lock none, not .*: (?:add|create|drop|alter column default)/, 'the table is new'],
  [
    /^lock none, not accessExclusive: (?:own sequence|alter numbering)$/,
    'only the sequence is locked',
  ],
  [/^lock accessExclusive, not none: alter column type$/, 'pg-delta thinks of the enum alone'],
  [/^lock shareUpdateExclusive, not /, '--online asked for the form that blocks nobody'],
  [/^outside true, not false: /, '--online asked for the form that blocks nobody'],
  [/^delta none, not some: /, 'it makes way for another statement, or comes back after it'],
]

/**
 * Compares what pg-delta says of the statements that it planned with what typetrek says of them: lost data,
 * rewritten tables, locks, transactions and their bounds, and that each is there because something differs.
 */
export function checkJudgement({ scripts }: Change): void {
  const steps = scripts.flatMap(({ up, down }) => [...up, ...down]) as WrittenStep[]
  const found = steps.flatMap((one) =>
    disagreements(one)
      .filter((what) => !known.some(([pattern]) => pattern.test(what)))
      .map((what) => `${what}, in ${one.sql}`),
  )

  assert.deepEqual(found, [], 'pg-delta judges otherwise: one of the two is wrong')
}

function disagreements(one: WrittenStep): string[] {
  const { engine, operation, destructive, rewrites = false, lock = 'none', transactional } = one
  if (!engine) return []
  const pairs = [
    ['loss', destructive, engine.losesData],
    ['rewrite', rewrites, engine.rewrites],
    ['lock', lock, engine.lock],
    ['outside', !transactional, engine.boundary === 'outside'],
    ['commit after', operation.kind === 'add enum value', engine.boundary === 'commit after'],
    ['delta', engine.deltas.length > 0 ? 'some' : 'none', 'some'],
  ] as const
  return pairs.flatMap(([what, own, other]) =>
    own === other ? [] : [`${what} ${own}, not ${other}: ${kindOf(one)}`],
  )
}

function kindOf({ operation, verb, ids: [id] }: WrittenStep): string {
  if (operation.kind === 'alter column') return `${operation.kind} ${operation.part}`
  return operation.kind === 'engine' ? `${verb} ${id?.kind}` : operation.kind
}
