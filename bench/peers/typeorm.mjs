import 'reflect-metadata'
import { DataSource } from 'typeorm'

const [folder, url] = process.argv.slice(2)
const migrations = [`${folder}/*.js`]
const options = { type: 'postgres', url, migrations, migrationsTransactionMode: 'each' }
const dataSource = await new DataSource(options).initialize()
await dataSource.runMigrations()
await dataSource.destroy()
