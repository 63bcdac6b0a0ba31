import { basename } from 'node:path'
import { hash } from 'node:crypto'
import { MigrationError } from '../errors'
import type { JournalState } from '../journal/model/applied-state'
import type { Entry } from '../journal/model/entry'
import type { PlanNotice } from '../plan/notice'
import type { Plan, Request, Step } from '../plan/plan'
import { newestOf } from '../script/revision'
import type { ChecksumKind, Direction, Kind } from '../script/script'
import { checkValue, object } from '../settings/value/arguments'
import type { RunSettings } from './plan-request'

/**
 * What would be done, as a value: it can be printed, stored as JSON, reviewed, and given to `execute` later, in
 * another process too. It holds the SQL that would run, and no secret of the settings.
 */
export interface StoredPlan {
  /** The format of this value. */
  readonly typetrek: 1
  /** The database that it was made for, for people: `database "app" at localhost:5432`. */
  readonly database: string
  /** The scripts as the caller named them; null where they were values, so that `execute` has to be given them. */
  readonly scripts: string | readonly string[] | null
  readonly settings: Readonly<RunSettings>
  readonly request: Readonly<Request>
  /** Which way the steps go; `both` where a target needs it: down to it, and up with what is late. */
  readonly direction: Direction | 'both' | 'none'
  /** What it was made on; another state refuses it. */
  readonly basis: PlanBasis
  readonly steps: readonly StoredStep[]
  /** What a person should know about the scripts. */
  readonly notices: readonly PlanNotice[]
}

/** The state of the journal that a plan was made on. */
export interface PlanBasis {
  /** How many scripts are applied. */
  readonly applied: number
  /** The greatest revision that is applied; `0` for none. */
  readonly newest: string
  /** SHA-256 of all that is applied and unfinished. */
  readonly digest: string
}

/** One script of a stored plan, one way. */
export interface StoredStep {
  readonly revision: string
  readonly title: string
  readonly kind: Kind
  readonly direction: Direction
  readonly operation: Step['operation']
  /** Which operation on this revision it is. */
  readonly ordinal: number
  readonly late: boolean
  /** The name of the script's file; null where the journal's own SQL reverts it. */
  readonly file: string | null
  readonly checksum: string
  readonly checksumKind: ChecksumKind | null
  /** The SQL that runs; null where a module runs, or nothing. */
  readonly sql: string | null
}

/** What is known of a plan beside the plan itself. */
export type PlanOrigin = Pick<StoredPlan, 'database' | 'scripts' | 'settings' | 'request'>

/** Makes a plan into a value that stays as it is. */
export function storedPlan(origin: PlanOrigin, plan: Plan, state: JournalState): StoredPlan {
  const steps = plan.steps.map(storedStep)
  return frozen({
    typetrek: 1,
    ...origin,
    direction: directionOf(steps),
    basis: basisOf(state),
    steps,
    notices: plan.notices,
  })
}

export function storedStep(step: Step): StoredStep {
  const { revision, title, kind, direction, operation, ordinal, late, script } = step
  return {
    revision,
    title,
    kind,
    direction,
    operation,
    ordinal,
    late,
    file: script ? basename(script.file) : null,
    checksum: script?.checksum ?? '',
    checksumKind: script?.checksumKind ?? null,
    sql: sqlOf(step),
  }
}

function sqlOf({ script, direction, operation, journalSql }: Step): string | null {
  if (operation === 'run_skip' || (script && script.kind !== 'sql')) return null
  const part = direction === 'up' ? script?.upgrade : script?.downgrade
  return part?.text ?? journalSql ?? null
}

function directionOf(steps: readonly StoredStep[]): StoredPlan['direction'] {
  const [first] = steps
  if (!first) return 'none'
  return steps.every(({ direction }) => direction === first.direction) ? first.direction : 'both'
}

export function basisOf({ applied, unfinished, setUp }: JournalState): PlanBasis {
  const words = [
    ...applied.map(({ revision, ordinal, checksum }) => [revision, ordinal, checksum]),
    ...[...unfinished.values()].map(unfinishedWords),
    ['set-up', setUp?.outcome ?? null],
  ]
  const newest = newestOf(applied.map(({ revision }) => revision))
  return {
    applied: applied.length,
    newest: newest ?? '0',
    digest: hash('sha256', JSON.stringify(words)),
  }
}

function unfinishedWords({ revision, ordinal, attempt, statementsDone }: Entry) {
  return ['unfinished', revision, ordinal, attempt, statementsDone]
}

function frozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  Object.values(value).forEach(frozen)
  return Object.freeze(value)
}

/**
 * Checks a plan that may come from a file.
 * @throws {MigrationError} USAGE
 */
export function checkStoredPlan(value: unknown): asserts value is StoredPlan {
  checkValue('the plan', value, object)
  const plan = value as Partial<StoredPlan>
  if (plan.typetrek !== 1 || !Array.isArray(plan.steps) || typeof plan.basis?.digest !== 'string') {
    throw new MigrationError('USAGE', 'the plan was not made by plan()', {
      hint: 'Give what plan() returned, or what JSON.parse makes of it.',
    })
  }
}
