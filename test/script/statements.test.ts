import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SqlPart } from '../../src/script/script'
import { classify } from '../../src/script/parser/sql-work'
import { withDatabase } from '../support/database'
import { fragments } from './sql-corpus'
import { fc } from '../support/property'

function part(text: string, transaction = true): SqlPart {
  return { text, file: '/s/1_a.sql', line: 1, options: { transaction, settings: [] } }
}

async function travels(text: string, transaction = true): Promise<string> {
  const work = await classify(part(text, transaction))
  const flags = (['wrapped', 'inner'] as const).filter((flag) => work[flag])
  return [work.transaction, ...flags].join(' ')
}

const ways: readonly [rule: string, text: string, expected: string][] = [
  ['plain statements travel together', 'create table t (); insert into t default values', 'shared'],
  ['an empty text travels together', '', 'shared'],
  ['a comment travels together', '-- x', 'shared'],
  ['a savepoint stays within our transaction', 'savepoint a; rollback to a; release a', 'shared'],
  ['an unclosed quote goes alone', "select 'x", 'alone'],
  ['an unclosed comment goes alone', 'select 1 /*', 'alone'],
  ['an unclosed parenthesis goes alone', 'select (1', 'alone'],
  [
    'a text that PostgreSQL refuses as a whole runs nothing',
    "commit; vacuum; select 'x",
    'alone inner',
  ],
  ['COPY data goes alone', 'copy t from stdin;\n1\n\\.\n', 'alone'],
  ['a NUL goes alone', 'select 1\0', 'alone'],
  ['a pair round the whole is dropped', 'begin; select 1; commit;', 'shared wrapped'],
  [
    'a pair without the last semicolon is dropped',
    '-- x\nBEGIN WORK;\nselect 1;\nEND',
    'shared wrapped',
  ],
  ['START TRANSACTION is a pair, too', 'start transaction; commit and no chain', 'shared wrapped'],
  [
    'settings may stand before the pair',
    "set lock_timeout = '1s'; begin; select 1; commit",
    'shared wrapped',
  ],
  ['a savepoint within the pair is no matter', 'begin; savepoint a; commit', 'shared wrapped'],
  ['COPY data within the pair', 'begin; copy t from stdin;\n1\n\\.\ncommit;', 'alone wrapped'],
  ['VACUUM within the pair', 'begin; vacuum t; commit;', 'none wrapped'],
  [
    'a pair with an isolation level is kept',
    'begin isolation level serializable; commit',
    'none inner',
  ],
  ['COMMIT AND CHAIN is kept', 'begin; select 1; commit and chain', 'none inner'],
  ['two pairs are kept', 'begin; a; commit; begin; b; commit', 'none inner'],
  ['a pair in the middle is kept', 'a; begin; b; commit', 'none inner'],
  ['SET LOCAL before the pair keeps it', 'set local x = 1; begin; b; commit', 'none inner'],
  ['statements after the pair keep it', 'begin; a; commit; b', 'none inner'],
  ['a ROLLBACK is kept', 'begin; a; rollback', 'none inner'],
  ['a COMMIT in the middle', 'a; commit; b', 'none inner'],
  ['PREPARE TRANSACTION', "a; prepare transaction 'x'", 'none inner'],
  ['a COMMIT in a body is not seen', 'do $$ begin commit; end $$', 'shared'],
  ['an index built online', 'create index concurrently i on t (a)', 'none'],
]

for (const [rule, text, expected] of ways)
  test(`statements: ${rule}`, async () => assert.equal(await travels(text), expected))

test('statements: a header without a transaction decides for all', async () => {
  assert.equal(await travels('select 1', false), 'none')
  assert.equal(await travels('begin; select 1; commit', false), 'none inner')
})

test('statements: a dropped pair and restrict lines are spaces, so places stay', async () => {
  const text =
    '\\restrict x\r\nbegin ; -- go\nselect 1;\ncopy t from stdin;\n1\n\\.\ncommit;\n\\unrestrict x'
  const work = await classify(part(text))

  assert.equal(
    work.text,
    `${' '.repeat(11)}\r\n${' '.repeat(7)} -- go\nselect 1;\ncopy t from stdin;\n1\n\\.\n${' '.repeat(7)}\n${' '.repeat(13)}`,
  )
  assert.deepEqual(
    work.statements.map(({ firstTokenStart, end }) => work.text.slice(firstTokenStart, end)),
    ['select 1', 'copy t from stdin'],
  )
  assert.deepEqual(
    work.copies.map(({ statementIndex, dataStart, dataEnd }) => [
      statementIndex,
      work.text.slice(dataStart, dataEnd),
    ]),
    [[1, '1\n']],
  )
})

test('statements: dropping the pair keeps the length and the rest of any text', async () => {
  const body = fc.array(
    fc.constantFrom(...fragments.filter((one) => !/^(?:BEGIN|COMMIT)$/.test(one))),
    {
      maxLength: 5,
    },
  )
  await fc.assert(
    fc.asyncProperty(body, async (parts) => {
      const inside = parts.map((one) => `${one};\n`).join('')
      const work = await classify(part(`BEGIN;${inside}COMMIT;`))
      assert.equal(work.text, `      ${inside}       `)
      assert.equal(work.statements.length, parts.length)
      assert.deepEqual([work.wrapped, work.transaction], [true, 'shared'])
    }),
  )
})

test('statements: a command of psql is refused with its line and caret', async () => {
  const text = 'select 1;\n  \\i other.sql\n'

  await assert.rejects(classify({ ...part(text), line: 10 }, 's/1_a.sql'), {
    code: 'SCRIPT_INVALID',
    message: '\\i is a command of psql, not SQL',
    hint: 'Put the text of that file here, or make it a script of its own.',
    file: 's/1_a.sql',
    line: 11,
    column: 3,
    excerpt: '  \\i other.sql\n  ^',
  })
})

test('statements: every psql command has a hint that is a sentence', async () => {
  for (const command of [
    '\\copy t from x',
    '\\c db',
    '\\connect db',
    '\\gset',
    '\\.',
    '\\set a 1',
    '\\',
  ])
    await assert.rejects(classify(part(command)), ({ hint }: { hint: string }) =>
      /^[A-Z].*\.$/.test(hint),
    )
})

test('statements: data and strings with backslashes want a message for each statement', async () => {
  const off = await classify(part("set standard_conforming_strings = off; select '\\'';'"))
  assert.deepEqual([off.stepwise, off.transaction], [true, 'alone'])
  assert.equal((await classify(part('copy t from stdin;\n1\n'))).stepwise, true)
  assert.equal((await classify(part('set role x'))).stepwise, false)
})

const refused: readonly [text: string, what: string | undefined][] = [
  ['create unique index concurrently if not exists i on t (a)', 'CREATE INDEX CONCURRENTLY'],
  ['create index i on t (a)', undefined],
  ['drop index concurrently if exists i', 'DROP INDEX CONCURRENTLY'],
  ['drop index "concurrently"', undefined],
  ['reindex index concurrently i', 'REINDEX INDEX CONCURRENTLY'],
  ['reindex (concurrently) table t', 'REINDEX TABLE CONCURRENTLY'],
  ['reindex (concurrently off) table t', undefined],
  ['reindex table t', undefined],
  ['reindex schema s', 'REINDEX SCHEMA'],
  ['reindex database d', 'REINDEX DATABASE'],
  ['reindex system d', 'REINDEX SYSTEM'],
  ['vacuum (full) t', 'VACUUM'],
  ['analyze t', undefined],
  ['cluster', 'CLUSTER'],
  ['cluster verbose', 'CLUSTER'],
  ['cluster t using i', undefined],
  ['create database d', 'CREATE DATABASE'],
  ['drop database if exists d', 'DROP DATABASE'],
  ['alter database d set tablespace x', 'ALTER DATABASE … SET TABLESPACE'],
  ['alter database d set a.b = 1', undefined],
  ["create tablespace x location '/nowhere'", 'CREATE TABLESPACE'],
  ['drop tablespace x', 'DROP TABLESPACE'],
  ['alter system set work_mem = 1', 'ALTER SYSTEM'],
  [
    'alter table a detach partition b concurrently',
    'ALTER TABLE … DETACH PARTITION … CONCURRENTLY',
  ],
  ['alter table a detach partition b', undefined],
  ["alter table a add column c text default 'concurrently'", undefined],
  ['discard all', 'DISCARD ALL'],
  ['discard plans', undefined],
  ["commit prepared 'x'", 'COMMIT PREPARED'],
  ["rollback prepared 'x'", 'ROLLBACK PREPARED'],
  ["create subscription s connection '' publication p", 'CREATE SUBSCRIPTION'],
  ["create subscription s connection '' publication p with (connect = false)", undefined],
  ["create subscription s connection '' publication p with (create_slot = 'off')", undefined],
  ['drop subscription s', 'DROP SUBSCRIPTION'],
  ['alter subscription s refresh publication', 'ALTER SUBSCRIPTION … REFRESH'],
  ['alter subscription s set publication p', 'ALTER SUBSCRIPTION with refresh'],
  ['alter subscription s add publication p with (refresh = false)', undefined],
  ['alter subscription s set (failover = true)', 'ALTER SUBSCRIPTION … SET (failover)'],
  ['alter subscription s disable', undefined],
  ['refresh materialized view concurrently v', undefined],
  ["alter type e add value 'x'", undefined],
]

for (const [text, what] of refused)
  test(`statements: ${text} is ${what ? 'outside a transaction' : 'inside one'}`, async () => {
    const { nonTransactional, transaction } = await classify(part(`select 1; ${text};`))

    assert.deepEqual(nonTransactional, what ? [{ statementIndex: 1, what }] : [])
    assert.equal(transaction, what ? 'none' : 'shared')
  })

test('statements: a subscription without its slot is dropped in a transaction', async () => {
  const text =
    'alter subscription s set (slot_name = none); drop subscription s; drop subscription other'
  const { nonTransactional } = await classify(part(text))

  assert.deepEqual(nonTransactional, [{ statementIndex: 2, what: 'DROP SUBSCRIPTION' }])
})

test('statements: where the parser refuses a statement its words decide', async () => {
  const { nonTransactional } = await classify(
    part('vacuum (brand_new_word!) t; create index concurrently on'),
  )

  assert.deepEqual(
    nonTransactional.map(({ what }) => what),
    ['VACUUM', 'CREATE INDEX CONCURRENTLY'],
  )
})

// Names of the table above need not exist for most: PostgreSQL refuses them for the transaction first.
const setup = `
  CREATE TABLE t (a int); CREATE INDEX i ON t (a); CREATE SCHEMA s;
  CREATE TABLE a (k int) PARTITION BY LIST (k); CREATE TABLE b PARTITION OF a FOR VALUES IN (1);
  CREATE SUBSCRIPTION s CONNECTION 'dbname=none' PUBLICATION p WITH (connect = false, slot_name = 'kept');
`
const teardown = 'ALTER SUBSCRIPTION s SET (slot_name = NONE); DROP SUBSCRIPTION s'
const notAskedFirst = /^(?:create database|alter subscription|create subscription)/

test('statements: PostgreSQL refuses in a transaction exactly what is said so', () =>
  withDatabase(async (database) => {
    const client = await database.client()
    await client.query(setup)
    for (const [text, what] of refused) {
      if (notAskedFirst.test(text)) continue
      await client.query('BEGIN')
      const state = await client.query(text).then(
        () => 'done',
        (error: { code?: string }) => error.code,
      )
      await client.query('ROLLBACK')
      assert.equal(state === '25001', what !== undefined, `${text}: ${state}`)
    }
    await client.query(teardown)
  }))
