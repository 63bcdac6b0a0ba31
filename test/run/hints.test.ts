import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failureOf } from '../support/failure'
import { withMigrator } from '../support/migrator'

const upgrade = { command: 'upgrade' } as const

const enums = `CREATE TYPE mood AS ENUM ('good');\nCOMMENT ON TYPE mood IS 'x'`
const useNew = `ALTER TYPE mood ADD VALUE 'bad';\nSELECT 'bad'::mood`
const ending = 'DO $$BEGIN COMMIT; END$$'
const vacuum = `DO $$BEGIN EXECUTE 'VACUUM'; END$$`
const inFunction =
  /^PostgreSQL refuses this statement in a function or a DO block too: make it a statement of the script, and put "-- migrate: no-transaction" at the top of the script\.$/
const all = { transaction: 'all' } as const

interface Case {
  rule: string
  /** SQL that ran before. */
  first?: string
  files: Readonly<Record<string, string>>
  flags?: Readonly<Record<string, string>>
  sqlstate: string
  hint: RegExp
}

const code = (sql: string, outside = '') =>
  `${outside}export async function upgrade(q: any) { for (const one of ${JSON.stringify(sql.split(';\n'))}) await q.query(one) }`

const cases: readonly Case[] = [
  {
    rule: 'a new enum value that is used at once: a script of its own, or no transaction',
    files: { '1_a.sql': enums, '2_b.sql': useNew },
    sqlstate: '55P04',
    hint: /in a script of its own, before this one, or put "-- migrate: no-transaction" at the top of the script\.$/,
  },
  {
    rule: 'the same in one transaction for all: that neither helps there',
    // PostgreSQL 17 lets a type that is as new as its value be used
    first: enums,
    files: { '2_b.sql': useNew },
    flags: all,
    sqlstate: '55P04',
    hint: /in a script of its own, before this one, and run with --transaction each\.$/,
  },
  {
    rule: 'the same in TypeScript: in its own words',
    files: { '1_a.sql': enums, '2_b.ts': code(useNew) },
    sqlstate: '55P04',
    hint: /or write "export const transaction = false" in the script\.$/,
  },
  {
    rule: "the same between a script's own BEGIN and COMMIT: COMMIT first",
    files: {
      '1_a.sql': enums,
      '2_b.sql': `-- migrate: no-transaction\nBEGIN;\n${useNew};\nCOMMIT`,
    },
    sqlstate: '55P04',
    hint: /: COMMIT before this statement\.$/,
  },
  {
    rule: 'a block that commits: no transaction',
    files: { '1_a.sql': ending },
    sqlstate: '2D000',
    hint: /^The block ends its own transaction: put "-- migrate: no-transaction" at the top/,
  },
  {
    rule: 'a block that commits, in one transaction for all',
    files: { '1_a.sql': ending },
    flags: all,
    sqlstate: '2D000',
    hint: /^Run with --transaction each, and put "-- migrate: no-transaction" at the top/,
  },
  {
    rule: 'a block with EXCEPTION that commits, outside a transaction already',
    files: {
      '1_a.sql': `-- migrate: no-transaction\nDO $$BEGIN BEGIN COMMIT; EXCEPTION WHEN unique_violation THEN NULL; END; END$$`,
    },
    sqlstate: '2D000',
    hint: /not in a block with EXCEPTION\.$/,
  },
  {
    rule: 'VACUUM in a block: it must be a statement',
    files: { '1_a.sql': vacuum },
    sqlstate: '25001',
    hint: inFunction,
  },
  {
    rule: 'VACUUM in TypeScript: in its own words',
    files: { '1_a.ts': code('VACUUM') },
    sqlstate: '25001',
    hint: /^PostgreSQL refuses this statement in a transaction: write "export const transaction = false" in the script\.$/,
  },
  {
    rule: 'VACUUM in TypeScript that has left the transaction and started one of its own',
    files: { '1_a.ts': code('BEGIN;\nVACUUM', 'export const transaction = false\n') },
    sqlstate: '25001',
    hint: /^Move it out of BEGIN … COMMIT/,
  },
]

for (const { rule, first, files, flags = {}, sqlstate, hint } of cases)
  for (const major of [14, 18])
    test(`the hint for ${rule} (PostgreSQL ${major})`, async () => {
      await withMigrator(
        files,
        async ({ migrator, database }) => {
          if (first) await database.query(first)
          const error = await failureOf(migrator.execute(upgrade))

          assert.equal(error.sqlstate, sqlstate, error.message)
          assert.match(`${error.hint}`, hint)
        },
        { major, flags },
      )
    })
