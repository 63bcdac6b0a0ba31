/** Orders numbers of any length, written in decimal digits without leading zeros: revisions, ids of entries. */
export function compareDigits(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)
}

/** True where the first number is the greater one. */
export function isAfter(a: string, b: string): boolean {
  return compareDigits(a, b) > 0
}

/** Orders what has a revision. */
export function byRevision(a: { revision: string }, b: { revision: string }): number {
  return compareDigits(a.revision, b.revision)
}

/** The greatest of these revisions; undefined where there is none. */
export function newestOf(revisions: Iterable<string>): string | undefined {
  let newest: string | undefined
  for (const one of revisions) if (newest === undefined || isAfter(one, newest)) newest = one
  return newest
}

/** The revision after this one. */
export function nextRevision(revision: string): string {
  return String(BigInt(revision) + 1n)
}

/** How many revisions lie between two. */
export function revisionGap(a: string, b: string): bigint {
  const gap = BigInt(a) - BigInt(b)
  return gap < 0n ? -gap : gap
}
