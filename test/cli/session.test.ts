import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { withProject } from './project'

const page = resolve(__dirname, '../../../docs/questions.md')
const block = /(```console\n)[^]*?(```)/

const before = `CREATE TYPE status AS ENUM ('active', 'gone');
CREATE TABLE client (id int PRIMARY KEY, name text);
CREATE TABLE users (id int PRIMARY KEY, "firstName" text, "lastName" text, mail text, nick text,
  joined timestamp, zip varchar(20), state status);`

const after = `CREATE TYPE status AS ENUM ('active');
CREATE TABLE customer (id int PRIMARY KEY, name text);
CREATE TABLE users (id int PRIMARY KEY, first_name text, last_name text, email text,
  joined timestamptz, zip varchar(10), state status, country text NOT NULL);`

/** To each question in turn; the third is answered twice. */
const answers = [
  '1',
  '1',
  '1',
  'back',
  '1',
  '2',
  'active',
  "joined AT TIME ZONE 'UTC'",
  '1',
  "'DE'",
  '1',
]

test('docs/questions.md shows a session of nine questions as it is', async () => {
  const files = { 'migration/1_first.sql': before, 'schema.sql': after }
  await withProject(files, async ({ run }) => {
    await run('upgrade')
    const words = 'add_script names and countries'
    const left = [...answers]
    let shown = `$ migrate ${words}\n`
    const onWrite = (text: string) => {
      if (text.startsWith('\r')) return
      shown += text.endsWith(': ') ? `${text}${left.shift()}\n` : text
    }
    const terminal = { stdin: true, stderr: true }
    const input = `${answers.join('\n')}\n`
    const { status, stderr } = await run(words, {
      terminal,
      input,
      onWrite,
      env: { NO_COLOR: '1' },
    })

    assert.equal(status, 0, stderr)
    assert.deepEqual(left, [])
    const session = shown
      .replace(/\d{14}_/, '20260131120000_')
      .replace(/[0-9a-f]{10}\n$/, '1f0c2a9b7d\n')
    if (process.env['UPDATE_GOLDEN'] === '1')
      writeFileSync(
        page,
        readFileSync(page, 'utf8').replace(block, (_, start, end) => `${start}${session}${end}`),
      )
    const [, recorded = ''] = /```console\n([^]*?)```/.exec(readFileSync(page, 'utf8')) ?? []
    assert.equal(session, recorded)
  })
})
