import {
  context as contexts,
  metrics,
  SpanStatusCode,
  trace,
  type Context,
  type Meter,
  type Span,
  type Tracer,
} from '@opentelemetry/api'
import { MigrationError, type StepResult } from '../errors'
import type { ExecuteOptions } from '../migrator/option-shapes'
import { labelOf } from '../plan/notice'
import type { Plan } from '../plan/plan'
import type { Observer } from '../run/context/events'
import type { RunEnd, RunHooks } from '../run/context/hooks'
import { joinObservers } from '../run/context/observers'
import { toolVersion } from '../version'

/** Where spans and measurements go; default: the global providers. */
export interface Telemetry {
  tracer?: Tracer
  meter?: Meter
}

/** A run of thousands of scripts must not drown the trace that it is in. */
const mostSpans = 100

/**
 * Adds spans and metrics to the options of a run. The names are golang-migrate's: a span `migrate.up`,
 * `migrate.down` or `migrate.migrate` for the run, a child of the active one, and `migrate.run_migration` for
 * each of its first 100 scripts; counters `migrate.migrations.applied` and `migrate.migrations.failed`, and the
 * histogram `migrate.migration.run.duration` in seconds. No SQL and no secret is recorded.
 *
 * @example
 * await migrateTo(url, 'migration', 'latest', traced({ logger: console }))
 */
export function traced<Options extends ExecuteOptions>(
  options: Options = {} as Options,
  { tracer, meter }: Telemetry = {},
): Options {
  const recorder = new Recorder(
    tracer ?? trace.getTracer('typetrek', toolVersion),
    meter ?? metrics.getMeter('typetrek', toolVersion),
  )
  const { observer, hooks } = options
  return {
    ...options,
    observer: joinObservers([recorder.observer, ...(observer ? [observer] : [])]),
    hooks: around(recorder, hooks),
  }
}

function around(recorder: Recorder, hooks: RunHooks | undefined): RunHooks {
  return {
    ...(hooks?.beforeStep && { beforeStep: (...step) => hooks.beforeStep?.(...step) }),
    ...(hooks?.afterStep && { afterStep: (...step) => hooks.afterStep?.(...step) }),
    async beforeRun(plan) {
      recorder.begin(plan)
      try {
        await hooks?.beforeRun?.(plan)
      } catch (error) {
        recorder.end({ plan, steps: [], error })
        throw error
      }
    },
    async afterRun(end) {
      recorder.end(end)
      await hooks?.afterRun?.(end)
    },
  }
}

class Recorder {
  readonly observer: Observer = { finished: (result) => this.record(result) }
  private run: { span: Span; within: Context; spans: number } | undefined
  private readonly applied
  private readonly failed
  private readonly duration

  constructor(
    private readonly tracer: Tracer,
    meter: Meter,
  ) {
    const unit = '{migration}'
    this.applied = meter.createCounter('migrate.migrations.applied', { unit })
    this.failed = meter.createCounter('migrate.migrations.failed', { unit })
    this.duration = meter.createHistogram('migrate.migration.run.duration', { unit: 's' })
  }

  begin({ steps }: Plan): void {
    const directions = new Set(steps.map(({ direction }) => direction))
    const [only] = directions
    const name = directions.size === 1 ? `migrate.${only}` : 'migrate.migrate'
    const within = contexts.active()
    const span = this.tracer.startSpan(
      name,
      {
        attributes: {
          'db.system.name': 'postgresql',
          'migrate.steps': steps.length,
          ...(directions.size === 1 && { 'migrate.direction': only }),
          'migrate.target_version': steps.at(-1)?.revision ?? '',
        },
      },
      within,
    )
    this.run = { span, within: trace.setSpan(within, span), spans: 0 }
  }

  end({ error }: RunEnd): void {
    const { run } = this
    this.run = undefined
    if (!run) return
    if (error !== undefined) {
      const code = error instanceof MigrationError ? error.code : 'INTERNAL'
      run.span.setAttribute('error.type', code)
      run.span.setStatus({ code: SpanStatusCode.ERROR, message: code })
    }
    run.span.end()
  }

  private record(result: StepResult): void {
    const { revision, direction, outcome, durationMs } = result
    const attributes = {
      'migrate.version': revision,
      'migrate.direction': direction,
      'migrate.identifier': labelOf(result),
    }
    const dimensions = { 'migrate.direction': direction }
    ;(outcome === 'success' ? this.applied : this.failed).add(1, dimensions)
    this.duration.record(durationMs / 1000, dimensions)
    const { run } = this
    if (!run || run.spans === mostSpans) return
    run.spans += 1
    const endTime = Date.now()
    const options = { attributes, startTime: endTime - durationMs }
    const span = this.tracer.startSpan('migrate.run_migration', options, run.within)
    if (outcome === 'error') span.setStatus({ code: SpanStatusCode.ERROR })
    span.end(endTime)
  }
}
