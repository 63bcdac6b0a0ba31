import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { DataSource, EntitySchema } from 'typeorm'
import { execute, migrateTo, migratorFor, plan, setUpMigration } from '../../src/index'
import type { StoredPlan } from '../../src/index'
import { migrate } from '../support/cli'
import { failureOf } from '../support/failure'
import { withFolder } from '../support/folder'
import { startMigrate } from '../support/program'
import { until } from '../support/until'
import { engines, stopEngines, type EngineFolder } from './engine-place'

after(stopEngines)

const files = {
  'migration/1_people.sql':
    "-- MIGRATE UP\nCREATE TABLE people (id int, name varchar(20));\nINSERT INTO people VALUES (1, 'a;b');\n-- MIGRATE DOWN\nDROP TABLE people;\n",
  'migration/2_pets.ts': `import type { QueryRunner } from 'typeorm'
export async function upgrade(queryRunner: QueryRunner) {
  await queryRunner.query('CREATE TABLE pets (id int)')
  await queryRunner.query('INSERT INTO pets VALUES (1)')
}
export const downgrade = (queryRunner: QueryRunner) => queryRunner.query('DROP TABLE pets')
`,
}

/** A module that ends its own process when it runs for the first time. */
const suicidal = `import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { QueryRunner } from 'typeorm'
export async function upgrade(queryRunner: QueryRunner) {
  await queryRunner.query('INSERT INTO people VALUES (2, NULL)')
  const died = join(__dirname, 'died')
  if (existsSync(died)) return
  writeFileSync(died, '')
  process.kill(process.pid, 'SIGKILL')
  await new Promise(() => undefined)
}
`

async function run({ cwd }: EngineFolder, ...argv: string[]): Promise<string> {
  const { status, stdout, stderr } = await migrate(argv, { cwd })
  assert.equal(status, 0, stderr)
  return stdout
}

async function refused({ cwd }: EngineFolder, ...argv: string[]): Promise<string> {
  const { status, stderr } = await migrate(argv, { cwd })
  assert.notEqual(status, 0)
  return stderr
}

for (const { name, skip, within } of engines) {
  test(`${name}: .sql and .ts go up and down, and the journal says so`, { skip }, async () => {
    await within(files, async (place) => {
      if (name === 'SQLite') {
        assert.match(await run(place, 'status'), /pending +1 +people/)
        assert.ok(!existsSync(join(place.cwd, 'app.db')), 'reading makes no database')
      }
      assert.match(await run(place, 'plan'), /2 scripts would be applied$/m)
      const shown = await migrate(['upgrade', '--verbose'], { cwd: place.cwd })
      assert.match(shown.stdout, /2 scripts applied/, shown.stderr)
      assert.match(shown.stderr, /CREATE TABLE people/)
      assert.deepEqual(await place.tables(), ['people', 'pets'])
      assert.deepEqual(await place.query('SELECT name FROM people'), [{ name: 'a;b' }])
      assert.match(await run(place, 'upgrade'), /nothing to do: 2 applied, none pending/)
      await run(place, 'downgrade')
      await run(place, 'to', '0')
      assert.deepEqual(await place.tables(), [])
      assert.match(await run(place, 'list'), /1[^]*people[^]*2[^]*pets/)
      assert.match(await refused(place, 'add_script', 'x'), /works on PostgreSQL only/)
      await run(place, 'mark')
      assert.deepEqual(await place.tables(), [])
      assert.match(await run(place, 'status'), /up to date: 2 applied/)
    })
  })

  test(
    `${name}: a failing statement is shown with its line, and what was corrected goes on`,
    { skip },
    async () => {
      const bad = { 'migration/1_a.sql': 'CREATE TABLE a (id int);\n\nCREATE TABEL b (id int);\n' }
      await within(bad, async (place) => {
        assert.match(await refused(place), /1_a\.sql:3:1|1_a\.sql:3/)
        assert.deepEqual(await place.tables(), name === 'SQLite' ? [] : ['a'])
        assert.match(await run(place, 'errors'), /1[^]*a/)
        await writeFile(
          join(place.cwd, 'migration/1_a.sql'),
          'CREATE TABLE a (id int);\n\nCREATE TABLE b (id int);\n',
        )
        await run(place, 'upgrade')
        assert.deepEqual(await place.tables(), ['a', 'b'])
        await writeFile(join(place.cwd, 'migration/2_c.sql'), 'COMMIT;')
        assert.match(await refused(place), /COMMIT in a script/)
      })
    },
  )

  test(
    `${name}: an empty database is set up from the schema, once, and replicas upgrade it`,
    { skip },
    async () => {
      const schema = {
        ...files,
        'schema.sql':
          'CREATE TABLE people (id int, name varchar(20));\nCREATE TABLE pets (id int);\n',
      }
      await within(schema, async (place) => {
        const dataSource = await place.connect()
        const source = join(place.cwd, 'development.ini')
        const boots = [1, 2, 3].map(() =>
          setUpMigration(dataSource, source, { whenSetUp: 'upgrade' }),
        )
        const first = (await Promise.all(boots)).filter(Boolean)
        assert.equal(first.length, 1, 'one of them sets up')
        assert.deepEqual(await place.tables(), ['people', 'pets'])
        await writeFile(join(place.cwd, 'migration/3_toys.sql'), 'CREATE TABLE toys (id int)')
        assert.equal(await setUpMigration(dataSource, source, { whenSetUp: 'upgrade' }), false)
        const migrator = await migratorFor(dataSource, source)
        const { applied, pending } = await migrator.status()
        assert.deepEqual([applied.length, pending.length], [3, 0])
        await migrator.close()
        assert.ok(dataSource.isInitialized, "the caller's stays open")
      })
      await within(files, async (place) => {
        await place.query('CREATE TABLE other (id int)')
        assert.match(await refused(place, 'setup'), /tables but no journal/)
      })
    },
  )

  test(
    `${name}: a migrator that is killed leaves nothing half done, or says what it cannot know`,
    { skip },
    async () => {
      await within({ ...files, 'migration/3_kill.ts': suicidal }, async (place) => {
        const { ended } = startMigrate(place.cwd, 'upgrade')
        assert.equal((await ended).status, null)
        assert.deepEqual(await place.query('SELECT id FROM people ORDER BY id'), [{ id: 1 }])
        if (name === 'MariaDB') {
          assert.match(
            await refused(place),
            /3_kill was interrupted while it ran[^]*rebuild 3 --not-done/,
          )
          await run(place, 'rebuild', '3', '--not-done')
        } else await run(place, 'upgrade')
        assert.deepEqual(await place.query('SELECT id FROM people ORDER BY id'), [
          { id: 1 },
          { id: 2 },
        ])
        assert.match(await run(place, 'status'), /up to date: 3 applied/)
      })
    },
  )

  test(
    `${name}: of three processes that start at once each script is run by one`,
    { skip },
    async () => {
      await within(files, async (place) => {
        const all = await Promise.all([1, 2, 3].map(() => startMigrate(place.cwd, 'upgrade').ended))
        assert.deepEqual(
          all.map(({ status }) => status),
          [0, 0, 0],
          all.map(({ output }) => output).join(),
        )
        assert.deepEqual(await place.query('SELECT id FROM pets'), [{ id: 1 }])
        const rows = await place.query('SELECT revision FROM migration_journal ORDER BY id')
        assert.deepEqual(rows, [{ revision: '1' }, { revision: '2' }])
      })
    },
  )
}

test('a layout whose files have marks of the tool is refused, since its downgrade would run with the upgrade', async () => {
  const script = '-- +goose Up\nCREATE TABLE a (id int);\n-- +goose Down\nDROP TABLE a;\n'
  const goose = {
    'development.ini': '[migration]\ntypeorm.url = sqlite:app.db\nlayout = goose\n',
    'migration/1_a.sql': script,
  }
  await withFolder(goose, async (cwd) => {
    for (const command of ['status', 'upgrade']) {
      const { status, stderr } = await migrate([command], { cwd })
      assert.equal(status, 2)
      assert.match(stderr, /files of layout goose are read on PostgreSQL only/)
    }
    const opened = migratorFor('sqlite:app.db', join(cwd, 'development.ini'))
    assert.equal((await failureOf(opened)).code, 'SETTINGS_INVALID')
  })
})

const postgresOnly = [
  'role = app_owner',
  'safe = false',
  'journal_schema = ops',
  'statement_timeout = 1s',
  'schema_extra = db/*.sql',
]

for (const line of postgresOnly)
  test(`${line} is refused where only PostgreSQL could follow it`, async () => {
    const ini = `[migration]\ntypeorm.url = sqlite:app.db\n${line}\n`
    await withFolder({ 'development.ini': ini, 'migration/1_a.sql': 'SELECT 1' }, async (cwd) => {
      const { status, stderr } = await migrate(['upgrade'], { cwd })
      assert.equal(status, 2, stderr)
      assert.match(stderr, /works on PostgreSQL only, not on SQLite\n +\w+ \(development\.ini:3\)/)
    })
  })

test('a role is refused, not ignored, with a data_source of MySQL or SQLite, which only the module shows', async () => {
  const options = { mysql: "host: 'localhost', port: 1", 'better-sqlite3': "database: 'app.db'" }
  for (const [type, rest] of Object.entries(options)) {
    const files = {
      'ds.js': `const { DataSource } = require(${JSON.stringify(require.resolve('typeorm'))})\nmodule.exports = new DataSource({ type: '${type}', ${rest} })\n`,
      'development.ini': '[migration]\ntypeorm.data_source = ds.js\nrole = app_owner\n',
      'migration/1_a.sql': 'SELECT 1',
    }
    await withFolder(files, async (cwd) => {
      for (const command of ['upgrade', 'status']) {
        const { status, stderr } = await migrate([command], { cwd })
        assert.equal(status, 2, stderr)
        assert.match(stderr, /^error: role works on PostgreSQL only, not on (?:MySQL|SQLite)$/m)
      }
    })
  }
})

for (const { name, skip, within } of engines) {
  test(
    `${name}: a plan is stored, executed as it is, and refused when it is stale`,
    { skip },
    async () => {
      await within(files, async (place) => {
        const dataSource = await place.connect()
        const folder = join(place.cwd, 'migration')
        const first = throughJson(await plan(dataSource, folder))
        assert.equal(first.direction, 'up')
        assert.match(first.steps[0]!.sql!, /^CREATE TABLE people/)
        assert.doesNotMatch(first.database, /undefined/)
        assert.deepEqual(await place.tables(), [])
        const runner = dataSource.createQueryRunner()
        await execute(runner, first)
        assert.deepEqual(await place.tables(), ['people', 'pets'])
        assert.equal((await failureOf(execute(dataSource, first))).code, 'STALE_PLAN')

        await runner.startTransaction()
        const back = throughJson(await plan(runner, folder, { target: '0' }))
        assert.equal((await failureOf(execute(runner, back))).code, 'TRANSACTION_MODE')
        assert.ok(runner.isTransactionActive, 'the transaction is still the caller’s')
        await runner.rollbackTransaction()
        await execute(runner, back)
        assert.deepEqual(await place.tables(), [])
        // nothing of the caller's is closed
        assert.equal((await runner.query('SELECT 1 AS one')).length, 1)
        await runner.release()
        // TypeORM releases nothing of SQLite's one connection
        if (runner.isReleased) assert.equal((await failureOf(plan(runner, folder))).code, 'USAGE')
      })
    },
  )

  test(`${name}: a DataSource is opened without what it changes by itself`, { skip }, async () => {
    await within(files, async (place) => {
      const { options } = await place.connect()
      const changing = { ...options, synchronize: true, migrationsRun: true, entities: [Person] }
      const dataSource = new DataSource(changing)
      await migrateTo(dataSource, join(place.cwd, 'migration'), '1')

      assert.deepEqual(await place.tables(), ['people'])
      assert.ok(!dataSource.isInitialized, 'what was opened is closed')
      assert.equal(dataSource.options.synchronize, true)
    })
  })
}

test(
  'SQLite: a run in one transaction is all or nothing, and what cannot be in one is refused',
  { skip: engines[0]!.skip },
  async () => {
    const one = ['--transaction', 'all']
    const bad = {
      ...files,
      'migration/3_bad.sql': 'CREATE TABLE toys (id int);\nSELECT nothing;\n',
    }
    await engines[0]!.within(bad, async (place) => {
      const { status, stdout } = await migrate(['upgrade', '--json', ...one], { cwd: place.cwd })
      const { steps } = JSON.parse(stdout) as { steps: { revision: string; outcome: string }[] }
      assert.equal(status, 1)
      assert.deepEqual(
        steps.map(({ revision, outcome }) => `${revision} ${outcome}`),
        ['3 error'],
      )
      assert.deepEqual(await place.tables(), [])
      assert.match(await run(place, 'errors'), /3[^]*bad/)
      const alone = '-- migrate: no-transaction\nCREATE TABLE toys (id int);\n'
      await writeFile(join(place.cwd, 'migration/3_bad.sql'), alone)
      assert.match(await refused(place, 'upgrade', ...one), /3_bad cannot run inside one transac/)
      assert.deepEqual(await place.tables(), [])
      await writeFile(join(place.cwd, 'migration/3_bad.sql'), 'CREATE TABLE toys (id int);\n')
      assert.match(await run(place, 'upgrade', ...one), /3 scripts applied/)
      assert.deepEqual(await place.tables(), ['people', 'pets', 'toys'])
      const deferred = `CREATE TABLE owner (id int PRIMARY KEY);
CREATE TABLE dog (owner int REFERENCES owner DEFERRABLE INITIALLY DEFERRED);
INSERT INTO dog VALUES (1);
`
      await writeFile(join(place.cwd, 'migration/4_dogs.sql'), deferred)
      assert.match(await refused(place, 'upgrade', ...one), /cannot be committed[^]*FOREIGN KEY/)
      assert.deepEqual(await place.tables(), ['people', 'pets', 'toys'])
    })
  },
)

test(
  'MariaDB: a run in one transaction is refused, since CREATE TABLE commits',
  { skip: engines[1]!.skip },
  async () => {
    await engines[1]!.within(files, async (place) => {
      assert.match(await refused(place, 'upgrade', '--transaction', 'all'), /takes no run in one/)
      assert.deepEqual(await place.tables(), [])
    })
  },
)

test(
  'SQLite: the lock opens its file with the driver that the DataSource names',
  { skip: engines[0]!.skip },
  async () => {
    await engines[0]!.within(files, async (place) => {
      const opened: string[] = []
      const Driver = require('better-sqlite3') as new (file: string) => object
      class Recorded extends Driver {
        constructor(file: string) {
          super(file)
          opened.push(file.slice(place.cwd.length))
        }
      }
      const options = { type: 'better-sqlite3', database: join(place.cwd, 'app.db') }
      const dataSource = new DataSource({ ...options, driver: Recorded } as never)
      await migrateTo(dataSource, join(place.cwd, 'migration'))

      assert.deepEqual(opened, ['/app.db', '/app.db-migration-lock'])
    })
  },
)

const throughJson = (planned: StoredPlan) => JSON.parse(JSON.stringify(planned)) as StoredPlan

const Person = new EntitySchema({
  name: 'person',
  columns: { id: { type: Number, primary: true } },
})

test('migrateTo goes to a version on SQLite too, and what it cannot work on is named', async () => {
  const { skip, within } = engines[0]!
  if (skip !== false) return
  await within(files, async (place) => {
    const dataSource = await place.connect()
    const folder = join(place.cwd, 'migration')
    const { steps } = await migrateTo(dataSource, folder, '1')
    assert.equal(steps.length, 1)
    assert.deepEqual(await place.tables(), ['people'])
    await migrateTo(`sqlite:${join(place.cwd, 'app.db')}`, folder, '0')
    assert.deepEqual(await place.tables(), [])
    const oracle = { options: { type: 'oracle' }, createQueryRunner: () => undefined }
    const { code, message } = await failureOf(plan(oracle as never, folder))
    assert.deepEqual([code, message], ['USAGE', 'the DataSource is for oracle'])
  })
})

test('unlock does not say that nobody holds a lock of which nothing shows the holder', async () => {
  const { skip, within } = engines[0]!
  if (skip !== false) return
  await within(files, async (place) => {
    assert.match(await refused(place, 'unlock'), /can be seen on PostgreSQL only/)
  })
})

const [, mariadb] = engines

test('a MySQL server that is away is waited for as long as wait says', async () => {
  const ini = '[migration]\ntypeorm.url = mysql://a@127.0.0.1:1/a\n'
  await withFolder({ 'development.ini': ini, 'migration/1_a.sql': 'SELECT 1' }, async (cwd) => {
    const since = performance.now()
    const { status } = await migrate(['status', '--wait', '700ms'], { cwd })
    assert.equal(status, 75)
    assert.ok(performance.now() - since > 600)
  })
})

test(
  'MariaDB: a script that is cut off goes on with the statement that is not done',
  { skip: mariadb!.skip },
  async () => {
    const script = {
      'migration/1_a.sql':
        'CREATE TABLE a (id int);\nINSERT INTO a VALUES (1);\nCREATE TABLE b (id int) AS SELECT SLEEP(1) AS id;\nINSERT INTO a VALUES (2);\n',
    }
    await mariadb!.within(script, async (place) => {
      const { child, ended } = startMigrate(place.cwd, 'upgrade')
      await until(async () => {
        const rows = await place
          .query<{ done: string }>('SELECT statements_done AS done FROM migration_journal')
          .catch(() => [])
        return Number(rows[0]?.done) === 2
      })
      child.kill('SIGKILL')
      await ended
      // the server finishes the statement, and holds the lock until then
      await run(place, 'upgrade')
      assert.deepEqual(await place.tables(), ['a', 'b'])
      assert.deepEqual(await place.query('SELECT id FROM a ORDER BY id'), [{ id: 1 }, { id: 2 }])
    })
  },
)
