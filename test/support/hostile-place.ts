import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { migrate, type CliResult } from './cli'
import { type TestDatabase, withDatabase } from './database'
import { withRepository } from './repository'

/** A project whose database looks names up in `public` before pg_catalog, for its role everywhere. */
export interface HostilePlace {
  cwd: string
  database: TestDatabase
  /** Address of the database as that role, a superuser. */
  url: string
  run(argv: string): Promise<CliResult>
  /** Fails where hostile code ran, even where nobody heard of it. */
  assertUntouched(): Promise<void>
}

/** A git repository with an ini, the files given, a database and a role; scratch databases beside it. */
export async function withHostilePlace(
  files: Readonly<Record<string, string>>,
  major: number,
  work: (place: HostilePlace) => Promise<void>,
): Promise<void> {
  await withDatabase(
    async (admin) => {
      const role = `hostile_${randomBytes(6).toString('hex')}`
      await admin.query(`CREATE ROLE ${role} SUPERUSER LOGIN`)
      await admin.query(`ALTER ROLE ${role} SET search_path = public, pg_catalog`)
      try {
        await withDatabase((database) => inPlace(database, role, files, work), { major })
      } finally {
        await admin.query(`DROP ROLE ${role}`)
      }
    },
    { major },
  )
}

function inPlace(
  database: TestDatabase,
  role: string,
  files: Readonly<Record<string, string>>,
  work: (place: HostilePlace) => Promise<void>,
): Promise<void> {
  const url = database.url.replace('//postgres@', `//${role}@`)
  const escaped = url.replaceAll('%', '%%')
  const ini = `[migration]\ntypeorm.url = ${escaped}\nscratch.url = ${escaped}\nscratch.prefer = url\nschema = schema.sql\n`
  return withRepository({ 'development.ini': ini, ...files }, ({ folder: cwd }) =>
    work({
      cwd,
      database,
      url,
      run: (argv) => migrate(argv.split(' '), { cwd, env: { NO_COLOR: '1' } }),
      assertUntouched: async () => {
        const rows = await database.query('SELECT is_called FROM public.hostile_calls')
        assert.deepEqual(rows, [{ is_called: false }])
      },
    }),
  )
}
