import type { ScriptSource, Settings } from '../../settings/value/setting-types'
import type { ScriptForm } from '../../script/layout/script-name'
import type { Answers } from '../../change/model/answers'

/** How `addScript` finds, writes and commits the next script. */
export interface AddScriptOptions {
  /** Words for the name of the file and the commit. */
  title: string
  /** Where the target schema comes from; default: as the settings say. */
  from?: ScriptSource
  /** Decisions that were made; what is left open is an error, or asked with `ask`. */
  answers?: Partial<Answers>
  /** Default `sql`. */
  form?: ScriptForm
  /** False: written without a proof, which the script's head then says. */
  verify?: boolean
  /** False: only added to git. */
  commit?: boolean
  /** Of the commit; default `Add migration <revision> <title>`. */
  message?: string
  /** Commits the canonical schema too, where it was changed. */
  withSchema?: boolean
  /** Commits what the target schema was read from too, where it was changed: entities or a schema file. */
  withSource?: boolean
  /** How many rows each table gets on which the locks of an online change are measured; default 100,000. */
  onlineRows?: number
  /** Writes nothing. */
  dryRun?: boolean
  /** Writes nothing, agrees to everything and proves nothing: only whether something differs counts. */
  check?: boolean
  /**
   * Lets a person change the scripts before they are written; what comes back is proven again, unless
   * `verify` is false.
   */
  edit?: (scripts: readonly AddedScript[]) => Promise<readonly AddedScript[]>
  /** Aborting it drops the scratch databases and throws INTERRUPTED. */
  signal?: AbortSignal
  /** Called with what goes on, in a few words. */
  progress?: (text: string) => void
}

/** A script with its revision and the texts of its files. */
export interface AddedScript {
  revision: string
  /** As it is written in the files' names. */
  title: string
  /** As it was given, in one line. */
  words: string
  /** By absolute path; the file that is responsible first. */
  files: readonly { path: string; text: string }[]
}

/** What `addScript` did: a value. */
export interface AddScriptReport {
  /** `nothing`: nothing differs, nothing was written. */
  outcome: 'added' | 'shown' | 'nothing'
  source: ScriptSource
  scripts: readonly AddedScript[]
  /** What a person should know: of the database, of what was kept or could not be proven. */
  notes: readonly string[]
  /** The statements lose data. */
  destructive: boolean
  proven: boolean
  /** The options that give the answers that were asked for; none where nobody was asked. */
  answered: readonly string[]
  /** Hash of the commit. */
  commit?: string
}

/** What `prepareNext` is given. */
export interface NextCall {
  settings: Settings
  /** The scratch server's major version. */
  major: number
}
