import { hash } from 'node:crypto'
import { isAfter, nextRevision } from '../revision'

/** Which part of a script a file is: the script itself, or only its upgrade or downgrade in SQL. */
export type FileRole = 'script' | 'upgrade' | 'downgrade'

export type Extension = 'sql' | 'ts' | 'js' | 'mts' | 'cts' | 'mjs' | 'cjs'

/** How a new script is written: one `.sql`, one `.ts`, or a `.ts` with its two `.sql` files. */
export type ScriptForm = 'sql' | 'ts' | 'pair'

/** What makes up the name of a file that is a script, or a part of one. */
export interface FileParts {
  /** Decimal digits without leading zeros. */
  revision: string
  /** The words after the number, as written; empty where there are none. */
  title: string
  extension: Extension
  role: FileRole
}

/** What a file's name says. */
export type NameReading =
  | ({ is: 'script' } & FileParts)
  | {
      /** It has no number, and runs after all others whenever its text has changed. */
      is: 'repeatable'
      title: string
    }
  | {
      is: 'invalid'
      /** A lowercase fact. */
      problem: string
      /** A full sentence that says how to rename. */
      hint: string
    }
  | { is: 'ignored' }

/** A file that is a script, or a part of one, by its name. */
export type NamedFile = FileParts & {
  /** Absolute path. */
  path: string
  /** The path as the user would name it. */
  shown: string
  /** TypeORM's name of the migration, where the text of a module shows it. */
  migration?: string
  /** True: the number is that of TypeORM's name. */
  byClass?: true
  /** True: runs again whenever its text has changed. */
  repeatable?: true
}

const extensions = 'sql|ts|js|mts|cts|mjs|cjs'
const scriptName = new RegExp(`^(\\d+)(?:[_-](.*))?\\.(${extensions})$`, 's')
const plainName = /^(\d+)(?:[_-]([^.]*))?\.(sql|ts|js)$/
const bareCompanion = /^(\d+)\.(up|down)\.sql$/
const looksLikeScript = new RegExp(`^\\d.*\\.(${extensions})$`, 'is')
const declaration = /\.d\.[mc]?ts$/i
const revertingTitle = /^(.*)\.(?:down|downgrade|undo|rollback|revert)$/is
const postgrator = /^(\d+)\.(do|undo)(?:\.(.*))?\.sql$/is
const repeatable = /^R__(.+)\.sql$/
const isoStamp = /^(\d{4})-(\d\d)-(\d\d)T(\d\d)-(\d\d)-(\d\d)(?=[_.-])/
const isoDate = /^(\d{4})-(\d\d)-(\d\d)(?!\d)/

/**
 * Reads a file's name: `<digits>[_title].sql` and its like, companions (`<digits>_downgrade.sql`,
 * `<digits>_<title>.down.sql`), ISO stamps, `R__<title>.sql`. A name that starts with a digit and ends like a script but
 * cannot be read is `invalid`; any other name is `ignored`.
 */
export function readName(fileName: string): NameReading {
  const plainly = plainName.exec(fileName)
  // four digits and a `-` may begin a date
  if (plainly && !(plainly[1]!.length === 4 && fileName[4] === '-')) {
    const extension = plainly[3] as Extension
    const [role, title] = roleAndTitle(plainly[2] ?? '', extension)
    return scriptOr(plainly[1]!, title, extension, role)
  }
  return readUnusual(fileName)
}

function readUnusual(fileName: string): NameReading {
  if (declaration.test(fileName.trim())) return { is: 'ignored' }
  const [, repeated] = repeatable.exec(fileName) ?? []
  if (repeated !== undefined) return { is: 'repeatable', title: `R__${repeated}` }
  const plain = fileName.replace(isoStamp, '$1$2$3$4$5$6')
  const bare = bareCompanion.exec(plain)
  if (bare) return scriptOr(bare[1]!, '', 'sql', bare[2] === 'up' ? 'upgrade' : 'downgrade')
  const match = scriptName.exec(plain)
  if (match && !isoDate.test(plain)) {
    const extension = match[3] as Extension
    const [role, title] = roleAndTitle(match[2] ?? '', extension)
    const reverted = extension === 'sql' && role === 'script' && revertingTitle.exec(title)?.[1]
    if (typeof reverted === 'string') return reverting(match[1]!, reverted)
    return scriptOr(match[1]!, title, extension, role)
  }
  const [, digits = '', word, title = ''] = postgrator.exec(plain) ?? []
  if (word?.toLowerCase() === 'undo') return reverting(digits, title)
  if (word !== undefined) return invalid(`Rename it to ${fileNameOf(digits, title)}.sql.`)
  return looksLikeScript.test(fileName.trim()) ? unreadable(fileName) : { is: 'ignored' }
}

function invalid(hint: string): NameReading {
  return {
    is: 'invalid',
    problem: 'the name looks like a script but is not <digits>_<title>.sql or .ts',
    hint,
  }
}

function reverting(digits: string, title: string): NameReading {
  const hint = `Rename it to ${fileNameOf(digits, title)}.down.sql.`
  return { is: 'invalid', problem: 'the name says that it reverts something', hint }
}

function fileNameOf(digits: string, title: string): string {
  return title === '' ? digits : `${digits}_${title}`
}

function roleAndTitle(words: string, extension: Extension): [FileRole, string] {
  if (extension !== 'sql') return ['script', words]
  if (words === 'upgrade' || words === 'downgrade') return [words, '']
  if (words.endsWith('.up')) return ['upgrade', words.slice(0, -3)]
  if (words.endsWith('.down')) return ['downgrade', words.slice(0, -5)]
  return ['script', words]
}

function scriptOr(
  digits: string,
  title: string,
  extension: Extension,
  role: FileRole,
): NameReading {
  const revision = digits.startsWith('0') ? digits.replace(/^0+(?=\d)/, '') : digits
  return { is: 'script', revision, title, extension, role }
}

/** The number of a repeatable script, by its name: it is not in the order of the others. */
export function repeatableRevision(title: string): string {
  const digits = BigInt(`0x${hash('sha256', title)}`) % 10n ** 18n
  return `9${String(digits).padStart(18, '0')}`
}

function unreadable(fileName: string): NameReading {
  const better = suggestion(fileName.trim())
  return invalid(`Rename it to ${better}, or move it out of the folder if it is no script.`)
}

function suggestion(fileName: string): string {
  const dot = fileName.lastIndexOf('.')
  const stem = fileName.slice(0, dot).replace(isoDate, '$1$2$3')
  const [, digits = '', rest = ''] = /^(\d+)(.*)$/s.exec(stem) ?? []
  const title = rest.replace(/^[^\p{L}\p{N}]+/u, '').replace(/\s+/g, '_')
  return `${digits}${title && `_${title}`}${fileName.slice(dot).toLowerCase()}`
}

/**
 * The number of a new script: `now` in UTC as `YYYYMMDDHHMMSS`, or `newest` + 1 where that is larger,
 * so that the new script is always the last.
 */
export function newRevision(now: Date, newest?: string): string {
  const stamp = now.toISOString().slice(0, 19).replace(/\D/g, '')
  if (newest === undefined || isAfter(stamp, newest)) return stamp
  return nextRevision(newest)
}

const longestTitle = 80

/**
 * A title as it is written in a file's name: letters and digits of any alphabet in lower case, `_` for all
 * else, at most 80 characters. `upgrade` and `downgrade` alone name companion files, so they get a
 * word more. Empty where nothing is left.
 */
export function titleFileName(title: string): string {
  const words = title
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '_')
  const cut = Array.from(words.replace(/^_/, '')).slice(0, longestTitle).join('').replace(/_$/, '')
  return cut === 'upgrade' || cut === 'downgrade' ? `${cut}_script` : cut
}
