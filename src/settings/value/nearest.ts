/**
 * Damerau-Levenshtein distance (optimal string alignment): insertions, deletions, substitutions and
 * swaps of two neighbours count one each. Counts UTF-16 units; case matters.
 */
export function distance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const substitution = cell(last, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1)
      let best = Math.min(substitution, cell(last, column) + 1, cell(current, column - 1) + 1)
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        best = Math.min(best, cell(beforeLast, column - 2) + 1)
      }
      current.push(best)
    }
    beforeLast = last
    last = current
  }
  return cell(last, b.length)
}

function cell(row: readonly number[], column: number): number {
  return row[column] ?? Infinity
}

/**
 * The candidate that a person most likely meant by `word`, or undefined when none is close.
 * Case is ignored. `limit` is the greatest distance that counts; the default is a third of the
 * word, at least 1 and at most 3. Where nothing is that close, the only candidate that begins with
 * the word (3 characters or more) is meant. Of equals, the first wins.
 */
export function nearest(
  word: string,
  candidates: Iterable<string>,
  limit = Math.min(3, Math.max(1, Math.floor((word.length + 1) / 3))),
): string | undefined {
  const target = word.toLowerCase()
  let best: string | undefined
  let bestDistance = limit + 1
  const longer: string[] = []
  for (const candidate of candidates) {
    const lower = candidate.toLowerCase()
    if (target.length >= 3 && lower.startsWith(target)) longer.push(candidate)
    if (Math.abs(lower.length - target.length) >= bestDistance) continue
    const found = distance(target, lower)
    if (found >= bestDistance) continue
    best = candidate
    bestDistance = found
  }
  return best ?? (longer.length === 1 ? longer[0] : undefined)
}
