import { lex } from '../../script/lexer/lexer'
import { classify } from '../../script/parser/sql-work'
import type { SqlPart } from '../../script/script'

/** One direction of a script that goes into a squashed one. */
export interface SquashPart {
  /** `20240115093000_companies` */
  label: string
  part: SqlPart
}

/** The text of one direction, and whether it can run in a transaction. */
export interface SquashText {
  text: string
  transaction: boolean
}

/**
 * One text of several parts, each under its name and with its statements ended. Where one cannot run in a
 * transaction, none is around the whole, and the others bring their own.
 */
export async function joinParts(parts: readonly SquashPart[]): Promise<SquashText> {
  const read = await Promise.all(
    parts.map(async ({ label, part }) => {
      const { transaction } = await classify(part)
      return { label, part, outside: transaction === 'none' || !part.options.transaction }
    }),
  )
  const transaction = !read.some(({ outside }) => outside)
  const texts = read.map(({ label, part, outside }) => {
    const body = bodyOf(part)
    const own = transaction || outside ? body : `BEGIN;\n${body}COMMIT;\n`
    return `-- ${label}\n${own}`
  })
  return { text: texts.join('\n'), transaction }
}

/** A part's own text with what its header sets, ended, and with the session put back after it. */
export function bodyOf(part: SqlPart): string {
  return `${settingsOf(part)}${ended(part.text)}${resetAfter(part)}`
}

/** What the header of a script sets holds for its own statements. */
function settingsOf({ options }: SqlPart): string {
  return options.settings
    .map(([name, value]) => `SET ${name} = '${value.replaceAll("'", "''")}';\n`)
    .join('')
}

/** The last statement ends, whatever comment follows it. */
function ended(text: string): string {
  const plain = withoutDirectives(text).trim()
  const { statements } = lex(plain)
  const last = statements.at(-1)
  const isEnded = !last || plain[last.end] === ';'
  return `${plain}${isEnded ? '' : '\n;'}\n`
}

function withoutDirectives(text: string): string {
  return text.replace(/^[ \t]*--[ \t]*migrate[ \t]*:.*\n?/gm, '')
}

/** Between two scripts the session is put back; within one it is not. */
function resetAfter({ text, options }: SqlPart): string {
  const sets = /\bset_config\b/i.test(text) || lex(text).statements.some(isSetting)
  return sets || options.settings.length > 0 ? 'RESET ROLE;\nRESET ALL;\n' : ''
}

function isSetting({ words: [first, second] }: { words: readonly string[] }): boolean {
  return first === 'SET' && second !== 'LOCAL' && second !== 'CONSTRAINTS'
}
