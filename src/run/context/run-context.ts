import { randomUUID } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import { basename } from 'node:path'
import type { Database } from '../../database/postgres/database'
import type { Entry, Operation } from '../../journal/model/entry'
import type { Claim } from '../../journal/model/journal-columns'
import type { Plan, Planner, Step } from '../../plan/plan'
import type { Script, SqlPart } from '../../script/script'
import type { Settings } from '../../settings/value/setting-types'
import { toolVersion } from '../../version'
import type { ApproveJournalSql } from './journal-sql'
import { sessionName } from './application-name'
import type { ScriptName } from '../../plan/notice'
import type { Observer } from './events'
import type { RunHooks } from './hooks'

/** What every part of an execution is given, whatever the database. */
export interface ExecutionContext {
  settings: Settings
  observer: Observer
  signal?: AbortSignal
  /** Whether SQL of the journal may run; absent: where only the journal's owner can have written it. */
  approveJournalSql?: ApproveJournalSql
  /** How requests are planned; scripts with numbers unless said. */
  plan?: Planner
  hooks?: RunHooks
  /** What the caller gives its scripts, as `context.caller`. */
  caller?: unknown
  /** One invocation: the run_id of every entry that it writes. */
  runId: string
  /** user@host */
  operator: string
}

/** The same on PostgreSQL. */
export interface RunContext extends ExecutionContext {
  database: Database
  /** The application_name of its sessions. */
  name: string
  /** Which script runs, given how many statements of the message under way have completed. */
  running?: ((completed: number) => ScriptName | undefined) | undefined
}

/** What a caller may give to an execution. */
export type ContextParts = Partial<
  Pick<ExecutionContext, 'signal' | 'approveJournalSql' | 'hooks' | 'caller'>
>

export function executionContext(
  settings: Settings,
  observer: Observer = {},
  { signal, approveJournalSql, hooks, caller }: ContextParts = {},
): ExecutionContext {
  return {
    settings,
    observer,
    ...(signal && { signal }),
    ...(approveJournalSql !== undefined && { approveJournalSql }),
    ...(hooks && { hooks }),
    ...(caller !== undefined && { caller }),
    runId: randomUUID(),
    operator: operator(),
  }
}

export function createContext(
  database: Database,
  settings: Settings,
  observer?: Observer,
  parts: ContextParts = {},
): RunContext {
  const context = executionContext(settings, observer, parts)
  const { signal } = parts
  const name = sessionName(context.operator, context.runId)
  database.workFor?.({ name, signal })
  return { ...context, database, name }
}

/** Who does this: user@host; a user id without a name is shown as a number. */
export function operator(): string {
  return `${userName()}@${hostname()}`
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'unknown')
  }
}

const mebibyte = 1024 * 1024

/** What the journal will say about a step while and after it runs. */
export function claimOf(
  context: ExecutionContext,
  step: Step,
  statementsTotal: number | null,
): Claim {
  const { script } = step
  return {
    runId: context.runId,
    revision: step.revision,
    title: step.title,
    kind: step.kind,
    operation: step.operation,
    ordinal: step.ordinal,
    checksum: script?.checksum ?? '',
    checksumKind: script?.checksumKind ?? 'sql',
    ...textsOf(context, step.operation, script),
    statementsTotal,
    operator: context.operator,
    toolVersion,
    file: script ? basename(script.file) : null,
    uuid: script?.uuid ?? null,
  }
}

function textsOf({ settings }: ExecutionContext, operation: Operation, script: Script | undefined) {
  const keep = operation === 'rollback' ? 'none' : settings.journalText
  return {
    upgradeText: keep === 'full' ? kept(script, script?.upgrade) : null,
    downgradeText: keep === 'none' ? null : kept(script, script?.downgrade),
  }
}

/** Only a `sql` script can be reverted by its text alone; a module runs the texts of a mixed one. */
function kept(script: Script | undefined, part: SqlPart | undefined): string | null {
  if (script?.kind !== 'sql' || !part || Buffer.byteLength(part.text) > mebibyte) return null
  const { writeSqlPart } =
    require('../../script/sections/sections') as typeof import('../../script/sections/sections')
  return writeSqlPart(part)
}

/** True when a dead run left this entry claimed. */
export function isTakeOver(entry: Entry | undefined): entry is Entry {
  return entry?.outcome === 'running'
}

/** Says what a person should know about the scripts, also where there is nothing to do. */
export function reportNotices(context: ExecutionContext, { notices }: Plan): void {
  const reported = reportedBy.get(context) ?? new Set()
  reportedBy.set(context, reported)
  for (const notice of notices) {
    const key = JSON.stringify(notice)
    if (!reported.has(key)) context.observer.notice?.(notice)
    reported.add(key)
  }
}

/** A run that plans again says each notice once. */
const reportedBy = new WeakMap<ExecutionContext, Set<string>>()
