import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { DataSource, MigrationExecutor } from 'typeorm'
import { mentions } from '../../src/run/typescript/typeorm-history'
import { migrate } from '../support/cli'
import { withDatabase, type TestDatabase } from '../support/database'
import { withFolder } from '../support/folder'
import { pgDump } from '../support/pg-dump'
import { few } from '../support/scope'
import { manyMigrations } from './many-migrations'

/** Exports a DataSource as an application would, on the database that the environment names. */
const dataSource = `const { DataSource } = require('typeorm')
class Last1999999999999 {
  async up(queryRunner) { await queryRunner.query('CREATE TABLE last ()') }
  async down(queryRunner) { await queryRunner.query('DROP TABLE last') }
}
exports.AppDataSource = new DataSource({
  type: 'postgres',
  url: process.env.TEST_TYPEORM_URL,
  migrations: [__dirname + '/migrations/*{.js,.cjs,.mjs}', __dirname + '/more/**/*.migration.js', Last1999999999999],
})
`

const ini = `[migration]
typeorm.data_source = data-source.js
duplicate_revisions = by_name
`

async function byTypeorm(
  cwd: string,
  work: (executor: MigrationExecutor) => Promise<unknown>,
): Promise<void> {
  const { AppDataSource } = require(join(cwd, 'data-source.js')) as { AppDataSource: DataSource }
  await AppDataSource.initialize()
  try {
    const executor = new MigrationExecutor(AppDataSource)
    executor.transaction = 'each'
    await work(executor)
  } finally {
    await AppDataSource.destroy()
  }
}

const schemaOf = ({ connection }: TestDatabase) =>
  pgDump(connection, ['-T', 'migrations', '-T', 'migrations_id_seq', '-T', 'migration_journal'])

async function inApplication(
  database: TestDatabase,
  work: (cwd: string, run: (line: string) => Promise<string>) => Promise<void>,
): Promise<void> {
  process.env['TEST_TYPEORM_URL'] = database.url
  const files = {
    ...manyMigrations(count - 1),
    'data-source.js': dataSource,
    'development.ini': ini,
  }
  await withFolder(files, async (cwd) => {
    symlinkSync(join(__dirname, '../../../node_modules'), join(cwd, 'node_modules'))
    const run = async (line: string) => {
      const { status, stdout, stderr } = await migrate(line.split(' '), { cwd })
      assert.equal(status, 0, stderr)
      return stdout.trim().split('\n').at(-1) ?? ''
    }
    await work(cwd, run)
  })
}

/** TypeORM 0.3 has a method that 1.0 has not, and gets fewer of them. */
const count = 'getAllMigrations' in MigrationExecutor.prototype ? few(30, 300) : 300

test('migrations of every kind come to the same as by TypeORM, from the start, half-way and back', async () => {
  await withDatabase(async (theirs) => {
    await inApplication(theirs, (cwd) =>
      byTypeorm(cwd, async (executor) => {
        const done = await executor.executePendingMigrations()
        assert.equal(done.length, count)
      }),
    )
    const expected = await schemaOf(theirs)
    const seen = 'SELECT script, applied FROM seen ORDER BY script'
    await withDatabase(async (database) => {
      await inApplication(database, async (cwd, run) => {
        const empty = await schemaOf(database)
        assert.match(await run('upgrade'), new RegExp(`^${count} scripts applied`))
        assert.deepEqual(await database.query(seen), await theirs.query(seen))
        assert.equal(await schemaOf(database), expected)
        assert.match(await run('downgrade 0'), new RegExp(`^${count} scripts reverted`))
        assert.equal(await schemaOf(database), empty)

        await database.query('DROP TABLE migrations, migration_journal')
        await byTypeorm(cwd, async (executor) => {
          const pending = await executor.getPendingMigrations()
          for (const one of pending.slice(0, count / 2)) await executor.executeMigration(one)
        })
        await run('adopt')
        const part = count / 6
        assert.match(await run(`upgrade -c ${part}`), new RegExp(`^${part} scripts applied`))
        await run('adopt --export')
        await byTypeorm(cwd, async (executor) => {
          const pending = await executor.getPendingMigrations()
          assert.equal(pending.length, count - count / 2 - part)
          // what typetrek has applied, TypeORM can revert
          for (let at = 0; at < 3; at++) await executor.undoLastMigration()
          const done = await executor.executePendingMigrations()
          assert.equal(done.length, pending.length + 3)
        })
        assert.equal(await schemaOf(database), expected)

        await database.query('DROP TABLE migration_journal')
        await run('adopt')
        await run('status --check')
        assert.match(await run('downgrade 0'), new RegExp(`^${count} scripts reverted`))
        assert.equal(await schemaOf(database), empty)
      })
    })
  })
})

const texts: readonly [text: string, mentioned: boolean][] = [
  ["query('SELECT * FROM migrations WHERE id = 1')", true],
  ['query(`DELETE FROM "migrations"`)', true],
  ['query("UPDATE \\"public\\".\\"migrations\\" SET name = 1")', true],
  ["import { a } from 'migrations'", false],
  ["import { a } from '../migrations/shared'", false],
  ["query('SELECT * FROM migrations_log')", false],
  ["query('SELECT migrations FROM users')", false],
]

for (const [text, mentioned] of texts)
  test(`TypeORM's table is ${mentioned ? 'seen' : 'not seen'} in ${text}`, () => {
    assert.equal(mentions(text, 'migrations'), mentioned)
  })
