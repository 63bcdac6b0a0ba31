/**
 * Milliseconds of processor time that a piece of work costs this process, at its cheapest of a few times: much
 * the same on a machine that is busy with other things.
 */
export async function costOf(work: () => unknown): Promise<number> {
  let cheapest = Number.POSITIVE_INFINITY
  for (let count = 0; count < 4; count++) {
    const before = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(before)
    cheapest = Math.min(cheapest, (user + system) / 1000)
  }
  return cheapest
}
