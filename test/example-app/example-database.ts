import 'reflect-metadata'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DataSource } from 'typeorm'
import type { TestDatabase } from '../support/database'

const compiled = join(__dirname, '../../example-app')
const sources = join(__dirname, '../../../example-app')

/** Makes the database what `example-app/schema.sql` says. */
export async function loadSchema(database: TestDatabase): Promise<void> {
  await database.query(await readFile(join(sources, 'schema.sql'), 'utf8'))
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
