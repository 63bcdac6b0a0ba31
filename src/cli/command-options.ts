import type { CommandRow } from './arguments/command-row'
import type { Handler } from './context/command-context'

/** A command with the code that does it. */
export interface Command extends CommandRow {
  load: () => Handler
}

/** Groups of options that many commands take. */
export const output = ['json', 'log', 'verbose', 'color', 'help', 'version'] as const
export const working = [...output, 'quiet'] as const
/** What the scripts are and what runs them. */
export const folder = ['directory', 'runner', 'layout'] as const
export const reading = [...folder, 'wait', ...output] as const
export const writing = [
  ...folder,
  'strict',
  'lockWait',
  'wait',
  'dryRun',
  'exec',
  ...working,
] as const
export const running = [
  'transaction',
  'lockTimeout',
  'statementTimeout',
  'otherTools',
  ...writing,
] as const
export const planning = [
  ...folder,
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
  'renameStyle',
  'using',
  'map',
  'backfill',
  'ts',
  'pair',
  'online',
  'onlineRows',
  'dropExtra',
  'verify',
  'commit',
  'message',
  'withSchema',
  'withSource',
  'check',
  'edit',
  'dryRun',
  'yes',
  'quiet',
  ...reading,
] as const
