import type { AddedScript, AddScriptOptions } from '../add-script/deliver/add-script-options'
import type { Rename } from '../change/model/answers'
import type { DriftItem } from '../drift/drift-words'
import type { ScriptLayout } from '../script/layout/layout'
import type { ScriptSource } from '../settings/value/setting-types'

/** How `alignNames` finds, writes and commits its script. */
export interface AlignOptions extends Pick<
  AddScriptOptions,
  'form' | 'commit' | 'message' | 'dryRun' | 'signal' | 'progress'
> {
  /** Words for the name of the file and the commit. */
  title: string
  /** Where the wanted names come from; default: as the settings say. */
  from?: ScriptSource | undefined
  layout?: ScriptLayout | undefined
  /** Which of several that are alike gets which name. */
  renames?: readonly Rename[]
  /** Called before anything is written; what it throws ends the work. */
  agree?: (report: AlignReport) => Promise<void>
}

/** What `alignNames` did: a value. */
export interface AlignReport {
  /** `nothing`: no name alone differs, nothing was written. */
  outcome: 'added' | 'shown' | 'nothing'
  source: ScriptSource
  renames: readonly { object: string; to: string }[]
  /** What is alike, so that nothing says which new name each has; or what PostgreSQL refused, and why. */
  undecided: readonly { objects: readonly string[]; to: readonly string[]; reason: string | null }[]
  /** What differs in more than names, and is left: `missing` in the scripts, or `extra` there. */
  left: readonly DriftItem[]
  /** Tables and sequences that nobody else can use while the script runs. */
  locked: readonly string[]
  scripts: readonly AddedScript[]
  notes: readonly string[]
  /** Hash of the commit. */
  commit?: string
}
