import { randomBytes } from 'node:crypto'
import { Client, type Pool } from 'pg'
import { testServer } from '../support/server'
import { testPool } from '../support/pool'

/** Databases of one test, all gone afterwards. */
export class Databases {
  private readonly names: string[] = []
  private readonly pools: Pool[] = []

  private constructor(
    private readonly admin: Client,
    private readonly major: number,
  ) {}

  /** Gives a test a server on which it makes databases. */
  static async with(work: (databases: Databases) => Promise<void>, major = 18): Promise<void> {
    const { host, port } = await testServer(major)
    const admin = new Client({ host, port, user: 'postgres', database: 'postgres' })
    await admin.connect()
    const databases = new Databases(admin, major)
    try {
      await work(databases)
    } finally {
      await Promise.all(databases.pools.map((pool) => pool.end()))
      for (const name of databases.names)
        await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
      await admin.end()
    }
  }

  /** A database in which this SQL was run, and nobody is connected. */
  async make(sql: string, template = 'template0'): Promise<string> {
    const name = `test_${randomBytes(6).toString('hex')}`
    this.names.push(name)
    const strategy = this.major >= 15 ? ' STRATEGY file_copy' : ''
    await this.admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}${strategy}`)
    const client = new Client(this.connectionTo(name))
    await client.connect()
    try {
      if (sql !== '') await client.query(sql)
    } finally {
      await client.end()
    }
    return name
  }

  /** Connections to a database; it can be no template from now on. */
  open(name: string): Pool {
    const pool = testPool(this.connectionTo(name))
    pool.on('error', () => {})
    this.pools.push(pool)
    return pool
  }

  connectionTo(database: string) {
    const { host, port } = this.admin
    return { host, port, user: 'postgres', database }
  }
}
