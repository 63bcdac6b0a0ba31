import { MigrationError } from '../errors'
import type { EntryFilter } from '../journal/entries'
import type { Script } from '../script/script'
import type { ListOptions } from './option-shapes'

/**
 * What `list` and `errors` ask of the journal. Pure.
 * @param scripts those of the folder, where only theirs count
 * @throws {MigrationError} USAGE for the scripts of a graph: the journal's numbers are not theirs
 */
export function entryFilter(
  outcome: 'success' | 'error',
  { limit, since, revision, all = false, reverse = false }: Omit<ListOptions, 'inFolder'>,
  scripts: readonly Script[] | undefined,
): EntryFilter {
  if (scripts?.some(({ edge }) => edge)) throw ofGraph()
  const inFolder = scripts?.map((script) => script.revision)
  const named = revision === undefined ? undefined : [revision.replace(/^0+(?=\d)/, '')]
  const revisions =
    inFolder && named ? named.filter((one) => inFolder.includes(one)) : (named ?? inFolder)
  return {
    outcome: all ? 'any' : outcome,
    reverse,
    ...(limit !== undefined && { limit }),
    ...(since && { since: since.toISOString() }),
    ...(revisions && { revisions }),
  }
}

function ofGraph(): MigrationError {
  return new MigrationError('USAGE', 'entries of a graph belong to no folder', {
    hint: 'Leave --directory out; --limit, --since and --revision narrow the journal.',
  })
}
