import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  flagOf,
  readBackfill,
  readConversion,
  readEnumMapping,
  readRename,
} from '../../src/change/model/option-values'
import type { Question } from '../../src/change/model/answers'
import { MigrationError } from '../../src/errors'
import { changeTest } from './change-case'

/** Someone at a terminal: answers by what the question is about, in order. */
function someone(answers: Readonly<Record<string, string>>) {
  return {
    async ask({ about, text, facts, choices }: Question): Promise<string> {
      const whole = [...facts, text].join('\n')
      const [, answer] = Object.entries(answers).find(([words]) => whole.includes(words)) ?? []
      if (answer === undefined) throw new Error(`unexpected question (${about}): ${text}`)
      if (choices) assert.ok(choices.includes(answer), `${answer} is none of ${choices.join(', ')}`)
      return Promise.resolve(answer)
    },
  }
}

const gone = '(none of these: it is dropped)'

changeTest('a person is asked which new column an old one is, the likeliest first', {
  before: 'CREATE TABLE users (id int, first text, last text)',
  after: 'CREATE TABLE users (id int, "firstName" text, surname text)',
  rows: "INSERT INTO users VALUES (1, 'Ada', 'Lovelace')",
  answers: someone({
    'users.first (text) is gone': 'firstName',
    'users.last (text) is gone': 'surname',
  }),
  up: [
    'ALTER TABLE users RENAME COLUMN first TO "firstName"',
    'ALTER TABLE users RENAME COLUMN last TO surname',
  ],
  holds: [['SELECT "firstName", surname FROM users', [['Ada', 'Lovelace']]]],
})

changeTest('a person may say that it is none of them, and then agrees to lose it', {
  before: 'CREATE TABLE users (id int, "passwordHash" text)',
  after: 'CREATE TABLE users (id int, nickname text)',
  answers: someone({ 'users.passwordHash (text) is gone': gone, 'Drops column': 'yes' }),
  up: [
    'ALTER TABLE users ADD COLUMN nickname text',
    'ALTER TABLE users DROP COLUMN "passwordHash"',
  ],
})

changeTest('a person who does not agree gets no script', {
  before: 'CREATE TABLE users (id int, a text)',
  after: 'CREATE TABLE users (id int)',
  answers: someone({ 'Drops column': 'no' }),
  refused: { code: 'DECLINED' },
})

changeTest('a person is asked about tables, schemas and values', {
  before: `CREATE SCHEMA app; CREATE TABLE app.a (id int, x int); CREATE TABLE users (id int, b int);
    CREATE TYPE e AS ENUM ('active', 'gone')`,
  after: `CREATE SCHEMA core; CREATE TABLE core.a (id int, x int); CREATE TABLE people (id int, b int);
    CREATE TYPE e AS ENUM ('enabled', 'gone')`,
  answers: someone({
    'schema app is gone': 'core',
    'value e.active is gone': 'enabled',
    'table users is gone': 'people',
  }),
  up: [
    'ALTER SCHEMA app RENAME TO core',
    "ALTER TYPE e RENAME VALUE 'active' TO 'enabled'",
    'ALTER TABLE users RENAME TO people',
  ],
  reversible: 'yes',
})

changeTest('a person is asked for conversions, missing values and lost labels', {
  before: `CREATE TYPE e AS ENUM ('a', 'b');
    CREATE TABLE t (id int, at timestamp, name text, v e)`,
  after: `CREATE TYPE e AS ENUM ('a');
    CREATE TABLE t (id int, at timestamptz, name text NOT NULL, v e)`,
  rows: "INSERT INTO t VALUES (1, '2020-01-01', NULL, 'b')",
  answers: someone({
    't.at becomes': "at AT TIME ZONE 'UTC'",
    't.name (text) becomes required': "'?'",
    "e loses the value 'b'": 'a',
    'which they were is lost': 'yes',
  }),
  holds: [["SELECT at = '2020-01-01Z', name, v FROM t", [[true, '?', 'a']]]],
})

changeTest('every open question is told at once', {
  before: 'CREATE TABLE t (id int, at timestamp, name text)',
  after: 'CREATE TABLE t (id int, at timestamptz, name text NOT NULL)',
  refused: { code: 'QUESTION_OPEN', says: /2 questions are open[\s\S]*t\.at[\s\S]*--backfill/ },
})

changeTest('a rename that fits nothing is an error', {
  before: 'CREATE TABLE t (id int)',
  after: 'CREATE TABLE t (id int)',
  answers: { renames: [{ from: 't.x', to: 'y' }] },
  refused: { code: 'USAGE', says: /nothing can be renamed from t\.x to y/ },
})

changeTest('a conversion of what is not converted is an error', {
  before: 'CREATE TABLE t (id int)',
  after: 'CREATE TABLE t (id int)',
  answers: { using: [{ table: 't', column: 'id', expression: '1' }] },
  refused: { code: 'USAGE', says: /t\.id is not converted/ },
})

test('options are read with quotes in names and signs in expressions', () => {
  assert.deepEqual(readRename('users.first:first_name'), { from: 'users.first', to: 'first_name' })
  assert.deepEqual(readRename('"a:b":c'), { from: '"a:b"', to: 'c' })
  assert.deepEqual(readConversion(`app.users."created.At"=x = 'y'`), {
    table: 'app.users',
    column: 'created.At',
    expression: "x = 'y'",
  })
  assert.deepEqual(readBackfill('t.a='), { table: 't', column: 'a', expression: '' })
  assert.deepEqual(readEnumMapping('app.status.old=new'), {
    type: 'app.status',
    from: 'old',
    to: 'new',
  })
})

for (const [read, text] of [
  [readRename, 'users'],
  [readRename, 'a:b:c'],
  [readConversion, 'name=x'],
  [readBackfill, 't.a'],
  [readEnumMapping, 'status=x'],
] as const)
  test(`${read.name} refuses ${text}`, () => {
    assert.throws(
      () => read(text),
      (error) => error instanceof MigrationError && error.code === 'USAGE',
    )
  })

test('an option is worded so that a shell gives it back', () => {
  assert.equal(flagOf('--rename', 'a.b:c'), '--rename a.b:c')
  assert.equal(flagOf('--using', 'a.b="b"::x || $1'), String.raw`--using "a.b=\"b\"::x || \$1"`)
})
