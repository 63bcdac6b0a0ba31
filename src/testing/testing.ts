export {
  closeMigratedDatabases,
  withMigratedDatabase,
  type MigratedDatabaseOptions,
} from './migrated-database'
export type { MigratedDatabase } from './migrated-copies'
