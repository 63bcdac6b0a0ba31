// What a process costs that has nothing to do: require pg, connect, one query.
const { Client } = require('pg')

const client = new Client(process.argv[2])
void client
  .connect()
  .then(() => client.query('SELECT 1'))
  .then(() => client.end())
