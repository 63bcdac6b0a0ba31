import { randomBytes } from 'node:crypto'
import { withDatabase } from './database'

/** Gives a test a role of the cluster that owns nothing and may do nothing; databases must be gone before it. */
export async function withRole(major: number, work: (role: string) => Promise<void>) {
  const role = `nobody_${randomBytes(4).toString('hex')}`
  await withDatabase(
    async (database) => {
      await database.query(`CREATE ROLE ${role} NOLOGIN`)
      try {
        await work(role)
      } finally {
        await database.query(`DROP ROLE ${role}`)
      }
    },
    { major },
  )
}
