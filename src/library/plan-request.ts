import { MigrationError } from '../errors'
import type { Request, Target } from '../plan/plan'
import type { Direction } from '../script/script'
import type { MigrationKey } from '../settings/migration-keys'
import { checkArgument, count, flag, object, oneOf, text } from '../settings/value/arguments'

/** The keys of `[migration]` that matter to a run, as an ini says them: `{ transaction: 'all' }`. */
export type RunSettings = Partial<Record<(typeof runKeys)[number], string | boolean>>

const runKeys = [
  'ignore',
  'journal_schema',
  'journal_table',
  'journal_text',
  'transaction',
  'isolation',
  'late_scripts',
  'other_tools',
  'lock_wait',
  'lock_timeout',
  'statement_timeout',
  'wait',
  'strict',
] as const satisfies readonly MigrationKey[]

/** What a plan is to reach. Nothing said: everything that is pending. */
export interface PlanRequest {
  /** A revision, `latest`, `next`, `previous`, or `0` for nothing applied. */
  target?: Target
  /** Only this way. Default: whichever the target needs, up, down or neither. */
  direction?: Direction
  /** At most so many scripts; only with a direction. */
  count?: number
  /** One script alone, up unless `direction` says down. */
  only?: Target
  /** `only` also past its neighbours. */
  force?: boolean
  /** Settings of the run beside those that the scripts' ini has. */
  settings?: RunSettings
}

const shape = {
  target: text,
  direction: oneOf('up', 'down'),
  count,
  only: text,
  force: flag,
  settings: object,
}

/** @throws {MigrationError} USAGE */
export function requestOf(options: PlanRequest): Request {
  checkArgument('the options object', options, shape)
  const { target, direction, count: most, only, force } = options
  const bounds = {
    ...(target !== undefined && { target }),
    ...(most !== undefined && { count: most }),
  }
  const alone = { ...(only !== undefined && { only }), ...(force !== undefined && { force }) }
  if (direction === 'down') return { command: 'downgrade', ...bounds, ...alone }
  if (direction === 'up' || only !== undefined || force !== undefined)
    return { command: 'upgrade', ...bounds, ...alone }
  if (most === undefined) return { command: 'to', target: target ?? 'latest' }
  throw new MigrationError('USAGE', 'the options object has a count without a direction', {
    hint: 'Give up or down as well.',
  })
}

/** @throws {MigrationError} USAGE */
export function flagsOf(settings: RunSettings = {}): RunSettings {
  const value = {
    what: 'a text, or true or false',
    holds: (one: unknown) => text.holds(one) || flag.holds(one),
  }
  checkArgument('settings', settings, Object.fromEntries(runKeys.map((key) => [key, value])))
  return settings
}
