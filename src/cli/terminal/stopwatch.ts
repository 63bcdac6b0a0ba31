/**
 * Starts a clock; what it gives says how many milliseconds have passed. Node loads `performance` for whoever
 * asks for it first, and so for a command that has nothing to do.
 */
export function stopwatch(): () => number {
  const start = process.hrtime.bigint()
  return () => Number(process.hrtime.bigint() - start) / 1e6
}
