import { MigrationError } from '../../errors'

/**
 * Several problems as one error: the first one's code and hint, all of them in `detail`. Pure.
 * @param shown the folder, as the user named it
 */
export function together(problems: readonly MigrationError[], shown: string): MigrationError {
  const first = problems[0]!
  if (problems.length === 1) return first
  const lines = problems.map((problem) => {
    const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined)
    return `${place.join(':')}: ${problem.message}`
  })
  return new MigrationError(
    first.code,
    `${problems.length} problems with the scripts in ${shown}`,
    {
      detail: lines.join('\n'),
      hint: first.hint,
      file: first.file,
      line: first.line,
      column: first.column,
      excerpt: first.excerpt,
    },
  )
}
