/** How `dumpSchema` writes the canonical schema. */
export interface DumpSchemaOptions {
  /** The file to write; default: the `schema` of the settings. False: none, the text is in the report. */
  file?: string | false
  /** Replaces a file that git shows as changed, or that was written by hand. */
  overwrite?: boolean
  /** Asked before such a file is replaced, with a whole question; default: it is not. */
  ask?: (question: string) => Promise<boolean>
  /** Writes nothing; the text is in the report. */
  dryRun?: boolean
  /** Writes nothing: compares what the file builds with what the scripts build. */
  check?: boolean
  /** Aborting it drops the scratch databases and throws INTERRUPTED. */
  signal?: AbortSignal
  /** Called with what goes on, in a few words. */
  progress?: (text: string) => void
}

/** What `dumpSchema` did: a value. */
export interface DumpSchemaReport {
  /** `same`: the file builds what the scripts build, and was left as it is. `differs`: of a check. */
  outcome: 'written' | 'shown' | 'same' | 'differs'
  /** Absolute path. */
  file?: string
  /** The whole schema, unless it was only checked. */
  text?: string
  /** Statements that lead from what the file builds to what the scripts build; of a check. */
  difference: readonly string[]
  /** Tables that have rows after all scripts: a schema has none of them. */
  filled: readonly string[]
  /** What a person should know, a sentence or more each. */
  notes: readonly string[]
}
