import { readFileSync } from 'node:fs'
import pg from 'pg'
import { Umzug } from 'umzug'

const [folder, url] = process.argv.slice(2)
const client = new pg.Client(url)
await client.connect()
const umzug = new Umzug({
  context: client,
  logger: undefined,
  migrations: {
    glob: `${folder}/*.sql`,
    resolve: ({ name, path, context }) => ({
      name,
      up: async () => context.query(`BEGIN;\n${readFileSync(path, 'utf8')};\nCOMMIT`),
    }),
  },
  storage: {
    logMigration: ({ name }) => client.query('INSERT INTO umzug VALUES ($1)', [name]),
    unlogMigration: ({ name }) => client.query('DELETE FROM umzug WHERE name = $1', [name]),
    async executed() {
      await client.query('CREATE TABLE IF NOT EXISTS umzug (name text PRIMARY KEY)')
      const { rows } = await client.query('SELECT name FROM umzug ORDER BY name')
      return rows.map(({ name }) => name)
    },
  },
})
await umzug.up()
await client.end()
