import type { Pair } from './pair'
import { type Outcome, type PairOptions, runPair } from './run-pair'
import type { StageServer } from './stage'

/** What `crew.ts` asks of this process, one pair at a time. */
export interface Task {
  pair: Pair
  server: StageServer
  options: PairOptions
}

/** What it answers; `lost`: why no pair can be run. */
export type Answer = { outcome: Outcome } | { lost: string }

process.on('message', ({ pair, server, options }: Task) => {
  void runPair(pair, server, options)
    .then(
      (outcome): Answer => ({ outcome }),
      (error: unknown): Answer => ({ lost: String(error) }),
    )
    .then((answer) => process.send?.(answer))
})
process.on('disconnect', () => process.exit())
