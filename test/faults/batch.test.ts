import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ErrorCode } from '../../src/errors'
import { withDatabase } from '../support/database'
import { failureOf } from '../support/failure'
import { withFolder } from '../support/folder'
import { withRole } from '../support/history-role'
import { fingerprint } from '../support/history-snapshot'
import { withMigrator } from '../support/migrator'
import { findPsql, replayWithDriver, replayWithPsql } from '../support/psql'
import { times } from './mode'
import { record } from './report'

const crowd = times(40, 200)

interface Fighter {
  what: string
  sql: (role: string) => string
  /** psql gives it one transaction, as we do. */
  wrapped?: boolean
}

/** What psql runs to its end must end the same with us, and what it stops at must stop us. */
const fighters: readonly Fighter[] = [
  {
    what: 'a top-level ROLLBACK',
    sql: () => 'CREATE TABLE b ();\nBEGIN;\nCREATE TABLE c ();\nROLLBACK;\nCREATE TABLE d ();',
  },
  {
    what: 'a ROLLBACK without a BEGIN',
    sql: () => 'CREATE TABLE b ();\nROLLBACK;\nCREATE TABLE c ();',
  },
  {
    what: 'COMMIT AND CHAIN',
    sql: () =>
      'BEGIN;\nCREATE TABLE b ();\nCOMMIT AND CHAIN;\nCREATE TABLE c ();\nROLLBACK;\nCREATE TABLE d ();',
  },
  {
    what: 'COMMIT AND CHAIN without a BEGIN',
    sql: () => 'CREATE TABLE b ();\nCOMMIT AND CHAIN;\nCREATE TABLE c ();',
  },
  {
    what: 'an END in the middle',
    sql: () => 'CREATE TABLE b ();\nEND;\nCREATE TABLE c ();',
  },
  {
    what: 'SET ROLE',
    sql: (role) =>
      `CREATE SCHEMA s AUTHORIZATION ${role};\nSET ROLE ${role};\nCREATE TABLE s.b AS SELECT current_user::text AS who;`,
    wrapped: true,
  },
  {
    what: 'SET SESSION AUTHORIZATION',
    sql: (role) =>
      `CREATE SCHEMA s AUTHORIZATION ${role};\nSET SESSION AUTHORIZATION ${role};\nCREATE TABLE s.b AS SELECT session_user::text AS who;`,
    wrapped: true,
  },
  {
    what: 'a role that may do nothing',
    sql: (role) => `CREATE TABLE b ();\nSET ROLE ${role};\nCREATE TABLE c ();`,
    wrapped: true,
  },
  {
    what: 'READ ONLY transactions from now on',
    sql: () =>
      'CREATE TABLE b ();\nSET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY;\nSET default_transaction_read_only = on;',
    wrapped: true,
  },
  {
    what: 'a transaction that becomes read only',
    sql: () => 'CREATE TABLE b ();\nSET transaction_read_only = on;\n',
    wrapped: true,
  },
  {
    what: 'an empty search_path',
    sql: () => "SET search_path = '';\nCREATE TABLE public.b ();",
    wrapped: true,
  },
  {
    what: 'a search_path that finds nothing',
    sql: () => "SELECT set_config('search_path', '', false);\nCREATE TABLE b ();",
    wrapped: true,
  },
  {
    what: 'more rows than fit',
    sql: () =>
      `SELECT n, repeat('x', 100) FROM generate_series(1, ${times(50_000, 500_000)}) n;\nCREATE TABLE b AS SELECT 1 AS i;`,
    wrapped: true,
  },
]

/** Half of 200 others, and the fighter between; or the fighter alone. */
function folderOf(script: string, others: number) {
  const files: Record<string, string> = { '1000_fighter.sql': script }
  for (let n = 1; n <= others; n++) {
    files[`${n <= others / 2 ? n : 2000 + n}_o.sql`] = `CREATE TABLE other_${n} ();`
  }
  return files
}

interface Ended {
  /** What is there, the others aside. */
  result: readonly string[]
  failed: boolean
}

/** Runs it by ourselves; after a failure, repairs the script and sees that the rest is done. */
async function ours(script: string, others: number, what: string): Promise<Ended> {
  let ended: Ended | undefined
  await withMigrator(folderOf(script, others), async ({ migrator, another, database, folder }) => {
    const failure = await migrator.execute({ command: 'upgrade' }).then(
      () => undefined,
      (error: unknown) => error,
    )
    ended = { result: await fingerprint(database), failed: failure !== undefined }
    const count = "SELECT count(*)::int AS n FROM pg_class WHERE relname ~ '^other_'"
    if (failure) {
      assert.deepEqual(await database.query(count), [{ n: others / 2 }])
      await writeFile(join(folder, '1000_fighter.sql'), repaired(script))
      await (await another()).execute({ command: 'upgrade' })
    }
    assert.deepEqual(await database.query(count), [{ n: others }])
    const [row] = await database.query<{ rows: number; revisions: number }>(
      "SELECT count(*)::int AS rows, count(DISTINCT revision)::int AS revisions FROM migration_journal WHERE outcome = 'success'",
    )
    const { rows = 0, revisions = 0 } = row ?? {}
    const lost = others + 1 - revisions
    record({
      fault: `in the batch: ${what}`,
      injected: 1,
      lost,
      twice: rows - revisions,
      differ: 0,
    })
    assert.deepEqual(row, { rows: others + 1, revisions: others + 1 })
  })
  return ended!
}

/** Statements that are done stay as they were; the one at fault and all after it go. */
function repaired(script: string): string {
  return script.includes('AND CHAIN') ? 'CREATE TABLE b ();' : 'SELECT 1;'
}

async function psqls(script: string, wrapped: boolean): Promise<Ended> {
  const psql = await findPsql()
  let ended: Ended | undefined
  await withDatabase(async (database) => {
    const texts = [{ text: script, needsTransaction: wrapped }]
    const running =
      psql === undefined ? replayWithDriver(database, texts) : replayWithPsql(psql, database, texts)
    const failed = await running.then(
      () => false,
      () => true,
    )
    ended = { result: await fingerprint(database), failed }
  })
  return ended!
}

for (const { what, sql, wrapped = false } of fighters)
  test(`${what}: alone or in the middle of ${crowd} others, the end is the same as with psql`, async () => {
    await withRole(18, async (role) => {
      const script = sql(role)
      const expected = await psqls(script, wrapped)
      assert.deepEqual(await ours(script, 0, what), expected)
      assert.deepEqual(await ours(script, crowd, what), expected)
    })
  })

interface Refused {
  what: string
  script: string
  code: ErrorCode
  sqlstate?: string
  line: number
  says: RegExp
  /** Found before anything runs. */
  early?: boolean
}

const refused: readonly Refused[] = [
  {
    what: 'an unclosed quote',
    script: "CREATE TABLE b ();\nINSERT INTO nowhere VALUES ('it is;\n);\n",
    code: 'SCRIPT_FAILED',
    sqlstate: '42601',
    line: 2,
    says: /^script 1000_fighter: unterminated quoted string/,
  },
  {
    what: 'an unclosed dollar quote',
    script: 'CREATE TABLE b ();\nDO $do$ BEGIN NULL; END $d$;\n',
    code: 'SCRIPT_FAILED',
    sqlstate: '42601',
    line: 2,
    says: /^script 1000_fighter: unterminated dollar-quoted string/,
  },
  {
    what: 'an unclosed comment',
    script: 'CREATE TABLE b ();\n/* and /* so on */\n',
    code: 'SCRIPT_FAILED',
    sqlstate: '42601',
    line: 2,
    says: /^script 1000_fighter: unterminated \/\* comment/,
  },
  {
    what: 'a transaction that is read only',
    script: 'SET TRANSACTION READ ONLY;\nSELECT 1;\n',
    code: 'SCRIPT_FAILED',
    sqlstate: '25006',
    line: 1,
    says: /read-only/,
  },
  {
    what: 'a NUL',
    script: 'CREATE TABLE b ();\nSELECT \0;\n',
    code: 'SCRIPT_INVALID',
    line: 2,
    says: /NUL/,
    early: true,
  },
]

for (const { what, script, code, sqlstate, line, says, early } of refused)
  for (const others of [0, crowd])
    test(`${what} is refused with its place, ${others ? 'and what stands before it is done' : 'and nothing of it is done'}`, async () => {
      const files = folderOf(script, others)
      await withMigrator(files, async ({ migrator, database, folder, another }) => {
        const error = await failureOf(migrator.execute({ command: 'upgrade' }))

        assert.equal(error.code, code)
        assert.equal(error.sqlstate, sqlstate)
        assert.match(error.message, says)
        assert.match(error.file ?? '', /1000_fighter\.sql$/)
        assert.equal(error.line, line)
        const left = await database.query(
          "SELECT count(*)::int AS n FROM pg_class WHERE relname ~ '^other_' OR relname = 'b'",
        )
        assert.deepEqual(left, [{ n: early ? 0 : others / 2 }])
        await writeFile(join(folder, '1000_fighter.sql'), 'CREATE TABLE b ();')
        const { steps } = await (await another()).execute({ command: 'upgrade' })
        assert.equal(steps.length, early ? others + 1 : others / 2 + 1)
        record({ fault: `in the batch: ${what}`, injected: 1, lost: 0, twice: 0, differ: 0 })
      })
    })

/** Kibibytes that a process had at most. */
async function peakOf(files: Readonly<Record<string, string>>): Promise<number> {
  const program = join(__dirname, '..', '..', '..', 'bin', 'migrate')
  let peak = 0
  await withDatabase(async ({ url }) => {
    const tell = `process.on('exit', () => process._rawDebug('peak ' + process.resourceUsage().maxRSS))`
    await withFolder({ ...files, 'tell.cjs': tell }, async (folder) => {
      const argv = ['--require', join(folder, 'tell.cjs'), program, url, '-d', join(folder, 'm')]
      const child = spawn(process.execPath, argv, { stdio: ['ignore', 'ignore', 'pipe'] })
      let said = ''
      child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
      const status = await new Promise((done) => child.on('close', done))
      assert.equal(status, 0, said)
      peak = Number(/peak (\d+)/.exec(said)?.[1])
    })
  })
  return peak
}

test('a process that is sent half a million rows needs less than 60 MiB more than one that is sent none', async (t) => {
  const rows = "SELECT n, repeat('x', 200) FROM generate_series(1, 500000) n;"
  const without = await peakOf({ 'm/1_a.sql': 'SELECT 1;', 'm/2_b.sql': 'SELECT 2;' })
  const within = await peakOf({ 'm/1_a.sql': rows, 'm/2_b.sql': 'SELECT 2;' })
  const more = (within - without) / 1024
  t.diagnostic(`${(without / 1024).toFixed()} MiB without, ${more.toFixed()} MiB more with`)
  assert.ok(without > 20_000)
  assert.ok(more < 60, `${more} MiB more`)
})
