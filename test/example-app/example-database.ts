import 'reflect-metadata'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DataSource } from 'typeorm'
import type { Migrator } from '../../src/migrator/migrator'
import { settingsFor } from '../../src/settings/library'
import { migratorFor } from '../../src/setup'
import { withDatabase, type TestDatabase } from '../support/database'
import { pgDump } from '../support/pg-dump'

export const compiled = join(__dirname, '../../example-app')
export const sources = join(__dirname, '../../../example-app')
export const scripts = join(sources, 'migration')
export const schema = join(sources, 'schema.sql')

/** Gives a test a migrator on one of the folders of the example's scripts. */
export async function withScripts<Result>(
  { url }: TestDatabase,
  work: (migrator: Migrator) => Promise<Result>,
  folder = scripts,
): Promise<Result> {
  const migrator = await migratorFor(url, await settingsFor(folder, url))
  try {
    return await work(migrator)
  } finally {
    await migrator.close()
  }
}

/** `pg_dump -s` of all but the journal. */
export function dumpOf({ connection }: TestDatabase): Promise<string> {
  return pgDump(connection, ['--exclude-table=migration_journal*'])
}

const canonical = new Map<number, Promise<string>>()

/** What `schema.sql` makes of an empty database. */
export function canonicalDump(major: number): Promise<string> {
  const dump = canonical.get(major) ?? dumpCanonical(major)
  canonical.set(major, dump)
  return dump
}

async function dumpCanonical(major: number): Promise<string> {
  let dump = ''
  await withDatabase(
    async (database) => {
      await loadSchema(database)
      dump = await dumpOf(database)
    },
    { major },
  )
  return dump
}

/** Makes the database what `example-app/schema.sql` says. */
export async function loadSchema(database: TestDatabase): Promise<void> {
  await database.query(await readFile(schema, 'utf8'))
}

/** Works with the example's entities on the database; the DataSource is closed afterwards. */
export async function withEntities<T>(
  { connection }: TestDatabase,
  work: (dataSource: DataSource) => Promise<T>,
): Promise<T> {
  const { user: username, ...server } = connection
  const dataSource = new DataSource({
    type: 'postgres',
    ...server,
    username,
    entities: [join(compiled, 'entity/*.js')],
    installExtensions: false,
  })
  await dataSource.initialize()
  try {
    return await work(dataSource)
  } finally {
    await dataSource.destroy()
  }
}
