type Texts = readonly string[]

interface Choice {
  /** Prefer as many nulls as possible, else as few. */
  sparse: boolean
  /** The values that other rows have already, column by column. */
  taken: readonly (readonly (string | undefined)[])[]
}

/** Tuples of SQL literals, those least like the other rows first. Pure. */
export function bestTuples(tuples: readonly Texts[], { sparse, taken }: Choice): Texts[] {
  const seen = (tuples[0] ?? []).map((_, at) => new Set(taken.map((row) => row[at])))
  const scored = tuples.map((tuple) => {
    const nulls = tuple.filter(isNull).length
    const repeated = tuple.filter((value, at) => !isNull(value) && seen[at]?.has(value)).length
    return { tuple, score: repeated * 100 + (sparse ? -nulls : nulls) }
  })
  return scored.toSorted((one, other) => one.score - other.score).map(({ tuple }) => tuple)
}

function isNull(value: string): boolean {
  return value.startsWith('NULL')
}
