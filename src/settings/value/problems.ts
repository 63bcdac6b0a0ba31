import { MigrationError } from '../../errors'
import { maskPasswords } from './mask'

/** Where a value was given: `development.ini:12`, `environment DB_URL`, `flag --wait`. */
export interface SettingPlace {
  from: string
  /** The file as the user would name it. */
  file?: string
  /** 1-based. */
  line?: number
}

/** A value as it was found, expanded, with its place. */
export interface Sourced extends SettingPlace {
  value: string
}

interface Problem extends SettingPlace {
  message: string
  hint?: string | undefined
}

/** Gathers what is wrong with the settings, so that all of it is said at once. */
export class Problems {
  readonly #found: Problem[] = []

  add({ from, file, line }: SettingPlace, message: string, hint?: string): void {
    const place = { from, ...(file ? { file } : {}), ...(line ? { line } : {}) }
    this.#found.push({ ...place, message: maskPasswords(message), hint })
  }

  /**
   * @throws {MigrationError} SETTINGS_INVALID when there is any problem. A single one is the error itself,
   * with its own place and hint. Of several, `detail` has a line for each, in the order of files and
   * lines, with its place and its hint; the error then has neither.
   */
  throwIfAny(subject: string): void {
    const sorted = this.#sorted()
    const [first] = sorted
    if (!first) return
    if (sorted.length === 1) throw singleProblem(first)
    throw new MigrationError('SETTINGS_INVALID', `${subject} has ${sorted.length} problems`, {
      detail: linesFor(sorted).join('\n'),
    })
  }

  /** By line within a file; files stay in the order in which they came up. */
  #sorted(): Problem[] {
    const groups = [...new Set(this.#found.map((problem) => problem.file))]
    const rank = (problem: Problem) => groups.indexOf(problem.file)
    const unique = new Map(this.#found.map((problem) => [lineFor(problem), problem]))
    return [...unique.values()].toSorted(
      (a, b) => rank(a) - rank(b) || (a.line ?? 0) - (b.line ?? 0),
    )
  }
}

const mostLines = 200

function linesFor(problems: readonly Problem[]): string[] {
  const rest = problems.length - mostLines
  return [...problems.slice(0, mostLines).map(lineFor), ...(rest > 0 ? [`and ${rest} more`] : [])]
}

/** A place that is a file and a line is shown as such; any other, such as a flag, is part of the message. */
function singleProblem({ from, file, line, message, hint }: Problem): MigrationError {
  const isPlace = file !== undefined && from === (line === undefined ? file : `${file}:${line}`)
  const fact = isPlace ? message : `${from}: ${message}`
  return new MigrationError('SETTINGS_INVALID', fact, { file, line, hint })
}

function lineFor({ from, message, hint }: Problem): string {
  return `${from}: ${message}${hint ? `. ${hint}` : ''}`
}
