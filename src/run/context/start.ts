/** When a script started. */
export interface Start {
  /** As `performance.now()` has it. */
  since: number
  /** By the server's clock, in milliseconds, where that is known. */
  began?: number | undefined
}
