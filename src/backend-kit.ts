/*
 * What a backend of a user's own is made of: `import … from 'typetrek/backend'`.
 */
export { MigrationError } from './errors'
export type { Backend, JournalReader, Locked, OpenBackend } from './run/context/backend'
export type { ExecutionContext } from './run/context/run-context'
export type { EntryFilter } from './journal/entries'
export { emptyState, foldEntries, type JournalState } from './journal/model/applied-state'
export type { Entry, FullEntry } from './journal/model/entry'
export type { Plan, Step } from './plan/plan'
export type { StepResult } from './errors'
export { filterEntries } from './backends/journal-filter'
export { newEntry, refuseClaimed, type EntryEnd } from './backends/new-entry'
export { runOneByOne } from './backends/one-by-one'
export { waitForLock, type LockAttempt } from './backends/wait-for-lock'
