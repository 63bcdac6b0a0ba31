export { MigrationError, type ErrorCode, type ErrorFields } from './errors'
export {
  setUpMigration,
  dataSourceFromConfig,
  migratorFor,
  type SetUpMigrationOptions,
} from './setup'
export type { ExecuteOptions, Migrator, SetUpOptions } from './migrator'
export type { Connectable } from './database/callers'
export type { Entry, FullEntry, Operation, Outcome } from './journal/entry'
export type { Answer, Plan, PendingScript, Request, Step, Target } from './plan/plan'
export type { InitFunction, InitMigration, InitObject } from './run/initial'
export type { LockSession } from './run/unlock'
export type { Observer, RunReport, StepResult } from './run/report'
export type { ScriptContext } from './script/context'
export type { Direction, Kind, Script } from './script/script'
export { readSettings, type SettingsRequest } from './settings/settings'
export type { SettingsSource } from './settings/library'
export type { Settings } from './settings/types'
