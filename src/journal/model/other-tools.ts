/** A table as the catalog describes it. */
export interface FoundTable {
  schema: string
  table: string
  /** `name category` of each column; the category is `pg_type.typcategory`, `-` for a type that is not built in. */
  columns: readonly string[]
}

/** How one tool's history table is recognised. Pure data. */
export interface KnownHistory {
  tool: string
  /** Names that the tool gives its table; none: any table of this shape is one. */
  names: readonly string[]
  /** Only in this schema, where the name alone is too common. */
  schema?: string
  /** Columns that it has, the rarest last, `name category`: N number, S text, D date and time, B boolean, U other. */
  columns: readonly string[]
  /** True: it has no other column. */
  exact?: boolean
  /** SQL: which of its rows mean work that was done; all where absent. */
  applied?: string
  /** True: without the rows, the shape alone does not show whose table it is. */
  byRows?: boolean
}

const known = (
  tool: string,
  names: string,
  columns: string,
  more: Partial<KnownHistory> = {},
): KnownHistory => ({
  tool,
  names: names.split(' ').filter((name) => name !== ''),
  columns: columns.split(', '),
  ...more,
})

const exact = { exact: true } as const
const typeormColumns = 'id N, name S, timestamp N'

/** TypeORM wants the names of its migrations to end with their timestamp. */
const namedAfterTimestamp =
  'pg_catalog.right("name"::pg_catalog.text, 13) OPERATOR(pg_catalog.=) "timestamp"::pg_catalog.text'

/** The first that fits counts. A name as common as `migrations` needs the exact columns beside it. */
const histories: readonly KnownHistory[] = [
  known('TypeORM', 'migrations typeorm_migrations', typeormColumns, exact),
  known('TypeORM', '', typeormColumns, { ...exact, applied: namedAfterTimestamp, byRows: true }),
  known('knex', 'knex_migrations', 'name S, batch N'),
  known('AdonisJS', 'adonis_schema', 'name S, batch N'),
  known('Payload', 'payload_migrations', 'name S, batch N'),
  known('knex', '', 'id N, name S, batch N, migration_time D', exact),
  known('node-pg-migrate', 'pgmigrations', 'id N, name S, run_on D'),
  known('db-migrate', 'migrations', 'id N, name S, run_on D', exact),
  known('Supabase', 'schema_migrations', 'version S', { schema: 'supabase_migrations' }),
  known('dbmate or Rails', 'schema_migrations', 'version S', exact),
  known('golang-migrate', '', 'version N, dirty B', exact),
  known('Ecto', 'schema_migrations', 'version N, inserted_at D', exact),
  known('Sequel', 'schema_migrations', 'filename S', exact),
  known('Sequel', 'schema_info', 'version N', exact),
  known('Prisma', '_prisma_migrations', 'migration_name S, finished_at D, rolled_back_at D', {
    applied: '"rolled_back_at" IS NULL',
  }),
  known('Flyway', '', 'version S, description S, type S, script S, installed_rank N', {
    applied: `"type"::pg_catalog.text OPERATOR(pg_catalog.<>) 'SCHEMA'`,
  }),
  known('goose', '', 'id N, version_id N, is_applied B', {
    applied: '"is_applied" AND "version_id" OPERATOR(pg_catalog.>) 0',
  }),
  known('tern', 'schema_version', 'version N', {
    ...exact,
    applied: '"version" OPERATOR(pg_catalog.>) 0',
  }),
  known('sqlx', '_sqlx_migrations', 'version N, description S, installed_on D'),
  known('diesel', '__diesel_schema_migrations', 'version S, run_on D'),
  known('SeaORM', 'seaql_migrations', 'version S, applied_at N'),
  known('refinery', 'refinery_schema_history', 'version N, name S, checksum S'),
  known('Alembic', '', 'version_num S', exact),
  known('Django', 'django_migrations', 'app S, name S, applied D'),
  known('yoyo', '_yoyo_migration', 'migration_hash S, migration_id S'),
  known('Sequelize or Umzug', 'SequelizeMeta', 'name S'),
  known('Umzug', 'umzug umzug_migrations migrations', 'name S', exact),
  known('Slonik', 'migration', 'name S, hash S, date D', exact),
  known('Liquibase', '', 'id S, author S, filename S, orderexecuted N, exectype S, md5sum S'),
  known('Drizzle', '__drizzle_migrations', 'id N, hash S, created_at N'),
  known('Kysely', 'kysely_migration', 'name S, timestamp S'),
  known('MikroORM', 'mikro_orm_migrations', 'id N, name S, executed_at D'),
  known('Atlas', 'atlas_schema_revisions', 'version S, applied N, total N, executed_at D', {
    applied: `"version"::pg_catalog.text OPERATOR(pg_catalog.<>) '.atlas_cloud_identifier'`,
  }),
  known('pgroll', 'migrations', 'schema S, name S, migration U, created_at D'),
  known('Graphile Migrate', 'migrations', 'hash S, previous_hash S, filename S, date D', exact),
  known('Sqitch', 'changes', 'change_id S, change S, project S, committed_at D'),
  known('EF Core', '__EFMigrationsHistory', 'MigrationId S, ProductVersion S'),
  known('EF Core', '__EFMigrationsHistory', 'migration_id S, product_version S'),
  known('FluentMigrator', 'VersionInfo', 'Version N'),
  known('DbUp', 'schemaversions', 'schemaversionsid N, scriptname S, applied D'),
  known('Laravel', 'migrations', 'id N, migration S, batch N', exact),
  known('Phinx', 'phinxlog', 'version N, migration_name S'),
  known('Doctrine', 'doctrine_migration_versions migration_versions', 'version S, executed_at D'),
  known('Play', 'play_evolutions', 'id N, hash S, apply_script S, revert_script S'),
  known('MyBatis', 'changelog', 'id N, applied_at S, description S', exact),
  known('postgres-migrations', 'migrations', 'id N, name S, hash S, executed_at D', exact),
  known('Postgrator', 'schemaversion', 'version N, md5 S'),
  known('sql-migrate', 'gorp_migrations', 'id S, applied_at D'),
  known('bun', 'bun_migrations', 'id N, name S, group_id N, migrated_at D'),
  known('Strapi', 'strapi_migrations', 'id N, name S, time D'),
  known('Rambler', 'migrations', 'migration S', exact),
  known('nous.migration', 'versions', 'version N', exact),
  known('trek', 'trek_migrations', 'name S'),
  known('asyncpg-trek', 'migrations', 'id N, from_revision S, to_revision S, timestamp D', exact),
  known('migratore', 'migratore', 'uuid S, timestamp N, result S, operation S', {
    applied: `"result"::pg_catalog.text OPERATOR(pg_catalog.=) 'success'`,
  }),
]

/** Hosted services keep the history of their own part there; it says nothing about the application's. */
const ofServices = new Set([
  'auth.schema_migrations',
  'storage.migrations',
  'realtime.schema_migrations',
  '_realtime.schema_migrations',
  'supabase_functions.migrations',
  '_supavisor.schema_migrations',
  '_analytics.schema_migrations',
])

/** What to look for in the catalog: the names, and a column of each table that may have any name. */
export const lookFor = {
  names: [...new Set(histories.flatMap(({ names }) => names))],
  columns: [
    ...new Set(
      histories.filter(({ names }) => names.length === 0).map(({ columns }) => lastName(columns)),
    ),
  ],
}

function lastName(columns: readonly string[]): string {
  return columns.at(-1)!.replace(/ .$/, '')
}

/**
 * Whose history a table is, by its name and its columns; undefined for any other table. Pure.
 * @param typeormNames what the settings or the DataSource call TypeORM's table.
 */
export function recognise(
  found: FoundTable,
  typeormNames: readonly string[] = [],
): KnownHistory | undefined {
  if (ofServices.has(`${found.schema}.${found.table}`)) return undefined
  if (typeormNames.includes(found.table) && fits(found, configured)) return configured
  return histories.find((history) => isNamed(found, history) && fits(found, history))
}

const configured = known('TypeORM', '', typeormColumns)

function isNamed({ schema, table }: FoundTable, { names, schema: only }: KnownHistory): boolean {
  if (only !== undefined && only !== schema) return false
  return names.length === 0 || names.includes(table)
}

function fits(found: FoundTable, { columns, exact: whole = false }: KnownHistory): boolean {
  if (whole && found.columns.length !== columns.length) return false
  return columns.every((column) => found.columns.includes(column))
}
