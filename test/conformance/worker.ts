import type { Pair } from './pair'
import { type PairOptions, runPair } from './run-pair'
import type { StageServer } from './stage'

/** What `crew.ts` asks of this process, one pair at a time. */
export interface Task {
  pair: Pair
  server: StageServer
  options: PairOptions
}

process.on('message', ({ pair, server, options }: Task) => {
  void runPair(pair, server, options).then((outcome) => process.send?.(outcome))
})
process.on('disconnect', () => process.exit())
