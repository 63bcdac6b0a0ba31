import { promises as fs } from 'node:fs'
import * as path from 'node:path'
import { FileMigrationProvider, Kysely, Migrator, PostgresDialect } from 'kysely'
import pg from 'pg'

const [migrationFolder, connectionString] = process.argv.slice(2)
const pool = new pg.Pool({ connectionString })
const db = new Kysely({ dialect: new PostgresDialect({ pool }) })
const provider = new FileMigrationProvider({ fs, path, migrationFolder })
const { error } = await new Migrator({ db, provider }).migrateToLatest()
await db.destroy()
if (error) throw error
