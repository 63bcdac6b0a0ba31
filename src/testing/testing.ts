export {
  closeMigratedDatabases,
  withMigratedDatabase,
  type MigratedDatabase,
  type MigratedDatabaseOptions,
} from './migrated-database'
