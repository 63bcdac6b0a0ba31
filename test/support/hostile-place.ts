import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { migrate, type CliResult } from './cli'
import { type TestDatabase, withDatabase } from './database'
import { withRepository } from './repository'
import { testServer } from './server'

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

/** Databases in which something was planted; they stay as long as the run's server. */
const templates = new Map<string, Promise<string>>()

/** Planting takes half a second, a copy a fiftieth of it. */
function planting(major: number, planted: string): Promise<string> {
  const key = `${major} ${planted}`
  const made = templates.get(key) ?? plant(major, planted)
  templates.set(key, made)
  return made
}

async function plant(major: number, planted: string): Promise<string> {
  const { host, port } = await testServer(major)
  const name = `planted_${randomBytes(6).toString('hex')}`
  for (const [database, sql] of [
    ['postgres', `CREATE DATABASE ${name} TEMPLATE template0`],
    [name, planted],
  ] as const) {
    const client = new Client({ host, port, user: 'postgres', database })
    await client.connect()
    await client.query(sql)
    await client.end()
  }
  return name
}

/**
 * A git repository with an ini, the files given, a database and a role; scratch databases beside it.
 * @param place.planted SQL that was run in the database
 */
export async function withHostilePlace(
  files: Readonly<Record<string, string>>,
  { major, planted }: { major: number; planted?: string },
  work: (place: HostilePlace) => Promise<void>,
): Promise<void> {
  const template = planted === undefined ? 'template0' : await planting(major, planted)
  await withDatabase(
    async (admin) => {
      const role = `hostile_${randomBytes(6).toString('hex')}`
      await admin.query(`CREATE ROLE ${role} SUPERUSER LOGIN`)
      await admin.query(`ALTER ROLE ${role} SET search_path = public, pg_catalog`)
      try {
        await withDatabase((database) => inPlace(database, role, files, work), {
          major,
          template,
        })
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
