import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import pg from 'pg'

const [migrationsFolder, connectionString] = process.argv.slice(2)
const pool = new pg.Pool({ connectionString })
await migrate(drizzle(pool), { migrationsFolder })
await pool.end()
