import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readFormerNames } from '../../src/add-script/source/was-comments'

const names = (sql: string) =>
  readFormerNames(sql, 'schema.sql').map(({ from, to }) => `${from} -> ${to}`)

test('a comment behind a column, above it, behind a constraint and behind a value gives the old name', () => {
  const sql = `CREATE TABLE app."Customer" (
  id int PRIMARY KEY,
  full_name text, -- was: name
  -- was: "Mail"
  "eMail" text DEFAULT '-- was: no',
  CONSTRAINT customer_mail UNIQUE ("eMail") -- was: uq_mail
);
CREATE TYPE status AS ENUM (
  'enabled', -- was: active
  'gone'
);`
  assert.deepEqual(names(sql), [
    'app.Customer.name -> full_name',
    'app.Customer.Mail -> eMail',
    'app.Customer.uq_mail -> customer_mail',
    'status.active -> enabled',
  ])
})

test('a comment at the beginning, at the end or above a table gives its old name', () => {
  for (const sql of [
    'CREATE TABLE customer ( -- was: client\n  id int\n);',
    'CREATE TABLE customer (\n  id int\n); -- was: client',
    '-- was: client\n\nCREATE TABLE IF NOT EXISTS Customer (id int);',
  ])
    assert.deepEqual(names(sql), ['client -> customer'])
  assert.deepEqual(names('CREATE TABLE a.b (id int); -- was: c\n'), ['a.c -> a.b'])
  assert.deepEqual(names('CREATE TABLE a.b (id int); -- was: d.c\n'), ['d.c -> a.b'])
  assert.deepEqual(names('CREATE SCHEMA core; -- was: app\n'), ['app -> core'])
})

test('what is in strings, bodies and block comments is no comment', () => {
  const sql = `SELECT '-- was: a';
/* -- was: b */
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$
  -- was: c
  SELECT 1 $$;`
  assert.deepEqual(names(sql), [])
})
