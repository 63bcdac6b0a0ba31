// The floor: connect, and send every script in one message.
import { readFileSync } from 'node:fs'
import pg from 'pg'

const [file, url] = process.argv.slice(2)
const client = new pg.Client(url)
await client.connect()
await client.query(readFileSync(file, 'utf8'))
await client.end()
