const millisecondsOf = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** The greatest duration that PostgreSQL's timeouts and Node's timers take: 2147483647 ms, 24.8 days. */
export const longestDuration = 2_147_483_647

/**
 * Reads `5s`, `500ms`, `2min`, `1h`, `1d`, `1.5s`; a plain number is milliseconds, `0` is none. The
 * units are PostgreSQL's (`m` is none of them: it could be minutes or months).
 * Returns whole milliseconds, or undefined for what is no duration or longer than `longestDuration`.
 * @see https://www.postgresql.org/docs/current/config-setting.html
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|min|h|d)?$/.exec(text.trim())
  if (!match) return undefined
  const unit = (match[2] ?? 'ms') as keyof typeof millisecondsOf
  const milliseconds = Math.round(Number(match[1]) * millisecondsOf[unit])
  return milliseconds <= longestDuration ? milliseconds : undefined
}

/**
 * Writes milliseconds so that PostgreSQL and `parseDuration` read them back exactly: the largest
 * unit that divides them (`90s`, `1500ms`, `2min`); none is `0`.
 */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0'
  const units = Object.entries(millisecondsOf).toReversed()
  const [unit, size] = units.find(([, length]) => milliseconds % length === 0) ?? ['ms', 1]
  return `${milliseconds / size}${unit}`
}
