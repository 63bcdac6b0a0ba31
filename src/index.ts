export { MigrationError, type ErrorCode, type ErrorFields, type StepResult } from './errors'
export {
  setUpMigration,
  dataSourceFromConfig,
  migratorFor,
  type SetUpMigrationOptions,
} from './setup'
export { Was } from './set-up/was'
export { addScript } from './add-script/add-script'
export type {
  AddedScript,
  AddScriptOptions,
  AddScriptReport,
} from './add-script/deliver/add-script-options'
export { dumpSchema } from './dump-schema/dump-schema'
export type { DumpSchemaOptions, DumpSchemaReport } from './dump-schema/dump-options'
export type { ScriptForm } from './script/layout/script-name'

export type {
  Answers,
  Backfill,
  Conversion,
  EnumMapping,
  Offer,
  Question,
  Rename,
} from './change/model/answers'
export type { Migrator } from './migrator/migrator-type'
export type { ExecuteOptions, ListOptions, SetUpOptions } from './migrator/option-shapes'
export type { Connectable } from './database/application/callers'
export type { DatabaseGiven } from './migrator/pick-migrator'
export type { Backend, JournalReader, Locked, OpenBackend } from './run/context/backend'
export type { ExecutionContext } from './run/context/run-context'
export type { EntryFilter } from './journal/entries'
export type { JournalState } from './journal/model/applied-state'
export type { PGliteInstance } from './database/application/pglite-connection'
export type { Entry, FullEntry, Operation, Outcome } from './journal/model/entry'
export type { Alone, Answer, Plan, PendingScript, Planner, PlanOptions } from './plan/plan'
export type { Request, Step, Target } from './plan/plan'
export type { InitFunction, InitMigration, InitObject } from './set-up/build-initial-schema'
export type { ApproveJournalSql, JournalSql } from './run/context/journal-sql'
export type { RunningScript } from './run/lock/running-script'
export type { RunningNow, Status } from './migrator/status'
export type { LockSession } from './run/lock/lock-sessions'
export type {
  Notice,
  NoticeKind,
  Observer,
  RetryNotice,
  RunNotice,
  RunReport,
  TimedStatement,
  WaitingNotice,
} from './run/context/events'
export type { PlanNotice, ScriptName } from './plan/notice'
export type { Blocker, LockHolder, ServerSession } from './run/context/server-sessions'
export { changelog } from './backends/version/changelog'
export type { ChangelogOutput, ModuleFunction, ModuleRun } from './backends/version/changelog'
export type {
  Runner,
  RunnerMessage,
  RunnerMessages,
  RunnerMigration,
} from './backends/version/user-runner'
export { describeNotice } from './run/context/notice-text'
export { execute, migrateTo, plan } from './library/carry-out'
export type { CarryOutOptions, MigrateOptions } from './library/carry-out'
export type { Scripts } from './library/open-migrator'
export type { PlanRequest, RunSettings } from './library/plan-request'
export type { PlanBasis, StoredStep, StoredPlan } from './library/stored-plan'
export type { RunEnd, RunHooks } from './run/context/hooks'
export type { Listeners, MigrationEvent, MigrationLogger } from './run/context/observers'
export type { ScriptObject, ScriptWork } from './script/source/script-object'
export type { PartialContext, RollbackContext, ScriptContext } from './script/context'
export type {
  ApplyOptions,
  TableColumnChange,
  ColumnOptions,
  IndexOptions,
  ScriptTable,
  SelectOptions,
  TableFilter,
  TableRow,
} from './script/script-table'
export type {
  ChecksumKind,
  Direction,
  Kind,
  RevisionEdge,
  Script,
  ScriptHooks,
  ScriptOptions,
  SqlPart,
  TrackedName,
} from './script/script'
export { readSettings, type SettingsRequest } from './settings/read-settings'
export type { SettingsSource } from './settings/library'
export type {
  ConnectionParts,
  DatabaseAddress,
  DuplicateRevisions,
  EngineType,
  Isolation,
  JournalText,
  LateScripts,
  LayoutName,
  OtherTools,
  OwnerChoice,
  PasswordSource,
  ScratchSettings,
  ScriptSource,
  SettingOrigin,
  Settings,
  TransactionMode,
} from './settings/value/setting-types'
export type { MigrationKey } from './settings/migration-keys'
export type { SettingFlags } from './settings/read-settings'
export type { ShownSettings } from './settings/show-settings'
export type { OtherHistory } from './journal/histories'
