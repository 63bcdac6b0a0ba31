import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { Client } from 'pg'
import { lockKey } from '../../src/run/lock/advisory-key'
import { migratorFor, setUpMigration } from '../../src/setup'
import { cutOff } from '../run/cut-off'
import { migrate } from '../support/cli'
import { withDatabase } from '../support/database'
import { withFolder } from '../support/folder'
import { askedByTypeorm, hostileSql } from '../support/hostile'
import { withHostilePlace, type HostilePlace } from '../support/hostile-place'
import { testPool } from '../support/pool'
import { few } from '../support/scope'

const statements = {
  a: 'CREATE TABLE public.a (x int, y int)',
  b: 'CREATE INDEX CONCURRENTLY ON public.a (y)',
}

const sql = {
  'migration/1_a.sql': `-- MIGRATE UP\n${statements.a};\n-- MIGRATE DOWN\nDROP TABLE public.a;`,
  'migration/2_b.sql': `-- MIGRATE UP\n${statements.b};\nCREATE INDEX CONCURRENTLY i ON public.a (x);\n-- MIGRATE DOWN\nDROP INDEX CONCURRENTLY public.i;`,
  'migration/3_c.sql':
    '-- MIGRATE UP\nSET search_path = public, pg_catalog; CREATE TABLE public.c (x int);\n-- MIGRATE DOWN\nDROP TABLE public.c;',
  'migration/4_d.sql':
    '-- MIGRATE UP\nCOPY public.c FROM stdin;\n1\n\\.\n-- MIGRATE DOWN\nDELETE FROM public.c;',
}

const runner = '(queryRunner: { query(sql: string): Promise<unknown> })'
const script = (up: string, down: string, more = '') =>
  `${more}export const upgrade = ${runner} => queryRunner.query(${JSON.stringify(up)})
export const downgrade = ${runner} => queryRunner.query(${JSON.stringify(down)})\n`

const typescript = {
  'migration/1_a.ts': script(statements.a, 'DROP TABLE public.a'),
  'migration/2_b.ts': script(
    'CREATE INDEX CONCURRENTLY i ON public.a (x)',
    'DROP INDEX CONCURRENTLY public.i',
    'export const transaction = false\n',
  ),
  'migration/3_c.ts': script('CREATE TABLE public.c (x int)', 'DROP TABLE public.c'),
}

const both: Readonly<Record<string, Readonly<Record<string, string>>>> = { sql, typescript }

/** Runs a command that must succeed. */
async function succeed({ run }: HostilePlace, argv: string): Promise<string> {
  const { status, stdout, stderr } = await run(argv)
  assert.equal(status, 0, `${argv}: ${stdout}${stderr}`)
  return stdout
}

for (const major of [14, 18]) {
  // the statements of typetrek are the same on each version but for few, and for each kind but for few
  for (const [kind, files] of Object.entries(few(major === 14 ? { sql } : { typescript }, both))) {
    const count = Object.keys(files).length
    const planted = hostileSql(kind === 'sql' ? {} : { spare: askedByTypeorm })

    for (const transaction of ['each', 'all'] as const)
      test(`PostgreSQL ${major}, ${kind}: no operator or function in public is called by upgrade and downgrade, transaction ${transaction}`, async () => {
        const inTransaction = Object.entries(files).filter(([name]) => !name.includes('2_b'))
        const some = transaction === 'all' ? Object.fromEntries(inTransaction) : files
        await withHostilePlace(some, { major, planted }, async (place) => {
          const all = `--transaction ${transaction}`

          assert.match(await succeed(place, `upgrade ${all}`), /scripts applied/)
          for (const command of ['upgrade', 'status', 'plan downgrade', 'list', 'errors', 'unlock'])
            await succeed(place, command)
          await succeed(place, `to 1 ${all}`)
          await succeed(place, `upgrade -c 1 ${all}`)
          assert.match(await succeed(place, `downgrade 0 ${all}`), /scripts? reverted/)
          await succeed(place, 'mark')
          assert.match(await succeed(place, 'status'), /applied/)

          await place.assertUntouched()
        })
      })

    test(`PostgreSQL ${major}, ${kind}: nor by setup, from the canonical schema or from the scripts`, async () => {
      for (const command of ['setup', 'setup --run-scripts']) {
        const schema = { 'schema.sql': 'CREATE TABLE public.a (x int, y int);' }
        const more = command === 'setup' ? schema : {}
        await withHostilePlace({ ...files, ...more }, { major, planted }, async (place) => {
          await succeed(place, command)

          assert.match(await succeed(place, 'list'), new RegExp(String(count)))
          await place.assertUntouched()
        })
      }
    })

    test(`PostgreSQL ${major}, ${kind}: nor on an application’s own pool or client`, async () => {
      await withHostilePlace(files, { major, planted }, async (place) => {
        const folder = join(place.cwd, 'migration')
        const pool = testPool({ connectionString: place.url, max: 3 })
        const client = new Client({ connectionString: place.url })
        // what still disconnects when the database is dropped is cut off
        pool.on('error', () => undefined)
        client.on('error', () => undefined)
        await client.connect()
        try {
          assert.equal(await setUpMigration(pool, folder), true)
          const migrator = await migratorFor(client, folder)
          const { steps } = await migrator.execute({ command: 'downgrade', count: 1 })
          await migrator.close()

          assert.equal(steps.length, 1)
          await place.assertUntouched()
        } finally {
          await client.end()
          await pool.end()
        }
      })
    })
  }

  test(`PostgreSQL ${major}: nor by what goes on after a migrator that died, or fails`, async () => {
    await withHostilePlace(sql, { major, planted: hostileSql() }, async (place) => {
      const { database, cwd } = place
      await succeed(place, 'upgrade 1')
      await cutOff(database, 2)
      await database.query('CREATE INDEX ON public.a (y)')
      assert.match(await succeed(place, 'upgrade'), /applied/)
      await writeFile(join(cwd, 'migration/5_e.sql'), 'CREATE TABLE public.e (x int);\nSELCT;')
      await writeFile(join(cwd, 'migration/6_f.sql'), statements.b.replace('(y)', '(nowhere)'))

      for (const expected of [/SELCT/, /SELCT/]) {
        const { status, stderr } = await place.run('upgrade')
        assert.equal(status, 1)
        assert.match(stderr, expected)
      }
      await writeFile(join(cwd, 'migration/5_e.sql'), 'CREATE TABLE public.e (x int);')
      assert.match((await place.run('upgrade')).stderr, /nowhere/)
      await succeed(place, 'errors')
      await writeFile(join(cwd, 'migration/6_f.sql'), statements.b)
      await succeed(place, 'upgrade')

      await place.assertUntouched()
    })
  })

  test(`PostgreSQL ${major}: nor by one that waits for the lock, and by unlock --terminate`, async () => {
    await withHostilePlace(sql, { major, planted: hostileSql() }, async (place) => {
      const holder = new Client({ connectionString: place.url })
      holder.on('error', () => undefined)
      await holder.connect()
      const key = lockKey({ schema: 'public', table: 'migration_journal' })
      await holder.query(`BEGIN; SELECT pg_catalog.pg_advisory_xact_lock(${key})`)

      const { status, stderr } = await place.run('upgrade --lock-wait 1s')
      const unlocked = await place.run('unlock --terminate --yes')

      assert.notEqual(status, 0)
      assert.match(stderr, /another migrator holds the lock/)
      assert.equal(unlocked.status, 0, unlocked.stderr)
      await succeed(place, 'upgrade')
      await place.assertUntouched()
    })
  })

  test(`PostgreSQL ${major}: mallory’s operator does not make mallory a superuser`, async () => {
    await withDatabase(
      async (database) => {
        const mallory = `mallory_${randomBytes(6).toString('hex')}`
        await database.query(
          `CREATE ROLE ${mallory} LOGIN; GRANT CREATE, USAGE ON SCHEMA public TO ${mallory}`,
        )
        try {
          await database.query(
            `SET SESSION AUTHORIZATION ${mallory};
             CREATE FUNCTION public.eq(numeric, bigint) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN ALTER ROLE ${mallory} SUPERUSER; RETURN $1 OPERATOR(pg_catalog.=) $2::numeric; END $$;
             CREATE OPERATOR public.= (LEFTARG = numeric, RIGHTARG = bigint, FUNCTION = public.eq);
             CREATE FUNCTION public.eq(numeric, int) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN ALTER ROLE ${mallory} SUPERUSER; RETURN $1 OPERATOR(pg_catalog.=) $2::numeric; END $$;
             CREATE OPERATOR public.= (LEFTARG = numeric, RIGHTARG = int, FUNCTION = public.eq);
             RESET SESSION AUTHORIZATION`,
          )
          const text =
            '-- MIGRATE UP\nCREATE TABLE harmless ();\n-- MIGRATE DOWN\nDROP TABLE harmless;'
          for (const name of ['1_harmless', '20260101120000_harmless'])
            await withFolder({ [`m/${name}.sql`]: text }, async (cwd) => {
              for (const command of ['upgrade', 'downgrade', 'upgrade', 'downgrade']) {
                const argv = [database.url, command, '-d', 'm']
                assert.equal((await migrate(argv, { cwd })).status, 0)
              }
            })

          const rows = await database.query('SELECT rolsuper FROM pg_roles WHERE rolname = $1', [
            mallory,
          ])
          assert.deepEqual(rows, [{ rolsuper: false }])
        } finally {
          await database.query(`DROP OWNED BY ${mallory} CASCADE; DROP ROLE ${mallory}`)
        }
      },
      { major },
    )
  })
}
