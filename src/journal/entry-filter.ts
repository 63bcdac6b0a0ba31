import { eq, ge } from '../database/operators'
import { quoteLiteral } from '../database/quote'

/** Which entries `readFull` reads. */
export type EntryFilter = ({ outcome: 'success' | 'error' } | { ids: readonly string[] }) & {
  /** ISO 8601: only those that ended then or later, or began where they have not ended. */
  since?: string
  /** Only so many, the newest. */
  limit?: number
  /** Only those of these revisions. */
  revisions?: readonly string[]
}

/** The conditions of a filter as SQL. Pure. */
export function conditionsOf(filter: EntryFilter): string[] {
  const { since, revisions } = filter
  return [
    'outcome' in filter
      ? `outcome ${eq} ${quoteLiteral(filter.outcome)}`
      : `id ${eq} ANY (${numbers(filter.ids)}::pg_catalog.int8[])`,
    ...(since === undefined
      ? []
      : [`coalesce(finished_at, started_at) ${ge} ${quoteLiteral(since)}::pg_catalog.timestamptz`]),
    ...(revisions ? [`revision ${eq} ANY (${numbers(revisions)}::pg_catalog.numeric[])`] : []),
  ]
}

function numbers(digits: readonly string[]): string {
  return quoteLiteral(`{${digits.join(',')}}`)
}

/** The filter that a caller of `list` or `errors` asks for. Pure. */
export function filterOf(
  outcome: 'success' | 'error',
  { limit, since }: { limit?: number; since?: Date },
  scripts: readonly { revision: string }[] | undefined,
): EntryFilter {
  return {
    outcome,
    ...(limit !== undefined && { limit }),
    ...(since && { since: since.toISOString() }),
    ...(scripts && { revisions: scripts.map(({ revision }) => revision) }),
  }
}
