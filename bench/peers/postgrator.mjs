import pg from 'pg'
import Postgrator from 'postgrator'

const [folder, url] = process.argv.slice(2)
const client = new pg.Client(url)
await client.connect()
const postgrator = new Postgrator({
  migrationPattern: `${folder}/*`,
  driver: 'pg',
  execQuery: (query) => client.query(query),
})
await postgrator.migrate()
await client.end()
