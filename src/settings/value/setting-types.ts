/** Where the application's database is. */
export type DatabaseAddress =
  | {
      kind: 'postgres'
      /** For pg's Client: either a `connectionString` or its parts; `ssl` as pg takes it. No timeouts: those are SET. */
      connection: ConnectionParts
      /** Past a pooler, where set (`typeorm.direct_url`). */
      direct?: ConnectionParts
    }
  | {
      kind: 'embedded'
      /** Absolute path of the marker or data folder. */
      path: string
      /** Database name inside the embedded server. */
      database: string
      /** PostgreSQL major asked for with `?major=17`, else the installed package's or the data's own. */
      major?: number
    }
  | {
      kind: 'data_source'
      /** Absolute path of the module that exports a TypeORM DataSource. */
      file: string
    }
  | {
      kind: 'engine'
      /** What TypeORM calls its driver. */
      engine: EngineType
      /** Of SQLite only `database`: the absolute path of the file, or `:memory:`. */
      connection: ConnectionParts
    }
  | {
      kind: 'runner'
      /** Absolute path of the module with the runner. */
      file: string
      /** Which of its exports; absent: the only one that is a runner. */
      name?: string
      /** What it is constructed with. */
      args: readonly string[]
    }
  | {
      kind: 'versions'
      /** Absolute path of the configuration module that keeps the version. */
      file: string
    }

/** The drivers of TypeORM that work beside PostgreSQL's. */
export type EngineType = 'mysql' | 'mariadb' | 'better-sqlite3' | 'sqlite'

/** Options of pg's Client that say how to connect. */
export interface ConnectionParts {
  host?: string
  port?: number
  user?: string
  password?: string
  /** Where each new connection gets its password from, instead of `password`. */
  passwordFrom?: PasswordSource
  database?: string
  ssl?: boolean | Record<string, unknown>
  application_name?: string
  /** Other options of pg's Client taken over from a URL's query or from `typeorm.extra.*`. */
  [option: string]: unknown
}

/** A password that is fetched for each connection: a token that expires. */
export interface PasswordSource {
  kind: 'command' | 'file'
  /** A command line for the shell, or the absolute path of a file. */
  value: string
  /** Folder that the command runs in. */
  here: string
}

/** One transaction a script, one for the run, or none. */
export type TransactionMode = 'each' | 'all' | 'none'
/** The isolation level of a run in one transaction. */
export type Isolation = 'read committed' | 'repeatable read' | 'serializable'
/** What becomes of a pending script that is older than one applied. */
export type LateScripts = 'run' | 'refuse'
/** What becomes of a database that another tool has migrated. */
export type OtherTools = 'refuse' | 'ignore'
/** Whether several scripts of one number are an error, or are distinguished by their names. */
export type DuplicateRevisions = 'refuse' | 'by_name'

/** How script files are named and divided into sections; `graph`: each script leads from one revision to another. */
export type LayoutName = (typeof layoutNames)[number]

/** Every layout that the setting `layout` takes. */
export const layoutNames = [
  'typetrek',
  'graph',
  'typeorm',
  'dbmate',
  'diesel',
  'drizzle',
  'flyway',
  'flyway-dotted',
  'golang-migrate',
  'goose',
  'node-pg-migrate',
  'prisma',
  'refinery',
  'sql-migrate',
  'sqlx',
  'supabase',
] as const

/** Which SQL the journal keeps. */
export type JournalText = 'full' | 'downgrade' | 'none'

/** `add_script` compares with the canonical schema or the entities, asks a command, or writes an empty script. */
export type ScriptSource = 'schema' | 'entities' | 'command' | 'none'

/** Whether a difference of schemas includes who owns what. */
export type OwnerChoice = 'compare' | 'ignore'

/** Where throw-away databases are made. */
export interface ScratchSettings {
  /** A server on which typetrek may create databases. */
  address?: Extract<DatabaseAddress, { kind: 'postgres' | 'embedded' }>
  /** Which one is used where both exist: an embedded server of production's major version (default), or the address. */
  prefer?: 'embedded' | 'url'
  /** How long an embedded server, with the databases replayed on it, is kept after a command, in milliseconds; default: 5 minutes. */
  keep?: number
  /** Extensions that are created first in every scratch database: the schema needs them, and no script creates them. */
  extensions: readonly string[]
}

/** Where a setting came from, for `environ`. */
export interface SettingOrigin {
  key: string
  /** Ready to print: secrets already masked. */
  shown: string
  /** `flag --lock-wait`, `development.ini:7`, `environment DATABASE_URL`, `.env:3`, `setup.cfg:4`, `package.json`, `default`. */
  from: string
}

/** Everything that a command needs to know, checked and absolute. */
export interface Settings {
  /** Absolute path of the ini, when there is one. */
  file?: string
  /** Folder that relative paths start from: the ini's, else the working folder. */
  here: string
  database: DatabaseAddress
  /** Absolute path of the scripts' folder. */
  directory: string
  /** Absolute paths of folders and globs that are read instead, where `package` names more than one folder. */
  packages?: readonly string[]
  /** Migration classes of a DataSource that are in memory, and the module that lists them. */
  classes?: { constructors: readonly (new () => object)[]; file: string }
  /** True where no setting names the scripts: the DataSource's `migrations` are used, if it has any. */
  packageIsDefault?: boolean
  layout: LayoutName
  duplicateRevisions: DuplicateRevisions
  /** Scripts that the program passes as values. Without `packages` they replace the folder. */
  sources?: readonly object[]
  /** Globs of files in that folder that are not scripts, in addition to those that never are. */
  ignore: readonly string[]
  /** Absolute path of the canonical schema, when named. */
  schema?: string
  /** Absolute paths and globs of SQL files that are loaded after the entities, where these build a schema. */
  schemaExtra?: readonly string[]
  /** Globs of `schema.name` that `drift` leaves out. */
  driftIgnore: readonly string[]
  /** Table that holds the journal. */
  journal: { schema: string; table: string }
  transaction: TransactionMode
  /** Of the one transaction of `all`; absent: the server's default. */
  isolation?: Isolation
  lateScripts: LateScripts
  /** What to do where another tool has migrated the database and the journal is empty. */
  otherTools: OtherTools
  journalText: JournalText
  /** Milliseconds; how long a migrator waits for another one. */
  lockWait: number
  /** Milliseconds; PostgreSQL's lock_timeout for scripts, 0 = none. */
  lockTimeout: number
  /** Milliseconds; PostgreSQL's statement_timeout for scripts, 0 = none. */
  statementTimeout: number
  /** Milliseconds to wait for a server that is not up yet; 0 = not at all. */
  wait: number
  strict: boolean
  /** `git`, `none`, or the name of another version control program. */
  vcs: string
  /** The role that scripts run as; the journal is written by the user who connects. */
  role?: string
  /** False: a failed TypeScript script with a `rollback` recovers by that instead of by the transaction. */
  safe: boolean
  /** True: each statement of a script is shown with its time. */
  debug: boolean
  schemaDiffCmd?: string
  /** Where `add_script` takes the target schema from; absent: from what the other settings name. */
  addScriptFrom?: ScriptSource
  /** Absent: compared where the canonical schema names one. */
  owners?: OwnerChoice
  /** Where throw-away databases are made. */
  scratch: ScratchSettings
  /** TypeORM DataSource options from `typeorm.*` (without url/host/... that `database` already holds); globs made absolute. */
  typeorm: Record<string, unknown>
  /** What the application itself uses: the section that `app` names, without overrides of `[migration]`. */
  application?: { database: DatabaseAddress; typeorm: Record<string, unknown> }
  origins: readonly SettingOrigin[]
  /** Texts that must never be printed; passwords that are fetched join them. */
  secrets: readonly string[]
}
