import type { MigrationError } from '../errors'

/** How a script is written: one SQL text, one module, or a module that runs its own SQL files. */
export type Kind = 'sql' | 'ts' | 'mixed'

/** `up` is the upgrade, `down` the downgrade. */
export type Direction = 'up' | 'down'

/** What the header comments of a SQL text ask for (`-- migrate: no-transaction`, `-- migrate: lock_timeout = 2s`). */
export interface ScriptOptions {
  /** False: run outside a transaction, statement by statement. */
  transaction: boolean
  /** PostgreSQL settings for this script alone, in the order written; values as PostgreSQL takes them (`2s`). */
  settings: readonly (readonly [name: string, value: string])[]
}

/** One direction of a SQL script. `text` has LF or CRLF as the file has, no BOM. */
export interface SqlPart {
  text: string
  /** Absolute path of the file that holds the text. */
  file: string
  /** 1-based line of `file` on which `text` starts (a marker section starts in the middle). */
  line: number
  options: ScriptOptions
}

/** Which text a checksum was made from; checksums are compared only within one kind. */
export type ChecksumKind = 'sql' | 'ts' | 'js'

/** Functions of a module that other commands than upgrade and downgrade run. */
export interface ScriptHooks {
  /** Run by `rebuild`. */
  runPartial: boolean
  /** Run by `skip` and `mark`. */
  runSkip: boolean
}

/**
 * A script as the folder has it. Reading the folder never imports a module, and a SQL text is parsed when
 * `upgrade`, `downgrade` or `problem` is asked for: of a script that is applied and unchanged, never.
 */
export interface Script {
  /** Decimal digits without leading zeros; compared by value. */
  revision: string
  /** The words after the number, `_` kept as written; may be empty. */
  title: string
  kind: Kind
  /** Absolute path of the file that is responsible: the module of `ts` and `mixed`, else the SQL file with the upgrade. */
  file: string
  /** Every absolute path that belongs to the script, `file` first. */
  files: readonly string[]
  /** SHA-256 in hex over the texts that matter, line endings and BOM left out. */
  checksum: string
  checksumKind: ChecksumKind
  /**
   * SQL of the upgrade: always there for `sql`, maybe for `mixed` (what `context.runSql()` runs), never for
   * `ts`. Throws `problem` where there is one; so does `downgrade`.
   */
  readonly upgrade?: SqlPart | undefined
  /** SQL of the downgrade; absent on `sql` means irreversible. */
  readonly downgrade?: SqlPart | undefined
  /** Where it is an edge of a graph of revisions. */
  readonly edge?: RevisionEdge | undefined
  /** What its comments say of one direction, a line each, for people. */
  describe?(direction: Direction): readonly string[]
  /** What its module exports, where the program passes the script as a value. */
  readonly module?: object
  /** What is wrong with its text (SCRIPT_INVALID), so that it cannot run. */
  readonly problem?: MigrationError | undefined
  /** Other functions that its module exports, as far as its text shows: it is imported only when it runs. */
  readonly hooks?: ScriptHooks
  /** The revisions of the scripts that it stands for (`-- migrate: squashes 1 2 3`). */
  readonly squashes?: readonly string[]
  /** SCRIPT_INVALID where it is still the template that `generate` or `add_script` wrote. */
  readonly unwritten?: MigrationError | undefined
  /** TypeORM's name of the migration, where its text shows it; of a module with several, the one that this is. */
  readonly migration?: string | undefined
  /** `class`: the number comes from the class name, since the file's name has none or a different one. */
  readonly numberedBy?: 'class' | undefined
  /** With `duplicate_revisions = by_name`: what the script is tracked by. */
  readonly byName?: TrackedName | undefined
  /** The `uuid` that its module exports, by which it is the same script under another number. */
  readonly uuid?: string | undefined
  /** True: it has no place in the order, and runs after all others whenever its text has changed. */
  readonly repeatable?: true | undefined
  /** The code of its module, where a bundle has it instead of a file. */
  moduleText?(): string | undefined
  /** The same script under another number. */
  renumbered?(revision: string, title: string): Script
}

/** What a script is tracked by where numbers may be shared. */
export interface TrackedName {
  /** The number in its name. */
  stamp: string
  /** Its whole name, the number included. */
  name: string
  /** The words of its name. */
  title: string
}

/** A script that leads from one revision to another. */
export interface RevisionEdge {
  from: string
  to: string
  direction: Direction
}
