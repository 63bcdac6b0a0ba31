import knex from 'knex'

const [directory, connectionString] = process.argv.slice(2)
const database = knex({ client: 'pg', connection: { connectionString } })
await database.migrate.latest({ directory })
await database.destroy()
