import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { withApplication } from './application'

const scripts = {
  'migration/1_a.sql': 'CREATE TABLE a (i int);\nINSERT INTO a\n  VALUES (1);\n',
  'migration/2_b.ts':
    'export async function upgrade(queryRunner, context) {\n  await queryRunner.query("INSERT INTO a VALUES ($1)", [2])\n  await context.runSql("two.txt")\n}\n',
  'migration/two.txt': 'INSERT INTO a VALUES (3)',
  'migration/3_c.sql': 'CREATE INDEX CONCURRENTLY i ON a (i);',
  'migration/4_d.sql': 'BEGIN; INSERT INTO a VALUES (4); COMMIT',
}

const statement = /^ {2}sql, [\d.]+ m?s: (.*(?:\n {4}.*)*)/gm

const echoed = (text: string) => Array.from(text.matchAll(statement), ([, sql]) => sql)

test('--verbose shows each statement of a script with its time, on every route; DEBUG=1 that alone', async () => {
  const expected = [
    'CREATE TABLE a (i int)',
    'INSERT INTO a\n      VALUES (1)',
    'INSERT INTO a VALUES ($1)',
    'INSERT INTO a VALUES (3)',
    'CREATE INDEX CONCURRENTLY i ON a (i)',
    'INSERT INTO a VALUES (4)',
  ]
  const ran = (text: string) => echoed(text).map((sql) => sql?.replace(/;$/, ''))
  await withApplication(scripts, async ({ database, run }) => {
    const verbose = await run('upgrade --verbose')
    await database.query('DROP TABLE a, migration_journal')
    const debug = await run('upgrade', { env: { DEBUG: '1' } })
    await database.query('DROP TABLE a, migration_journal')
    const quiet = await run('upgrade', { env: { DEBUG: 'express:*' } })

    assert.equal(verbose.status, 0, verbose.stderr)
    assert.deepEqual(ran(verbose.stderr), expected)
    assert.deepEqual(ran(debug.stderr), expected)
    assert.doesNotMatch(debug.stderr, /lock_timeout/)
    assert.deepEqual([quiet.status, echoed(quiet.stderr)], [0, []])
    assert.deepEqual(
      verbose.stdout.replace(/[\d.]+ m?s/g, 'T'),
      quiet.stdout.replace(/[\d.]+ m?s/g, 'T'),
    )
  })
})

test('list and errors show one script, every outcome, or the newest first', async () => {
  const files = { ...scripts, 'migration/5_wrong.sql': 'SELCT' }
  await withApplication(files, async ({ run }) => {
    await run('upgrade')
    const shown = async (line: string) => {
      const { stdout } = await run(`${line} --json`)
      const { entries } = JSON.parse(stdout) as { entries: { revision: string; outcome: string }[] }
      return entries.map(({ revision, outcome }) => `${revision} ${outcome}`).join()
    }

    assert.equal(await shown('list --revision 02'), '2 success')
    assert.equal(await shown('errors --revision 1'), '')
    assert.equal(await shown('list --reverse --limit 2'), '4 success,3 success')
    assert.equal(await shown('list --all --limit 2'), '4 success,5 error')
    assert.equal(await shown('errors --all --reverse --limit 2'), '5 error,4 success')
    assert.match((await run('list --all')).stdout, /^ {2}5 +run +error +5 +wrong/m)
    const wrong = await run('list --revision 1_a')
    assert.match(wrong.stderr, /^error: --revision takes the digits of a script, found "1_a"\n/)
    assert.equal(wrong.status, 2)
  })
})

test('what may succeed later exits with 75: a server that is away, a lock that was not given', async () => {
  await withApplication(
    { 'migration/1_a.sql': '-- migrate: lock_timeout = 20ms\nALTER TABLE held ADD j int' },
    async ({ cwd, database, run }) => {
      await writeFile(
        join(cwd, 'away.ini'),
        '[migration]\ntypeorm.url = postgres://u@127.0.0.1:1/d\n',
      )
      const away = await run('away.ini status --json')
      const unusable = await run('postgres://u@/d?host=/dev/null status')
      await database.query('CREATE TABLE held (i int)')
      const other = await database.client()
      await other.query('BEGIN; LOCK TABLE held')
      const asked: string[] = []
      const held = await run('upgrade', {
        onWrite: (text, send) => {
          asked.push(text)
          if (asked.join('').split('trying again').length === 3) send('SIGTERM')
        },
      })

      const { error, exitStatus } = JSON.parse(away.stdout) as Record<
        string,
        { retryable: boolean }
      >
      assert.deepEqual([away.status, exitStatus, error?.retryable], [75, 75, true])
      assert.equal(unusable.status, 2, unusable.stderr)
      assert.equal(held.status, 143)
    },
  )
})

test("scripts run as the role of the settings on every route, and the journal is the login's", async () => {
  const role = `owner_${randomBytes(4).toString('hex')}`
  const files = {
    ...scripts,
    'migration/5_e.ts':
      'export const transaction = false\nexport async function upgrade(q) {\n  await q.query("CREATE TABLE e (i int)")\n}\n',
  }
  await withApplication(files, async ({ cwd, database, run }) => {
    await writeFile(join(cwd, 'schema.sql'), 'CREATE TABLE s (i int)')
    const ini = `[migration]\ntypeorm.url = ${database.url.replaceAll('%', '%%')}\nrole = ${role}\n`
    await writeFile(join(cwd, 'role.ini'), ini)
    const absent = await run('role.ini upgrade')
    await database.query(`CREATE ROLE ${role}; GRANT CREATE ON SCHEMA public TO ${role}`)
    try {
      const up = await run('role.ini upgrade')
      const owners = await database.query(
        "SELECT relname, relowner::regrole::text AS owner FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1",
      )
      const all = await run('role.ini downgrade 0')
      await database.query('DROP TABLE a, e, migration_journal')
      await mkdir(join(cwd, 'marked'))
      await writeFile(join(cwd, 'marked/1_s.sql'), '')
      await writeFile(join(cwd, 'role.ini'), `${ini}schema = schema.sql\npackage = marked\n`)
      const built = await run('role.ini setup')
      const [schema] = await database.query(
        "SELECT relowner::regrole::text AS owner FROM pg_class WHERE relname = 's'",
      )

      assert.equal(absent.status, 2)
      assert.match(absent.stderr, new RegExp(`^error: the server has no role "${role}"$`, 'm'))
      assert.equal(up.status, 0, up.stderr)
      assert.deepEqual(owners, [
        { relname: 'a', owner: role },
        { relname: 'e', owner: role },
        { relname: 'migration_journal', owner: 'postgres' },
      ])
      assert.equal(all.status, 1)
      assert.equal(built.status, 0, built.stderr)
      assert.equal(schema?.['owner'], role)
    } finally {
      await database.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
    }
  })
})
