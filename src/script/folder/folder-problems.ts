import { MigrationError } from '../../errors'

const shownAtMost = 50

/**
 * Several problems as one error: the first one's code and hint, in `detail` the first fifty of them: a folder of
 * another tool may hold a thousand of one kind. Pure.
 * @param shown the folder, as the user named it
 */
export function together(problems: readonly MigrationError[], shown: string): MigrationError {
  const first = problems[0]!
  if (problems.length === 1) return first
  const lines = problems.slice(0, shownAtMost).map((problem) => {
    const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined)
    return `${place.join(':')}: ${problem.message}`
  })
  const more = problems.length - lines.length
  return new MigrationError(
    first.code,
    `${problems.length} problems with the scripts in ${shown}`,
    {
      detail: [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'),
      hint: first.hint,
      file: first.file,
      line: first.line,
      column: first.column,
      excerpt: first.excerpt,
    },
  )
}
