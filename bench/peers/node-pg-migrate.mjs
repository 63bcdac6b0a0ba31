import { runner } from 'node-pg-migrate'

const [dir, databaseUrl] = process.argv.slice(2)
const log = () => undefined
await runner({ dir, databaseUrl, log, direction: 'up', migrationsTable: 'pgmigrations' })
