import assert from 'node:assert/strict'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { dataSourceFromConfig } from '../../src/setup'
import { migrate } from '../support/cli'
import { withFolder, writeFiles } from '../support/folder'
import { type OwnServer, withOwnServer } from '../support/own-server'
import { startMigrate } from '../support/program'

const files = {
  'migration/1_a.sql': 'CREATE TABLE a (i int)',
  'migration/2_b.sql': 'INSERT INTO a VALUES (1)',
}

interface Place {
  server: OwnServer
  cwd: string
  /** `migrate development.ini COMMAND`: what a user sees, the port written as PORT. */
  run(address: string, ...argv: string[]): Promise<{ status: number; stdout: string; text: string }>
}

/** A server at TCP that asks some users for a password, with a folder of scripts. */
async function withPlace(work: (place: Place) => Promise<void>): Promise<void> {
  await withOwnServer((server) =>
    withFolder(files, async (cwd) => {
      await server.write(
        'pg_hba.conf',
        [
          'local all all trust',
          'host all secret 127.0.0.1/32 scram-sha-256',
          'host all unwanted 127.0.0.1/32 reject',
          'host all all 127.0.0.1/32 trust\n',
        ].join('\n'),
      )
      const run = async (address: string, ...argv: string[]) => {
        const url = address.replace('HOST', `127.0.0.1:${server.port}`).replaceAll('%', '%%')
        await writeFiles(cwd, {
          'development.ini': `[migration]\npackage = migration\ntypeorm.url = ${url}\n`,
        })
        const { status, stdout, stderr } = await migrate(['development.ini', ...argv], { cwd })
        return { status, stdout, text: stderr.replaceAll(String(server.port), 'PORT') }
      }
      await work({ server, cwd, run })
    }),
  )
}

const refusals: readonly (readonly [rule: string, code: string, address: string, error: string])[] =
  [
    [
      'a wrong password',
      'ACCESS_DENIED',
      'postgres://secret:wr0ng@HOST/app',
      `error: cannot connect to database "app" at 127.0.0.1:PORT
  password authentication failed for user "secret"
  SQLSTATE 28P01
hint: Check the user name and the password.`,
    ],
    [
      'no password where one is asked for',
      'ACCESS_DENIED',
      'postgres://secret@HOST/app',
      `error: cannot connect to database "app" at 127.0.0.1:PORT
  SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string
hint: The server asks for a password: put it into the URL, typeorm.password or the environment variable PGPASSWORD.`,
    ],
    [
      'a user whom pg_hba.conf rejects',
      'ACCESS_DENIED',
      'postgres://unwanted@HOST/app',
      `error: cannot connect to database "app" at 127.0.0.1:PORT
  pg_hba.conf rejects connection for host "127.0.0.1", user "unwanted", database "app", no encryption
  SQLSTATE 28000
hint: The server does not let this user in: look at the user name, at pg_hba.conf and at the TLS options.`,
    ],
    [
      'no such user',
      'ACCESS_DENIED',
      'postgres://nobody@HOST/app',
      `error: cannot connect to database "app" at 127.0.0.1:PORT
  role "nobody" does not exist
  SQLSTATE 28000
hint: The server does not let this user in: look at the user name, at pg_hba.conf and at the TLS options.`,
    ],
    [
      'no right to connect',
      'ACCESS_DENIED',
      'postgres://plain@HOST/closed',
      `error: cannot connect to database "closed" at 127.0.0.1:PORT
  permission denied for database "closed"
  SQLSTATE 42501
hint: Grant CONNECT on the database to this user.`,
    ],
    [
      'no such database',
      'DATABASE_NOT_FOUND',
      'postgres://postgres@HOST/apq',
      `error: cannot connect to database "apq" at 127.0.0.1:PORT
  database "apq" does not exist
  SQLSTATE 3D000
hint: Create the database (createdb, or CREATE DATABASE), or look at its name.`,
    ],
    [
      'no such host',
      'CONNECTION_FAILED',
      'postgres://postgres@no-such-host.invalid/app',
      `error: cannot connect to database "app" at no-such-host.invalid:5432
  getaddrinfo <WHY> no-such-host.invalid
hint: Check the host name.`,
    ],
    [
      'no such socket',
      'CONNECTION_FAILED',
      'postgres://postgres@/app?host=/nowhere',
      `error: cannot connect to database "app" at /nowhere, port 5432
  connect ENOENT /nowhere/.s.PGSQL.5432
hint: Start the server, or wait for it with --wait 30s; the socket folder is the host.`,
    ],
    [
      'a server without TLS',
      'TLS_FAILED',
      'postgres://postgres@HOST/app?sslmode=require',
      `error: cannot connect to database "app" at 127.0.0.1:PORT
  The server does not support SSL connections
hint: Turn ssl on in the server, or turn it off here: sslmode=disable in the URL, or typeorm.ssl = false.`,
    ],
    [
      'no right to create the journal',
      'JOURNAL_FAILED',
      'postgres://plain@HOST/app',
      `error: cannot use the journal "public"."migration_journal"
  permission denied for schema public
  SQLSTATE 42501
hint: Grant the role the right to create and use it, or set journal_schema to a schema where it may.`,
    ],
    [
      'a database closed for writing',
      'READ_ONLY',
      'postgres://postgres@HOST/guarded',
      `error: database "guarded" at 127.0.0.1:PORT is read-only
  Transactions are read-only here, by default_transaction_read_only or by their own words.
hint: Check what ALTER SYSTEM, ALTER DATABASE or ALTER ROLE has set, and whether this is the primary.`,
    ],
  ]

const databases = [
  "CREATE ROLE secret LOGIN PASSWORD 'right'",
  'CREATE ROLE plain LOGIN',
  'CREATE DATABASE app',
  'CREATE DATABASE closed',
  'REVOKE CONNECT ON DATABASE closed FROM public',
  'CREATE DATABASE guarded',
  'ALTER DATABASE guarded SET default_transaction_read_only = on',
]

const anything = `SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
  WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')`

test('each way in which a database is out of reach is one clear error, and leaves nothing behind', async () => {
  await withPlace(async ({ server, cwd, run }) => {
    const down = await run('postgres://postgres@HOST/app', 'upgrade')
    assert.equal(down.status, 75)
    assert.match(down.text, /ECONNREFUSED 127.0.0.1:PORT\nhint: Start the server, or wait for it/)
    await server.start()
    for (const sql of databases) await server.query(sql)
    for (const [rule, code, address, expected] of refusals) {
      const { stdout } = await run(address, 'upgrade', '--json')
      assert.match(stdout, new RegExp(`"code": "${code}"`), rule)
      for (const command of ['upgrade', 'setup']) {
        const { status, text } = await run(address, command)
        const shown = text.replace(/getaddrinfo E\w+/, 'getaddrinfo <WHY>')
        assert.equal(shown.slice(shown.indexOf('error:')).trimEnd(), expected, rule)
        assert.equal(status, code === 'CONNECTION_FAILED' ? 75 : 2, rule)
        assert.doesNotMatch(text, /wr0ng/)
      }
      for (const database of ['app', 'closed', 'guarded'])
        assert.deepEqual(await server.query(anything, database), [], rule)
    }
    await run('postgres://secret:wr0ng@HOST/app', 'status')
    const { status, output } = await startMigrate(cwd, 'development.ini', 'upgrade').ended
    assert.equal(status, 2)
    assert.match(output, /hint: Check the user name and the password\.\n$/)
  })
})

test('a role without rights on the journal is refused before any script runs', async () => {
  await withPlace(async ({ server, cwd, run }) => {
    await server.start()
    for (const sql of databases) await server.query(sql)
    assert.equal((await run('postgres://postgres@HOST/app', 'upgrade')).status, 0)
    await writeFiles(cwd, { 'migration/3_c.sql': 'CREATE TABLE c ()' })
    const before = await server.query('SELECT * FROM migration_journal', 'app')

    const unread = await run('postgres://plain@HOST/app', 'upgrade')
    await server.query('GRANT SELECT ON migration_journal TO plain', 'app')
    const unwritten = await run('postgres://plain@HOST/app', 'upgrade')

    assert.match(unread.text, /permission denied for table migration_journal\n {2}SQLSTATE 42501/)
    assert.match(
      unwritten.text,
      /error: cannot use the journal "public"\."migration_journal"\n {2}role "plain" may not read and write it\nhint: GRANT SELECT, INSERT, UPDATE ON "public"\."migration_journal" TO "plain"/,
    )
    assert.deepEqual([unread.status, unwritten.status], [2, 2])
    assert.deepEqual(await server.query('SELECT * FROM migration_journal', 'app'), before)
  })
})

test('a standby answers reading commands, and is said to be one when there is something to do', async () => {
  await withPlace(async ({ server, cwd, run }) => {
    await server.start()
    for (const sql of databases) await server.query(sql)
    assert.equal((await run('postgres://postgres@HOST/app', 'upgrade')).status, 0)
    await server.stop()
    const standby = await server.copy()
    await standby.write('standby.signal', '')
    await standby.start()
    const address = `postgres://postgres@127.0.0.1:${standby.port}/app`

    assert.deepEqual((await run(address, 'upgrade')).status, 0)
    assert.equal((await run(address, 'status')).status, 0)
    await writeFiles(cwd, { 'migration/3_c.sql': 'CREATE TABLE c ()' })
    for (const argv of [['upgrade'], ['downgrade', '0'], ['mark', '--yes']]) {
      const { status, text } = await run(address, ...argv)
      assert.equal(status, argv[0] === 'downgrade' ? 1 : 2, text)
      if (argv[0] !== 'downgrade') {
        assert.match(
          text,
          /is read-only\n {2}The server is a standby: .*\nhint: Connect to the primary\./,
        )
      }
    }
  })
})

test('--wait waits for a server that is started, and for one that takes no connections yet', async () => {
  await withPlace(async ({ server, run }) => {
    const waiting = run('postgres://postgres@HOST/postgres', 'upgrade', '--wait', '60s')
    await server.start()
    assert.equal((await waiting).status, 0)

    await server.stop()
    await server.write('standby.signal', '')
    const started = server.start(['hot_standby=off'])
    started.catch(() => undefined) // told by the last line, or by what failed before it
    const patient = ['upgrade', '--wait', '60s']
    const refused = await refusedBy(
      () => run('postgres://postgres@HOST/postgres', 'upgrade'),
      '57P03',
    )
    assert.equal(refused.status, 75, refused.text)
    assert.match(
      refused.text,
      /SQLSTATE 57P03\nhint: The server is starting up, .* --wait 30s\.\n$/,
    )
    const promoted = run('postgres://postgres@HOST/postgres', ...patient)
    await server.promote()
    const { status, text } = await promoted
    assert.equal(status, 0, text)
    await started
  })
})

/** What a run says once it says this, however long the server takes to come so far. */
async function refusedBy<Result extends { text: string }>(
  run: () => Promise<Result>,
  words: string,
): Promise<Result> {
  for (const limit = Date.now() + 60_000; ; await sleep(50)) {
    const result = await run()
    if (result.text.includes(words) || Date.now() > limit) return result
  }
}

test('a password is fetched for each connection, by the migrator, its scripts and the application, and never printed', async () => {
  await withPlace(async ({ server, cwd, run }) => {
    await server.start()
    for (const sql of [
      "CREATE ROLE secret SUPERUSER LOGIN PASSWORD 't0ken'",
      'CREATE DATABASE app',
    ])
      await server.query(sql)
    const opened =
      "import { DataSource } from 'typeorm'\nexport async function upgrade(queryRunner) {\n" +
      '  const other = queryRunner.connection.createQueryRunner()\n  await other.query("SELECT 1")\n  await other.release()\n}\n'
    await writeFiles(cwd, {
      'migration/3_c.ts': opened.replace(/^import.*\n/, ''),
      'migration/4_wrong.sql': "SELECT 't0ken' + 1",
      'token.sh': 'echo asked >> asked.txt; echo t0ken',
      token: 't0ken\n',
    })
    const address = 'postgres://secret@HOST/app\npassword_command = sh token.sh'
    const { status, text } = await run(address, 'upgrade', '--verbose')
    const asked = (await readFile(join(cwd, 'asked.txt'), 'utf8')).split('\n').length - 1
    const trace = await run(address, 'trace', '4', '--json')
    const file = await run(address.replace(/password_command.*/, 'password_file = token'), 'status')
    const failing = await run(
      address.replace('token.sh', '-c "echo expired >&2; exit 3"'),
      'status',
    )
    const absent = await run(
      address.replace(/password_command.*/, 'password_file = none'),
      'status',
    )
    await run(address, 'environ')
    await rm(join(cwd, 'migration/4_wrong.sql'))
    const drift = await run(address, 'drift')
    const dataSource = await dataSourceFromConfig(join(cwd, 'development.ini'))
    const names = await dataSource.query('SELECT current_user AS name')
    await dataSource.destroy()

    assert.equal(status, 1, text)
    assert.match(text, /invalid input syntax for type integer: "\*\*\*"/)
    assert.doesNotMatch(text + trace.stdout + trace.text, /t0ken/)
    assert.ok(asked >= 3, `asked ${asked} times`)
    assert.equal(file.status, 0)
    assert.match(failing.text, /^error: password_command ended with 3\n {2}expired\nhint: /)
    assert.equal(failing.status, 2)
    assert.ok([0, 3].includes(drift.status), drift.text)
    assert.match(absent.text, /error: cannot read password_file .*none: it does not exist\n/)
    assert.deepEqual(names, [{ name: 'secret' }])
  })
})
