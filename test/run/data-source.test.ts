import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openMigrator } from '../../src/migrator/pick-migrator'
import { readSettings } from '../../src/settings/read-settings'
import { withDatabase } from '../support/database'
import { withFolder } from '../support/folder'

test('the migrator takes the DataSource of an application’s own module', async () => {
  await withDatabase(async ({ connection, query }) => {
    const { host, port, user, database } = connection
    const options = { type: 'postgres', host, port, username: user, database }
    const files = {
      'app.ini': '[migration]\ntypeorm.data_source = source.ts\npackage = migration\n',
      'source.ts': `import { DataSource } from 'typeorm'
import { User } from './user'
export const source = new DataSource({ ...${JSON.stringify(options)}, type: 'postgres', entities: [User] })`,
      'user.ts': `import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm'
@Entity()
export class User {
  @PrimaryGeneratedColumn() id!: number
  @Column() name!: string
}`,
      'migration/1_user.sql': 'CREATE TABLE "user" (id serial PRIMARY KEY, name text NOT NULL)',
      'migration/2_first.ts': `import type { QueryRunner } from 'typeorm'
import { User } from '../user'
export async function upgrade(queryRunner: QueryRunner) {
  await queryRunner.manager.getRepository(User).save({ name: 'Ann' })
}`,
    }
    await withFolder(files, async (folder) => {
      symlinkSync(join(__dirname, '..', '..', '..', 'node_modules'), join(folder, 'node_modules'))
      const settings = await readSettings({ config: join(folder, 'app.ini'), cwd: folder, env: {} })
      const migrator = await openMigrator(settings)

      const { steps } = await migrator.execute({ command: 'upgrade' })
      await migrator.close()

      assert.equal(steps.length, 2)
      assert.deepEqual(await query('SELECT name FROM "user"'), [{ name: 'Ann' }])
    })
  })
})
