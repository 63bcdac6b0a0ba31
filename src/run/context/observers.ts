import { labelOf, type ScriptName } from '../../plan/notice'
import type { Plan, Step } from '../../plan/plan'
import type { StepResult } from '../../errors'
import type { Notice, Observer } from './events'

/** What happens in a run, as one value: for `onEvent`. */
export type MigrationEvent =
  | { type: 'planned'; plan: Plan }
  | { type: 'started'; step: Step; index: number; total: number }
  | { type: 'finished'; result: StepResult; index: number; total: number }
  | { type: 'notice'; notice: Notice }
  | { type: 'message'; severity: string; text: string; script?: ScriptName }

/** Where lines go: `console`, pino, winston or Nest's Logger are such. Without `info`, `log` is called. */
export interface MigrationLogger {
  info?(line: string): void
  log?(line: string): void
  warn(line: string): void
  error(line: string): void
}

/** The ways in which a caller may be told what happens. */
export interface Listeners {
  observer?: Observer
  /** Called with each event; what it throws is a bug of the caller's. */
  onEvent?: (event: MigrationEvent) => void
  /** Gets a line for each script, notice and message. */
  logger?: MigrationLogger
}

/** One observer for all of them. */
export function observerOf({ observer, onEvent, logger }: Listeners): Observer {
  const all = [
    ...(observer ? [observer] : []),
    ...(onEvent ? [eventObserver(onEvent)] : []),
    ...(logger ? [logObserver(logger)] : []),
  ]
  const [first, ...others] = all
  if (!first) return {}
  return others.length === 0 ? first : joinObservers(all)
}

/** Calls each of them in turn. */
export function joinObservers(all: readonly Observer[]): Observer {
  return {
    planned: (plan) => all.forEach((one) => one.planned?.(plan)),
    started: (...step) => all.forEach((one) => one.started?.(...step)),
    finished: (...result) => all.forEach((one) => one.finished?.(...result)),
    notice: (notice) => all.forEach((one) => one.notice?.(notice)),
    message: (...message) => all.forEach((one) => one.message?.(...message)),
  }
}

function eventObserver(onEvent: (event: MigrationEvent) => void): Observer {
  return {
    planned: (plan) => onEvent({ type: 'planned', plan }),
    started: (step, index, total) => onEvent({ type: 'started', step, index, total }),
    finished: (result, index, total) => onEvent({ type: 'finished', result, index, total }),
    notice: (notice) => onEvent({ type: 'notice', notice }),
    message: (severity, text, script) =>
      onEvent({ type: 'message', severity, text, ...(script && { script }) }),
  }
}

function logObserver(logger: MigrationLogger): Observer {
  const info = (line: string) => (logger.info ? logger.info(line) : logger.log?.(line))
  return {
    planned: ({ steps }) =>
      info(`${steps.length} ${steps.length === 1 ? 'script' : 'scripts'} to run`),
    started: (step) => info(`${doing[step.operation]} ${labelOf(step)}`),
    finished(result) {
      const line = `${done[result.operation]} ${labelOf(result)} in ${result.durationMs} ms`
      if (result.outcome === 'success') info(line)
      else logger.error(`failed: ${doing[result.operation]} ${labelOf(result)}`)
    },
    notice(notice) {
      const { describeNotice } = require('./notice-text') as typeof import('./notice-text')
      logger.warn(describeNotice(notice))
    },
    message(severity, text, script) {
      const line = `${script ? `${labelOf(script)}: ` : ''}${text}`
      if (severity === 'WARNING') logger.warn(line)
      else info(line)
    },
  }
}

const doing = {
  run: 'applying',
  run_partial: 'going on with',
  run_skip: 'marking',
  rollback: 'reverting',
}

const done = {
  run: 'applied',
  run_partial: 'finished',
  run_skip: 'marked',
  rollback: 'reverted',
}
