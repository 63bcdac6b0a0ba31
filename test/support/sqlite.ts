/** Why tests on SQLite are skipped; false where its driver was built. */
export const noSqlite = canLoad()
  ? false
  : 'better-sqlite3 was not built: npm rebuild better-sqlite3'

function canLoad(): boolean {
  try {
    const Database = require('better-sqlite3') as new (file: string) => { close(): void }
    new Database(':memory:').close()
    return true
  } catch {
    return false
  }
}
