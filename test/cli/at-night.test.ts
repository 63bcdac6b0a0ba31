import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { normalised } from '../support/cli'
import { withApplication } from './application'

const scripts = {
  'migration/1_users.sql': 'CREATE TABLE users (id int PRIMARY KEY);\n',
  'migration/2_mail.sql':
    '-- MIGRATE UP\nALTER TABLE users ADD mail text;\n-- MIGRATE DOWN\nALTER TABLE users DROP mail;\n',
  'migration/3_index.sql': 'CREATE INDEX users_mail ON users (mial);\n',
}

const story = `database "app"
error: script 3_index: column "mial" does not exist
  at migration/3_index.sql:1:1
    CREATE INDEX users_mail ON users (mial);
    ^
  SQLSTATE 42703
2 scripts were applied before and stay so.
hint: Correct the script and run migrate upgrade again. migrate trace N shows the failure again.
`

test('a story at night: an upgrade fails, what is wrong is found, and the rest goes on', async () => {
  await withApplication(scripts, async ({ cwd, run }) => {
    const failed = await run('upgrade')
    const errors = await run('errors --reverse --limit 1')
    const second = await run('list --all --revision 2')
    await writeFile(
      join(cwd, 'migration/1_users.sql'),
      'CREATE TABLE users (id integer PRIMARY KEY);\n',
    )
    await rm(join(cwd, 'migration/2_mail.sql'))
    const repaired = await run('repair --yes')
    await writeFile(
      join(cwd, 'migration/3_index.sql'),
      'CREATE INDEX users_mail ON users (mail);\n',
    )
    const rebuilt = await run('rebuild 3')
    const done = await run('status --check')

    const shown = normalised(failed.stderr).replace(/ {2}at .*3_index/, '  at migration/3_index')
    assert.equal(shown.replace(/trace \d+/, 'trace N'), story)
    assert.match(
      errors.stdout,
      /^ {2}\d+ +run +3 +index .*\n {6}script 3_index: column "mial" does not exist\n1 entry\n$/m,
    )
    assert.match(second.stdout, /^ {2}2 +run +2 +mail /m)
    assert.match(repaired.stdout, /1 users .*: only layout and comments differ\n/)
    assert.match(repaired.stdout, /2 mail .*: as the journal has it\n[^]*\n2 scripts repaired\n$/)
    assert.equal(rebuilt.status, 0, rebuilt.stderr)
    assert.match(done.stdout, /up to date: 3 applied\n$/)
    assert.equal(done.status, 0)
  })
})

test('a journal of 10,000 entries is listed by its newest, its revision and its time', async () => {
  await withApplication({ 'migration/1_a.sql': 'SELECT 1' }, async ({ database, run }) => {
    assert.match((await run('list')).stdout, /\nthe journal has no entries\n$/)
    await run('upgrade')
    await database.query(
      `INSERT INTO migration_journal (run_id, revision, title, kind, operation, ordinal, outcome, checksum, checksum_kind, operator, tool_version, started_at, finished_at, duration_ms)
       SELECT 'r', n, 'many', 'sql', 'run', 1, CASE WHEN n % 1000 = 0 THEN 'error' ELSE 'success' END, '', 'sql', 'ann@host', '1', now(), now(), 1
         FROM generate_series(2, 10000) AS n`,
    )
    const revisions = async (line: string) => {
      const { stdout } = await run(`${line} --json`)
      return (JSON.parse(stdout) as { entries: { revision: string }[] }).entries.map(
        (one) => one.revision,
      )
    }

    assert.equal((await revisions('list')).length, 9990)
    assert.equal((await revisions('list --all')).length, 10_000)
    assert.deepEqual(await revisions('list --limit 2 --reverse'), ['9999', '9998'])
    assert.deepEqual(await revisions('errors --limit 2'), ['9000', '10000'])
    assert.deepEqual(await revisions('list --revision 777'), ['777'])
    assert.match((await run('errors')).stdout, /\n10 entries\n$/)
  })
})
