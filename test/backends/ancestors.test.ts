import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { DataSource } from 'typeorm'
import { migratorFor, readSettings } from '../../src/index'
import { migrate } from '../support/cli'
import { withDatabase } from '../support/database'
import { withFolder } from '../support/folder'

/*
 * What the README files of trek, asyncpg-trek and link-migration show, line by line, as it is written for
 * typetrek.
 */

/** trek: `migrations/1.sql`, `2.sql`, `3.sql`, each with its two sections. */
const trekFiles = Object.fromEntries(
  [1, 2, 3].map((n) => [
    `migrations/${n}.sql`,
    `-- MIGRATE UP
CREATE TABLE test${n} (
    id INTEGER PRIMARY KEY
);

-- MIGRATE DOWN
DROP TABLE test${n};
`,
  ]),
)

test('trek: migrate --runner=postgres up postgres://user@host/database', async () => {
  await withDatabase(async ({ url, query }) => {
    await withFolder(trekFiles, async (cwd) => {
      const up = await migrate(['--runner=postgres', 'up', url], { cwd })
      assert.equal(up.status, 0, up.stderr)
      assert.match(up.stdout, /3 scripts applied/)
      const down = await migrate(['--runner=postgres', 'down', url], { cwd })
      assert.match(down.stdout, /down +3[^]*1 script reverted/)
      const [row] = await query("SELECT to_regclass('test2') AS two, to_regclass('test3') AS three")
      assert.deepEqual(row, { two: 'test2', three: null })
    })
  })
})

test('trek: a runner is an object with version, up and down, and is named module:Name', async () => {
  const files = {
    ...trekFiles,
    'my-runner.ts': `import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Runner, RunnerMigration } from ${JSON.stringify(join(__dirname, '../../src/index'))}
export class LineRunner implements Runner {
  private readonly file: string
  constructor([file = '']: string[]) {
    this.file = file
  }
  version() {
    return this.lines().at(-1)
  }
  *up(name: string, { up }: RunnerMigration) {
    yield 'running ' + up.split('\\n')[0]
    this.write([...this.lines(), name])
  }
  *down(name: string, _: RunnerMigration) {
    yield ['info', 'reverting ' + name] as const
    this.write(this.lines().filter((line) => line !== name))
  }
  private lines() {
    return existsSync(this.file) ? readFileSync(this.file, 'utf8').split('\\n').filter(Boolean) : []
  }
  private write(lines: string[]) {
    writeFileSync(this.file, lines.join('\\n'))
  }
}
`,
  }
  await withFolder(files, async (cwd) => {
    const file = join(cwd, 'applied')
    const up = await migrate(['--runner=./my-runner.ts:LineRunner', 'up', file], { cwd })
    assert.equal(up.status, 0, up.stderr)
    assert.match(up.stderr, /running CREATE TABLE test1/)
    assert.equal(await readFile(file, 'utf8'), '1.sql\n2.sql\n3.sql')
  })
})

test('asyncpg-trek: plan and execute to a target revision on the connection of the application', async () => {
  const files = {
    'migrations/20230101_initial_up_rev1.sql': 'CREATE TABLE rev1 ();',
    'migrations/20230101_rev1_down_initial.sql': 'DROP TABLE rev1;',
    'migrations/20230102_rev1_up_rev2.ts':
      'export async function run_migration(connection: { query(sql: string): Promise<unknown> }) { await connection.query("CREATE TABLE rev2 ()") }',
  }
  await withDatabase(async ({ connection: { host, port, user, database }, query }) => {
    await withFolder(files, async (cwd) => {
      const conn = await new DataSource({
        type: 'postgres',
        host,
        port,
        username: user,
        database,
      }).initialize()
      const settings = await readSettings({
        config: 'postgres://localhost/unused',
        cwd,
        env: {},
        flags: { directory: 'migrations', layout: 'graph' },
      })
      const migrateTo = async (targetRevision: string) => {
        const backend = await migratorFor(conn, settings)
        const planned = await backend.plan({ command: 'to', target: targetRevision })
        const { steps } = await backend.execute({ command: 'to', target: targetRevision })
        assert.equal(planned.steps.length, steps.length)
        await backend.close()
        return steps.map(({ title }) => title)
      }
      try {
        assert.deepEqual(await migrateTo('rev2'), ['initial -> rev1', 'rev1 -> rev2'])
        // no action where it is there, and a clear word where no way leads down
        assert.deepEqual(await migrateTo('rev2'), [])
        await assert.rejects(migrateTo('initial'), /no way leads from rev2 to initial/)
        assert.equal((await query("SELECT to_regclass('rev2') AS t"))[0]?.['t'], 'rev2')
      } finally {
        await conn.destroy()
      }
    })
  })
})

test('link-migration: modules with a version, a conf with a folder, --to, --up and --down', async () => {
  const files = {
    'link-migrations/conf.ts': 'export const folder = "version.txt"\n',
    'link-migrations/hello_world.ts': `/**
 * migrate all the world of test
 * greetings world
 */

export const version = '0.0.1'

/** HeLo World and migrate the world */
export function up() {
  console.log('HeLo World and migrate the world')
}

/** roolback the world */
export function down() {
  console.log('Bye World and roolback the world')
}
`,
    'link-migrations/second.ts':
      'export const version = "0.0.2"\nexport function up() {}\nexport function down() {}\n',
  }
  await withFolder(files, async (cwd) => {
    const link = async (...argv: string[]) => {
      const result = await migrate(['-c', 'link-migrations/conf.ts', ...argv], { cwd })
      assert.equal(result.status, 0, result.stderr)
      return result
    }
    const stored = () => readFile(join(cwd, 'link-migrations/version.txt'), 'utf8')

    const up = await link('--to=00.00.01')
    assert.match(
      up.stderr,
      /migrate all the world of test\n +greetings world\n +- HeLo World[^\n]*\n +HeLo World and migrate the world/,
    )
    assert.equal(await stored(), '0.0.1')
    await link('--up')
    assert.equal(await stored(), '0.0.2')
    assert.match((await link('--down')).stderr, /Bye World and roolback the world/)
    assert.equal(await stored(), '0')
    await link('--up')
    assert.equal(await stored(), '0.0.2')
  })
})

test('link-migration: functions that keep the version, by the names of its README', async () => {
  const files = {
    'conf.ts': `import { existsSync, readFileSync, writeFileSync } from 'node:fs'
const folder = __dirname
export const MIGRATIONS_DIR = 'pkg.changes'
export function current_version() {
  return existsSync(folder + '/v.txt') ? readFileSync(folder + '/v.txt', 'utf8') : ''
}
export function set_current_version(version: string) {
  writeFileSync(folder + '/v.txt', String(version))
}
`,
    'pkg/changes/one.ts':
      "export const version = '0.0.1'\nexport function up() {}\nexport function down() {}\n",
  }
  await withFolder(files, async (cwd) => {
    assert.equal((await migrate(['-c', 'conf.ts', '-t', '0.0.1'], { cwd })).status, 0)
    assert.equal(await readFile(join(cwd, 'v.txt'), 'utf8'), '0.0.1')
    assert.equal((await migrate(['-c', 'conf.ts', '--current'], { cwd })).stdout, '0.0.1\n')
  })
})
