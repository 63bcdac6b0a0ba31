import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { migrate } from '../support/cli'
import { withDatabase } from '../support/database'
import { withFolder } from '../support/folder'

/** The README of asyncpg-trek: a chain, a skip, and a module. */
const files = {
  'scripts/20230101_initial_up_rev1.sql': 'CREATE TABLE people (id int);',
  'scripts/20230101_rev1_down_initial.sql': 'DROP TABLE people;',
  'scripts/20230102_rev1_up_rev2.ts':
    "import type { QueryRunner } from 'typeorm'\nexport async function run_migration(connection: QueryRunner) { await connection.query('ALTER TABLE people ADD name text') }\n",
  'scripts/20230102_rev2_down_rev1.sql': 'ALTER TABLE people DROP name;',
  'scripts/20230103_rev2_up_rev3.sql': 'CREATE TABLE pets (id int);',
  'scripts/20230104_initial_up_rev3.sql':
    'CREATE TABLE people (id int, name text); CREATE TABLE pets (id int);',
  'scripts/20230105_rev3_down_rev1.sql': 'DROP TABLE pets; ALTER TABLE people DROP name;',
}

test('scripts that lead from revision to revision are run by the shortest way, up, down and to', async () => {
  await withDatabase(async ({ url, query }) => {
    const ini = `[migration]\ntypeorm.url = ${url.replaceAll('%', '%%')}\npackage = scripts\nlayout = graph\n`
    await withFolder({ ...files, 'development.ini': ini }, async (cwd) => {
      const run = async (...argv: string[]) => {
        const { status, stdout, stderr } = await migrate(argv, { cwd })
        assert.equal(status, 0, stderr)
        return stdout
      }
      const refused = async (...argv: string[]) => {
        const { status, stderr } = await migrate(argv, { cwd })
        assert.notEqual(status, 0)
        return stderr
      }
      const current = async () => (await run('--current')).trim()

      // the way without a stop is shorter than rev1, rev2, rev3
      assert.match(await run('plan'), /up +1 +initial -> rev3[^]*1 script would be applied/)
      assert.match(await run('upgrade', 'rev2'), /initial -> rev1[^]*rev1 -> rev2/)
      assert.equal(await current(), 'rev2')
      await run('upgrade')
      assert.equal(await current(), 'rev3')
      assert.match(await run('upgrade'), /nothing to do/)
      await run('to', 'rev1')
      assert.equal(await current(), 'rev1')
      assert.match(await run('--to', 'rev2'), /up +5 +rev1 -> rev2/)
      await run('downgrade')
      assert.equal(await current(), 'rev1')
      await run('downgrade', 'initial')
      assert.equal(await current(), 'initial')
      assert.deepEqual(
        await query('SELECT revision, title, outcome FROM migration_journal ORDER BY id'),
        [
          { revision: '1', title: 'initial -> rev1', outcome: 'success' },
          { revision: '2', title: 'rev1 -> rev2', outcome: 'success' },
          { revision: '3', title: 'rev2 -> rev3', outcome: 'success' },
          { revision: '4', title: 'rev3 -> rev1', outcome: 'success' },
          { revision: '5', title: 'rev1 -> rev2', outcome: 'success' },
          { revision: '6', title: 'rev2 -> rev1', outcome: 'success' },
          { revision: '7', title: 'rev1 -> initial', outcome: 'success' },
        ],
      )
      assert.match(await run('list'), /initial -> rev1/)
      assert.match(await refused('list', '-d', 'scripts'), /entries of a graph belong to no folder/)
      assert.match(await run('status'), /pending +8 +initial -> rev3/)

      // clear words for every dead end
      assert.match(
        await refused('upgrade', 'rev4'),
        /no script leads to a revision rev4[^]*rev1|Did you mean/,
      )
      await run('upgrade', 'rev1')
      assert.match(await refused('downgrade', 'rev3'), /no way down leads from rev1 to rev3/)
      assert.match(await refused('add_script', 'x'), /written by hand/)
      assert.match(await refused('generate', 'x'), /has no title/)
      await writeFile(join(cwd, 'scripts/20230109_initial_up_rev1.sql'), 'SELECT 1')
      assert.match(await refused('status'), /two scripts lead up from initial to rev1/)
    })
  })
})

test('a failing step is recorded, corrected and run; two that start at once do each step once', async () => {
  await withDatabase(async ({ url, query }) => {
    const ini = `[migration]\ntypeorm.url = ${url.replaceAll('%', '%%')}\npackage = scripts\nlayout = graph\n`
    const scripts = {
      'development.ini': ini,
      'scripts/20230101_initial_up_a.sql': 'CREATE TABLE a (id int);',
      'scripts/20230102_a_up_b.sql': 'CREATE TABLE a (id int);',
    }
    await withFolder(scripts, async (cwd) => {
      const failed = await migrate([], { cwd })
      assert.equal(failed.status, 1)
      assert.match(failed.stderr, /relation "a" already exists/)
      assert.match((await migrate(['status'], { cwd })).stdout, /failed +2 +a -> b/)
      await writeFile(join(cwd, 'scripts/20230102_a_up_b.sql'), 'CREATE TABLE b (id int);')
      const both = await Promise.all([migrate([], { cwd }), migrate([], { cwd })])
      assert.deepEqual(
        both.map(({ status }) => status),
        [0, 0],
      )
      const rows = await query(
        "SELECT title FROM migration_journal WHERE outcome = 'success' ORDER BY id",
      )
      assert.deepEqual(rows, [{ title: 'initial -> a' }, { title: 'a -> b' }])
    })
  })
})

test('a folder without a start, and a journal of another kind, are refused', async () => {
  await withDatabase(async ({ url }) => {
    const ini = (more: string) =>
      `[migration]\ntypeorm.url = ${url.replaceAll('%', '%%')}\npackage = scripts\n${more}`
    const lost = {
      'development.ini': ini('layout = graph\n'),
      'scripts/20230101_a_up_b.sql': 'SELECT 1',
    }
    await withFolder(lost, async (cwd) => {
      assert.match((await migrate([], { cwd })).stderr, /no script leads from initial/)
    })
    const numbered = { 'development.ini': ini(''), 'scripts/1_a.sql': 'SELECT 1' }
    await withFolder(numbered, async (cwd) => {
      assert.equal((await migrate([], { cwd })).status, 0)
    })
    const graph = { ...lost, 'scripts/20230101_initial_up_a.sql': 'SELECT 1' }
    await withFolder(graph, async (cwd) => {
      assert.match((await migrate([], { cwd })).stderr, /journal is of scripts with numbers/)
    })
  })
})

test('doctor reads a graph as one, and a list of its steps is held', async () => {
  await withDatabase(async ({ url }) => {
    const ini = (folder: string) =>
      `[migration]\ntypeorm.url = ${url.replaceAll('%', '%%')}\npackage = ${folder}\nlayout = graph\n`
    const scripts = {
      'development.ini': ini('scripts'),
      'built.ini': ini('built'),
      'scripts/20230101_initial_up_a.sql': 'CREATE TABLE a (id int);',
      'scripts/20230101_a_down_initial.sql': 'DROP TABLE a;',
      'built/20230101_initial_up_a.sql': 'CREATE TABLE a (id int);',
    }
    await withFolder(scripts, async (cwd) => {
      const run = (line: string) => migrate(line.split(' '), { cwd })
      const { status, stdout } = await run('doctor')
      assert.equal(status, 0, stdout)
      assert.match(stdout, /folder: 2 scripts[^]*0 applied, 1 pending/)
      assert.match((await run('manifest built')).stdout, /lists 2 scripts/)
      assert.match((await run('built.ini status')).stderr, /a_down_initial is missing/)
      await writeFile(join(cwd, 'both.ini'), ini('scripts, built'))
      assert.match((await run('both.ini status')).stderr, /are read from one folder/)
      assert.equal((await run('upgrade')).status, 0)
    })
  })
})

test('with transaction = all the whole way is one transaction, or nothing', async () => {
  await withDatabase(async ({ url, query }) => {
    const ini = `[migration]\ntypeorm.url = ${url.replaceAll('%', '%%')}\npackage = scripts\nlayout = graph\n`
    const scripts = {
      'development.ini': ini,
      'scripts/20230101_initial_up_a.sql': 'CREATE TABLE a (id int);',
      'scripts/20230102_a_up_b.sql': 'CREATE TABLE a (id int);',
    }
    await withFolder(scripts, async (cwd) => {
      assert.equal((await migrate(['--transaction', 'all'], { cwd })).status, 1)
      assert.deepEqual(await query("SELECT to_regclass('a') AS a"), [{ a: null }])
      assert.equal((await migrate(['--current'], { cwd })).stdout, 'initial\n')
    })
  })
})
