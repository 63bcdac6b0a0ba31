import { DataSource } from 'typeorm'
import { setUpMigration } from '../../src/setup'
import { testPool } from '../support/pool'

/** What a process of a crowd shall do, as its only argument tells in JSON. */
export interface BootTask {
  url: string
  folder: string
  /** How many calls of `setUpMigration`, all at once. */
  calls: number
  /** Each call has a DataSource or a pool of its own. */
  on: 'DataSource' | 'Pool'
}

/** Boots an application several times in one process; prints what each call returned. */
async function main({ url, folder, calls, on }: BootTask): Promise<void> {
  const one = on === 'Pool' ? withPool : withDataSource
  const results = await Promise.all(Array.from({ length: calls }, () => one(url, folder)))
  process.stdout.write(JSON.stringify(results))
}

async function withPool(url: string, folder: string): Promise<boolean> {
  const pool = testPool({ connectionString: url })
  try {
    return await setUpMigration(pool, folder)
  } finally {
    await pool.end()
  }
}

async function withDataSource(url: string, folder: string): Promise<boolean> {
  const dataSource = await new DataSource({ type: 'postgres', url }).initialize()
  try {
    return await setUpMigration(dataSource, folder)
  } finally {
    await dataSource.destroy()
  }
}

main(JSON.parse(process.argv[2] ?? '') as BootTask).catch((error: unknown) => {
  process.exitCode = 1
  process.stderr.write(error instanceof Error ? String(error.stack) : String(error))
})
