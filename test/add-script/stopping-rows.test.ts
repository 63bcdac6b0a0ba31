import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pool } from 'pg'
import { findDifference } from '../../src/add-script/difference/plan-change'
import type { Statement } from '../../src/change/model/script-part'
import { nobody } from './change-case'
import { Databases } from './scratch'

/** A rule that a table gains, on rows of which some break it. */
interface Gained {
  before: string
  after: string
  rows: string
  /** How many rows stop it; absent: none can, and nothing is said. */
  stop?: number
}

const t = (more: string) => `CREATE TABLE t (${more});`

const gained: Readonly<Record<string, Gained>> = {
  'a check': {
    before: t('price int'),
    after: t('price int CHECK (price > 10)'),
    rows: 'INSERT INTO t VALUES (5), (10), (11), (NULL)',
    stop: 2,
  },
  'a check that compares columns, one of them new': {
    before: t('a int'),
    after: t(
      'a int, b int DEFAULT 7, g int GENERATED ALWAYS AS (a * 2) STORED, CHECK (a < b), CHECK (g > 3)',
    ),
    rows: 'INSERT INTO t VALUES (2), (3), (7)',
    stop: 1,
  },
  'a check that is validated': {
    before: `${t('a int')} ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;`,
    after: t('a int CONSTRAINT c CHECK (a > 0)'),
    rows: 'ALTER TABLE t DROP CONSTRAINT c; INSERT INTO t VALUES (0)',
    stop: 1,
  },
  'a check of a domain in use': {
    before: `CREATE DOMAIN d AS int; ${t('a d, b d')}`,
    after: `CREATE DOMAIN d AS int CHECK (VALUE > 1); ${t('a d, b d')}`,
    rows: 'INSERT INTO t VALUES (1, 2), (0, 1)',
    stop: 3,
  },
  'a unique column': {
    before: t('name text'),
    after: t('name text UNIQUE'),
    rows: "INSERT INTO t VALUES ('a'), ('a'), ('a'), (NULL), (NULL)",
    stop: 2,
  },
  'a unique key of two columns': {
    before: t('a int, "B" int'),
    after: t('a int, "B" int, UNIQUE (a, "B")'),
    rows: 'INSERT INTO t VALUES (1, 1), (1, 1), (1, NULL), (1, NULL), (1, 2)',
    stop: 1,
  },
  'a unique index of an expression on some rows': {
    before: t('mail text, gone bool'),
    after: `${t('mail text, gone bool')} CREATE UNIQUE INDEX once ON t (lower(mail) text_pattern_ops DESC) WHERE NOT gone`,
    rows: "INSERT INTO t VALUES ('A', false), ('a', false), ('a', true)",
    stop: 1,
  },
  'a foreign key': {
    before: `CREATE TABLE p (id int PRIMARY KEY); ${t('p int')}`,
    after: `CREATE TABLE p (id int PRIMARY KEY); ${t('p int REFERENCES p')}`,
    rows: 'INSERT INTO p VALUES (1); INSERT INTO t VALUES (1), (2), (NULL)',
    stop: 1,
  },
  'a foreign key to a table that is new': {
    before: t('p int'),
    after: `CREATE TABLE p (id int PRIMARY KEY); ${t('p int REFERENCES p')}`,
    rows: 'INSERT INTO t VALUES (1), (2), (NULL)',
    stop: 2,
  },
  'an exclusion': {
    before: t('r int4range, b int'),
    after: t('r int4range, b int, EXCLUDE USING gist (r WITH &&) WHERE (b > 1)'),
    rows: "INSERT INTO t VALUES ('[1,5)', 2), ('[4,9)', 2), ('[1,9)', 1)",
    stop: 1,
  },
  'a primary key on a required column': {
    before: t('id int NOT NULL'),
    after: t('id int PRIMARY KEY'),
    rows: 'INSERT INTO t VALUES (1), (1), (2)',
    stop: 1,
  },
  'a text that becomes shorter': {
    before: t('a varchar(9)'),
    after: t('a varchar(3)'),
    rows: "INSERT INTO t VALUES ('abc'), ('abc  '), ('abcd')",
    stop: 1,
  },
  'a text that becomes shorter and of a fixed length': {
    before: t('a varchar(9)'),
    after: t('a char(3)'),
    rows: "INSERT INTO t VALUES ('ab'), ('abc  '), ('abcd'), ('  abc')",
    stop: 2,
  },
  'a number that becomes smaller': {
    before: t('a bigint'),
    after: t('a smallint'),
    rows: 'INSERT INTO t VALUES (32767), (32768), (-40000)',
    stop: 2,
  },
  'a number with fewer digits': {
    before: t('a numeric(9,2)'),
    after: t('a numeric(4,2)'),
    rows: 'INSERT INTO t VALUES (99.99), (100), (-1000)',
    stop: 2,
  },
  'a text that becomes a number': {
    before: t('a text'),
    after: t('a int'),
    rows: "INSERT INTO t VALUES ('1'), ('x'), (NULL)",
    stop: 1,
  },
  'a column that becomes required': {
    before: t('a int'),
    after: t('a int NOT NULL'),
    rows: 'INSERT INTO t VALUES (1), (NULL)',
    stop: 1,
  },
  'a unique column that is new': {
    before: t('a int'),
    after: t('a int, b int UNIQUE'),
    rows: 'INSERT INTO t VALUES (1), (2)',
  },
  'a foreign key of a column that is new': {
    before: `CREATE TABLE p (id int PRIMARY KEY); ${t('a int')}`,
    after: `CREATE TABLE p (id int PRIMARY KEY); ${t('a int, p int REFERENCES p')}`,
    rows: 'INSERT INTO t VALUES (1)',
  },
  'a key over more columns than one that is there': {
    before: t('a int PRIMARY KEY, b int'),
    after: t('a int PRIMARY KEY, b int, UNIQUE (b, a)'),
    rows: 'INSERT INTO t VALUES (1, 1), (2, 1)',
  },
  'a unique index in place of a unique key': {
    before: t('a int UNIQUE'),
    after: `${t('a int')} CREATE UNIQUE INDEX i ON t (a)`,
    rows: 'INSERT INTO t VALUES (1), (2)',
  },
}

test('above a statement that rows can stop stands the query that counts them, and it is right', () =>
  Databases.with(async (databases) => {
    const all = Object.entries(gained).map(([name, one], at) => ({
      ...one,
      name,
      schema: `s${at}`,
    }))
    const made = (part: (one: Gained) => string) =>
      all.map((one) => `CREATE SCHEMA IF NOT EXISTS ${one.schema}; SET search_path = ${one.schema}; ${part(one)};`).join('\n') // oxfmt-ignore
    const before = await databases.make(made((one) => one.before))
    const rows = databases.open(await databases.make(made((one) => one.rows), before)) // oxfmt-ignore
    const copy = databases.open(await databases.make('', before))
    const after = databases.open(await databases.make(made((one) => one.after)))
    const using = all.map(({ schema }) => ({ table: `${schema}.t`, column: 'a', expression: '' }))
    const needed = using.filter((_, at) => /^a (?:text|number) (?:that becomes s|with)/.test(all[at]!.name)) // oxfmt-ignore
    const backfills = using.filter((_, at) => all[at]!.name.includes('required') && !all[at]!.name.includes('key')) // oxfmt-ignore

    const change = await findDifference(copy, after, { ...nobody, using: needed, backfills }, [])

    const statements = change.scripts.flatMap(({ up }) => up)
    const found: Record<string, number | undefined> = {}
    for (const { name, schema } of all) found[name] = await stopping(statements, schema, rows)
    assert.deepEqual(found, Object.fromEntries(all.map(({ name, stop }) => [name, stop])))
  }))

/** The sum of what the queries count that stand above the statements about a schema. */
async function stopping(
  statements: readonly Statement[],
  schema: string,
  rows: Pool,
): Promise<number | undefined> {
  const own = statements.filter(({ sql }) => new RegExp(`\\b${schema}\\.`).test(sql))
  const queries = own.flatMap(({ effects }) =>
    effects.flatMap((one) => (one.kind === 'fails unless none' ? one.query : [])),
  )
  if (queries.length === 0) return undefined
  const results = await Promise.all(
    queries.map((sql) => rows.query<[string]>({ text: sql, rowMode: 'array' })),
  )
  return results.reduce((sum, result) => sum + Number(result.rows[0]![0]), 0)
}
