import type { BenchServer } from './server'

/** What a scenario is given. */
export interface Stage {
  server: BenchServer
  /** PostgreSQL's major version. */
  major: number
  rounds: number
  /** 1, or less for a quick look. */
  scale: number
  /** Who is measured, beside the first of each contest; default: everybody. */
  only?: readonly string[] | undefined
  /** How many tables an application has, where that is measured; default: several sizes. */
  tables?: readonly number[] | undefined
}
