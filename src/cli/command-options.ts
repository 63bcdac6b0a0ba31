import type { CommandRow } from './arguments/command-row'
import type { Handler } from './context/command-context'

/** A command with the code that does it. */
export interface Command extends CommandRow {
  load: () => Handler
}

/** Groups of options that many commands take. */
export const output = ['json', 'log', 'verbose', 'color', 'help', 'version'] as const
export const working = [...output, 'quiet'] as const
export const reading = ['directory', 'wait', ...output] as const
export const writing = ['directory', 'strict', 'lockWait', 'wait', 'dryRun', ...working] as const
export const running = [
  'transaction',
  'lockTimeout',
  'statementTimeout',
  'otherTools',
  ...writing,
] as const
export const planning = [
  'directory',
  'transaction',
  'strict',
  'otherTools',
  'wait',
  ...output,
] as const

/** Of add_script, by both of its names. */
export const adding = [
  'from',
  'rename',
  'using',
  'map',
  'backfill',
  'ts',
  'pair',
  'online',
  'dropExtra',
  'verify',
  'commit',
  'message',
  'withSchema',
  'check',
  'edit',
  'dryRun',
  'yes',
  'quiet',
  ...reading,
] as const
