import { MigrationError } from '../../errors'
import { labelOf } from '../../plan/notice'
import type { Step } from '../../plan/plan'
import type { ExecutionContext } from '../../run/context/run-context'
import type { SqlPart } from '../../script/script'
import { ProcessLock } from './process-lock'
import type { VersionKeeper } from './version-backend'

/** A message of a runner: a text, or its level (`info`, `error`, `raw`, …) and a text. */
export type RunnerMessage = string | readonly [level: string, text: string]

/** What a runner's `up` and `down` give: messages as they come, or nothing. */
export type RunnerMessages =
  | Iterable<RunnerMessage>
  | AsyncIterable<RunnerMessage>
  | Promise<unknown>
  | void

/** The two texts of a script, as a runner gets them. */
export interface RunnerMigration {
  /** The text under MIGRATE UP. */
  up: string
  /** The text under MIGRATE DOWN. */
  down: string
}

/**
 * What runs scripts that are no SQL, or SQL of another database. It is constructed with one argument, the
 * list of texts that the command line has for it.
 */
export interface Runner {
  /** The name of the newest script that is applied; nothing where there is none. */
  version(): string | null | undefined | Promise<string | null | undefined>
  /** Applies a script, and keeps its name. */
  up(name: string, migration: RunnerMigration): RunnerMessages
  /** Reverts it, and forgets its name. */
  down(name: string, migration: RunnerMigration): RunnerMessages
  /** Called once at the end. */
  close?(): unknown
}

/** A runner as something that keeps a version. */
export class RunnerKeeper implements VersionKeeper {
  private readonly lock: ProcessLock

  constructor(
    private readonly runner: Runner,
    key: string,
  ) {
    this.lock = new ProcessLock(key)
  }

  async current(): Promise<string | undefined> {
    return (await this.runner.version()) ?? undefined
  }

  async perform({ observer }: ExecutionContext, step: Step): Promise<void> {
    if (step.operation === 'run_skip') throw cannotMark()
    const { script, direction, revision, title } = step
    const migration = { up: textOf(script?.upgrade), down: textOf(script?.downgrade) }
    const failures: string[] = []
    for await (const message of messagesOf(this.runner[direction](revision, migration))) {
      const [level, text] = typeof message === 'string' ? ['info', message] : message
      if (level === 'error') failures.push(text)
      const severity = level === 'raw' ? 'LOG' : level.toUpperCase()
      observer.message?.(severity, text, { revision, title })
    }
    if (failures.length > 0) throw saysError(step, failures)
  }

  entries(): Promise<readonly []> {
    return Promise.resolve([])
  }

  take(): Promise<boolean> {
    return this.lock.take()
  }

  holder(): Promise<string | undefined> {
    return this.lock.holder()
  }

  release(): Promise<void> {
    return this.lock.release()
  }

  async close(): Promise<void> {
    await this.runner.close?.()
  }
}

/** What stands between the marker's line and the next one, without the end of its last line. */
function textOf(part: SqlPart | undefined): string {
  return part?.text.replace(/\r?\n$/, '') ?? ''
}

async function* messagesOf(given: RunnerMessages): AsyncGenerator<RunnerMessage> {
  const result: unknown = await given
  if (typeof result === 'string') yield result
  else if (isIterable(result)) yield* result
}

function isIterable(
  value: unknown,
): value is Iterable<RunnerMessage> | AsyncIterable<RunnerMessage> {
  return (
    typeof value === 'object' &&
    value !== null &&
    (Symbol.iterator in value || Symbol.asyncIterator in value)
  )
}

/** To trek, too, an error is the end of the run. */
function saysError(step: Step, failures: readonly string[]): MigrationError {
  const [first = '', ...more] = failures
  return new MigrationError('SCRIPT_FAILED', `script ${labelOf(step)}: ${first}`, {
    file: step.script?.file,
    detail: more.length > 0 ? more.join('\n') : undefined,
  })
}

function cannotMark(): MigrationError {
  return new MigrationError(
    'USAGE',
    'a runner keeps its version itself, so nothing can be marked',
    {
      hint: 'Record the version where the runner keeps it.',
    },
  )
}
