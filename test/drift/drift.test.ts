import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { first, withProject } from '../cli/project'

interface Document {
  differences: { is: string; object: string }[]
  sql: string[]
}

test('drift names what is missing, extra or otherwise, reads only, and leaves out what it is told', async () => {
  const files = {
    'migration/1_first.sql':
      'CREATE TABLE users (id int PRIMARY KEY, name varchar(20)); CREATE INDEX by_name ON users (name); CREATE VIEW names AS SELECT name FROM users;',
    'migration/2_later.sql': 'CREATE TABLE later ();',
  }
  await withProject(files, async ({ database, run }) => {
    const found = async (line: string) => {
      const { stdout, stderr, status } = await run(`${line} --json`)
      const { differences, sql } = JSON.parse(stdout) as Document
      return { status, stderr, names: differences.map(({ is, object }) => `${is} ${object}`), sql }
    }
    await run('upgrade 1')
    await database.query(
      `CREATE EXTENSION citext; CREATE TABLE migrations (id serial PRIMARY KEY, "timestamp" bigint NOT NULL, name varchar NOT NULL); INSERT INTO migrations ("timestamp", name) VALUES (1, 'a')`,
    )
    const same = await found('drift --ignore citext')
    assert.deepEqual([same.status, same.names, same.sql], [0, [], []], same.stderr)
    assert.match(same.stderr, /1 script is pending; what is applied is compared, up to 1\./)

    await database.query(
      'DROP INDEX by_name; ALTER TABLE users ADD nick text; CREATE TABLE tmp_1 (id int); ALTER TABLE users ALTER name SET NOT NULL',
    )
    const { status, names, sql } = await found('drift --ignore citext --ignore public.tmp_*')
    assert.equal(status, 3)
    assert.deepEqual(names.toSorted(), [
      'different column public.users.name',
      'extra column public.users.nick',
      'missing index public.by_name',
    ])
    assert.equal(sql.length, 3, sql.join('\n'))
    assert.deepEqual(await database.query("SELECT to_regclass('tmp_1') IS NOT NULL AS kept"), [
      { kept: true },
    ])
  })
})

test('a script that stands for applied ones is no drift, whatever is pending after it', async () => {
  await withProject({ 'migration/2_b.sql': 'CREATE TABLE b ();' }, async ({ cwd, run }) => {
    await run('upgrade')
    const both = `-- migrate: squashes 1 2\n${Object.values(first).join('')}\nCREATE TABLE b ();`
    await writeFile(join(cwd, 'migration/3_both.sql'), both)
    await writeFile(join(cwd, 'migration/4_c.sql'), 'CREATE TABLE c ();')

    const { status, stdout, stderr } = await run('drift')
    assert.equal(status, 0, stdout + stderr)
  })
})

test('of a graph, the shortest way to where the database is, is what drift compares; the options say whose folder it is', async () => {
  const graph = {
    'steps/20230101_initial_up_rev1.sql': 'CREATE TABLE people (id int);',
    'steps/20230102_rev1_up_rev2.sql': 'CREATE TABLE pets (id int);',
    'my-runner.js': 'exports.Runner = class { version() {} *up() {} *down() {} }',
  }
  await withProject(graph, async ({ database, run }) => {
    const options = '-d steps --layout graph'
    assert.equal((await run(`upgrade rev1 ${options}`)).status, 0)
    const same = await run(`drift ${options}`)
    assert.equal(same.status, 0, same.stdout + same.stderr)
    assert.match(same.stderr, /Scripts are pending; rev1, where the database is, is compared/)
    await database.query('ALTER TABLE people ADD name text')
    const { status, stdout } = await run(`drift ${options}`)
    assert.equal(status, 3)
    assert.match(stdout, /here, and no script makes it:\n {2}column public.people.name/)

    assert.match(
      (await run(`doctor ${options}`)).stdout,
      /folder: 2 scripts[^]*1 applied, 1 pending/,
    )
    assert.match((await run(`manifest ${options}`)).stdout, /lists 2 scripts/)
    const refused: readonly [line: string, says: RegExp][] = [
      [`adopt ${options}`, /with numbers[^]*hint: Run mark REVISION/],
      [`adopt --export ${options}`, /with numbers[^]*hint: Run mark REVISION/],
      ['adopt --runner ./my-runner.js:Runner', /PostgreSQL only, not on runner/],
      ['drift --runner ./my-runner.js:Runner', /PostgreSQL only, not on runner/],
      ['align --runner ./my-runner.js:Runner', /PostgreSQL only, not on runner/],
      ['doctor --runner ./my-runner.js:Runner', /PostgreSQL only, not on runner/],
      ['manifest --runner ./my-runner.js:Runner', /scripts of a runner have no list/],
    ]
    for (const [line, says] of refused) {
      const result = await run(line)
      assert.equal(result.status, 2, line)
      assert.match(result.stderr, says, line)
    }
  })
})
