export { MigrationError, type ErrorCode, type ErrorFields, type StepResult } from './errors'
export {
  setUpMigration,
  dataSourceFromConfig,
  migratorFor,
  type SetUpMigrationOptions,
} from './setup'
export { addScript } from './add-script/add-script'
export type { AddScriptOptions, AddScriptReport } from './add-script/deliver/add-script-options'
export { dumpSchema } from './dump-schema/dump-schema'
export type { DumpSchemaOptions, DumpSchemaReport } from './dump-schema/dump-options'
export type { ScriptForm } from './add-script/render/script-draft'
export type { AddedScript } from './add-script/deliver/files'
export type {
  Answers,
  Backfill,
  Conversion,
  EnumMapping,
  Question,
  Rename,
} from './change/model/answers'
export type { Migrator } from './run/migrator-type'
export type { ExecuteOptions, ListOptions, SetUpOptions } from './run/option-shapes'
export type { Connectable } from './database/callers'
export type { Entry, FullEntry, Operation, Outcome } from './journal/entry'
export type { Answer, Plan, PendingScript, Request, Step, Target } from './plan/plan'
export type { InitFunction, InitMigration, InitObject } from './run/initial'
export type { ApproveJournalSql, JournalSql } from './run/journal-sql'
export type { RunningScript } from './run/running-script'
export type { RunningNow, Status } from './run/status'
export type { LockSession } from './run/unlock'
export type { NoticeKind, Observer, RunReport, ScriptName } from './run/report'
export type { ScriptContext } from './script/context'
export type { ChecksumKind, Direction, Kind, Script, ScriptOptions, SqlPart } from './script/script'
export { readSettings, type SettingsRequest } from './settings/settings'
export type { SettingsSource } from './settings/library'
export type {
  ConnectionParts,
  DatabaseAddress,
  JournalText,
  LateScripts,
  OtherTools,
  ScratchSettings,
  ScriptSource,
  SettingOrigin,
  Settings,
  TransactionMode,
} from './settings/types'
export type { MigrationKey } from './settings/migration-keys'
export type { SettingFlags } from './settings/settings'
export type { ShownSettings } from './settings/show-settings'
export type { OtherHistory } from './journal/histories'
