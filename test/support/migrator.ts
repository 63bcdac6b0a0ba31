import { migratorFor } from '../../src/setup'
import type { Migrator } from '../../src/migrator/migrator'
import { settingsFor } from '../../src/settings/library'
import type { SettingFlags } from '../../src/settings/read-settings'
import { withDatabase, type TestDatabase } from './database'
import { withFolder } from './folder'

export interface MigratorFixture {
  migrator: Migrator
  database: TestDatabase
  folder: string
  /** Another migrator on the same folder and database, as a new process would make it. */
  another(flags?: SettingFlags): Promise<Migrator>
}

export interface MigratorOptions {
  major?: number
  flags?: SettingFlags
}

/** Gives a test a folder of scripts, a database and a migrator between them; all gone afterwards. */
export async function withMigrator(
  files: Readonly<Record<string, string>>,
  work: (fixture: MigratorFixture) => Promise<void>,
  { major = 18, flags = {} }: MigratorOptions = {},
): Promise<void> {
  await withDatabase(
    (database) =>
      withFolder(files, async (folder) => {
        const open: Migrator[] = []
        const another = async (more: SettingFlags = {}) => {
          const settings = await settingsFor(folder, database.url, { ...flags, ...more })
          const migrator = await migratorFor(database.url, settings)
          open.push(migrator)
          return migrator
        }
        try {
          await work({ migrator: await another(), database, folder, another })
        } finally {
          await Promise.all(open.map((migrator) => migrator.close()))
        }
      }),
    { major },
  )
}
