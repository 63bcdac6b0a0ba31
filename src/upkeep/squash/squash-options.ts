import type { ScriptLayout } from '../../script/layout/layout'
import type { Script } from '../../script/script'

/** How `squash` writes one script of many. */
export interface SquashOptions {
  layout?: ScriptLayout | undefined
  signal: AbortSignal
  /** Called with what goes on, in a few words. */
  progress?: (text: string) => void
  /** A title, or the path of the file to write. */
  output?: string | undefined
  /** The schema that the scripts come to, instead of what they do; they must be the first ones. */
  fromSchema?: boolean
  /** Also where scripts can be reverted, and the squashed one could not. */
  force?: boolean
  /** Removes the originals, by the version control program. */
  remove?: boolean
  /** Writes nothing and proves nothing. */
  dryRun?: boolean
}

/** What a squash came to. */
export interface SquashReport {
  revision: string
  title: string
  file: string
  text: string
  /** The scripts that it stands for. */
  squashed: readonly Script[]
  reversible: boolean
  /** True: the version control program has it as a new file; nothing is committed. */
  added: boolean
  /** True: the originals are removed. */
  removed: boolean
}
