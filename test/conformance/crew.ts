import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Pair } from './pair'
import type { Outcome, PairOptions } from './run-pair'
import type { StageServer } from './stage'
import type { Answer, Task } from './worker'

/** How pairs are run. */
export interface CrewOptions extends PairOptions {
  /** Processes side by side. */
  jobs: number
  /** What a pair may take, in milliseconds. */
  timeout: number
  /** Called after each pair. */
  done?: (pair: Pair, outcome: Outcome) => void
}

/**
 * Runs pairs in processes that stay for many of them. One that does not answer in time, or ends, is
 * replaced, and its pair has failed.
 * @returns the outcomes in the order of the pairs
 * @throws Error where the server is lost
 */
export async function runPairs(
  pairs: readonly Pair[],
  server: StageServer,
  options: CrewOptions,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const open = pairs.entries()
  const work = async () => {
    const worker = new Worker(options.timeout)
    try {
      for (const [at, pair] of open) {
        const outcome = await worker.run({ pair, server, options: { rows: options.rows ?? false } })
        outcomes[at] = outcome
        options.done?.(pair, outcome)
      }
    } finally {
      worker.close()
    }
  }
  await Promise.all(Array.from({ length: Math.min(options.jobs, pairs.length) }, work))
  return outcomes
}

class Worker {
  private child: ChildProcess | undefined

  constructor(private readonly timeout: number) {}

  async run(task: Task): Promise<Outcome> {
    this.child ??= fork(join(__dirname, 'worker.js'), {
      // pg_dump runs for a moment: compiling its WebAssembly well costs three times what it saves
      execArgv: ['--liftoff-only'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const { child } = this
    const over = new AbortController()
    const { signal } = over
    const timer = setTimeout(() => child.kill('SIGKILL'), this.timeout)
    try {
      child.send(task)
      const [answer] = (await Promise.race([
        once(child, 'message', { signal }),
        once(child, 'exit', { signal }).then(() => [undefined]),
      ])) as [Answer | undefined]
      if (!answer) return this.lost(child)
      if ('lost' in answer) throw new Error(answer.lost)
      return answer.outcome
    } finally {
      clearTimeout(timer)
      over.abort()
    }
  }

  private lost(child: ChildProcess): Outcome {
    this.child = undefined
    const reason =
      child.signalCode === 'SIGKILL'
        ? `no end within ${this.timeout / 1000} s`
        : `its process ended with ${child.exitCode ?? child.signalCode}`
    return { is: 'failed', reason }
  }

  close(): void {
    this.child?.disconnect()
  }
}
