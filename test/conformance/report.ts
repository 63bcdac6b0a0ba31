import { type Course, type Judged, verdicts } from './verdict'

/** A pair's verdict and where it went. */
export interface Line extends Judged {
  course: Course
}

/** The figures of each suite, a table with a column a verdict. */
export function figures(lines: readonly Line[]): string {
  const suites = [...new Set(lines.map(({ suite }) => suite))]
  const rows = suites.map((suite) =>
    rowOf(
      suite,
      lines.filter((one) => one.suite === suite),
    ),
  )
  const all = suites.length > 1 ? [rowOf('all', lines)] : []
  return table([['suite', 'pairs', ...verdicts], ...rows, ...all])
}

function rowOf(name: string, lines: readonly Line[]): string[] {
  const counts = verdicts.map((verdict) => lines.filter((one) => one.verdict === verdict).length)
  return [name, lines.length, ...counts].map(String)
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)))
  const lines = rows.map((row) =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[at]!))),
  )
  return lines.map((cells) => `${cells.join('  ')}\n`).join('')
}

/** Every pair that is neither right nor rightly refused, by verdict, with its reason. */
export function reasons(lines: readonly Line[]): string {
  return ['wrong', 'failed', 'refused wrongly']
    .map((verdict) => ({ verdict, some: lines.filter((one) => one.verdict === verdict) }))
    .filter(({ some }) => some.length > 0)
    .map(({ verdict, some }) => `\n${verdict}:\n${some.map(lineOf).join('')}`)
    .join('')
}

function lineOf({ suite, name, code, reason }: Line): string {
  return `  ${suite}/${name}\n    ${code === '' ? '' : `${code}: `}${reason}\n`
}

/** What went another way than the list of known verdicts says. */
export function courses(lines: readonly Line[]): string {
  const list = (course: Course, title: string) => {
    const some = lines.filter((one) => one.course === course)
    const names = some.map(({ suite, name, verdict }) => `  ${suite}/${name}: ${verdict}\n`)
    return some.length === 0 ? '' : `\n${title}:\n${names.join('')}`
  }
  const unknown = lines.filter(({ course }) => course === 'new').length
  return [
    list('worse', 'worse than known'),
    list('improved', 'better than known (--accept records it)'),
    unknown === 0 ? '' : `\n${unknown} pairs without a known verdict (--accept records it)\n`,
  ].join('')
}
