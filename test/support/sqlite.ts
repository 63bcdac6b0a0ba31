/** Why tests on SQLite are skipped; false where its driver has a build for this machine. */
export const noSqlite = canLoad() ? false : 'the SQLite driver has no build for this machine'

function canLoad(): boolean {
  try {
    const Database = require('better-sqlite3') as new (file: string) => { close(): void }
    new Database(':memory:').close()
    return true
  } catch {
    return false
  }
}
