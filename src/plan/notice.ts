import type { OtherHistory } from '../journal/histories'
import type { Direction } from '../script/script'

/** A script as people call it. */
export interface ScriptName {
  revision: string
  title: string
}

/** `20260101120000_create_customers`, as people call a script. Pure. */
export function labelOf({ revision, title }: ScriptName): string {
  return title ? `${revision}_${title}` : revision
}

/** Who may write the journal, in words: the first of them, and how many more. Pure. */
export function listWriters(writers: readonly string[]): string {
  const rest = writers.length - most
  return writers.slice(0, most).join(', ') + (rest > 0 ? `, and ${rest} more` : '')
}

const most = 10

/** What a person should know about the scripts, the journal or the database; nothing that stops the work. */
export type PlanNotice = { kind: 'notice' } & (
  | {
      /** Pending scripts that are older than the newest applied one, and will run. */
      code: 'LATE'
      scripts: readonly ScriptName[]
    }
  | {
      /** Applied, but the file is gone. */
      code: 'MISSING'
      scripts: readonly ScriptName[]
    }
  | {
      /** Applied, but the text differs since. */
      code: 'CHANGED'
      scripts: readonly ScriptName[]
    }
  | {
      /** Downgrades that stopped half-way; `rebuild` finishes them. */
      code: 'HALF_REVERTED'
      scripts: readonly ScriptName[]
    }
  | {
      /** Numbered by the names of their migration classes, since their files have none or another. */
      code: 'CLASS_NUMBER'
      scripts: readonly ScriptName[]
    }
  | {
      /** A script goes alone, up past older ones that are pending, or down past what was applied after it. */
      code: 'PASSED_OVER'
      script: ScriptName
      direction: Direction
      scripts: readonly ScriptName[]
    }
  | {
      /** SQL of the journal would run, and these may write it beside its owner: `mallory (UPDATE)`. */
      code: 'JOURNAL_WRITERS'
      writers: readonly string[]
    }
  | {
      /** Another tool has migrated the database; `upgrade` and `setup` refuse. */
      code: 'OTHER_TOOL'
      history: OtherHistory
    }
)
