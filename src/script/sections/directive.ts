import { nearest } from '../../settings/value/nearest'

/** What one `-- migrate: …` comment asks for. */
export type Directive =
  | { kind: 'no-transaction' }
  | { kind: 'setting'; name: string; value: string }
  /** The scripts that this one stands for; read where the folder is. */
  | { kind: 'squashes' }

const setting = /^([A-Za-z_][\w$]*(?:\.[A-Za-z_][\w$]*)?)\s*(?:=|\s[Tt][Oo]\s)\s*(.+)$/
/** Meant as the line that a section begins with. */
const direction = /^(?:up|down|upgrade|downgrade|apply|undo|revert|rollback|rollforward)\b/i
const noTransaction = 'no-transaction'
const commonSettings = [
  'lock_timeout',
  'statement_timeout',
  'idle_in_transaction_session_timeout',
  'transaction_timeout',
  'search_path',
  'role',
  'maintenance_work_mem',
  'work_mem',
  'client_min_messages',
  'check_function_bodies',
  'row_security',
]

/**
 * Reads the words after `-- migrate:`: `no-transaction`, or `name = value` for any setting of
 * PostgreSQL. What is neither comes back as a problem with a hint at the nearest name.
 */
export function readDirective(words: string): Directive | { problem: string; hint: string } {
  const text = words.trim().replace(/\s*;$/, '')
  if (text === noTransaction) return { kind: noTransaction }
  if (/^squashes(?: \d+)+$/.test(text)) return { kind: 'squashes' }
  const [, name, value] = setting.exec(text) ?? []
  if (name && value && name.toLowerCase() !== 'transaction')
    return { kind: 'setting', name, value: unquoted(value.trim()) }
  if (direction.test(text)) {
    return {
      problem: `unknown directive "${text}"`,
      hint: 'Sections begin with `-- MIGRATE UP` and `-- MIGRATE DOWN`.',
    }
  }
  const meant = nearestDirective(text)
  return {
    problem: text === '' ? 'an empty `migrate:` comment' : `unknown directive "${text}"`,
    hint: `${meant ? `Did you mean \`-- migrate: ${meant}\`? ` : ''}Known are \`no-transaction\` and \`<setting> = <value>\`.`,
  }
}

function unquoted(value: string): string {
  const quoted = /^'((?:[^']|'')*)'$/.exec(value)
  return quoted ? quoted[1]!.replaceAll("''", "'") : value
}

function nearestDirective(text: string): string | undefined {
  const word = text.split(/[\s=:]/)[0]!
  if (/^(?:no.?)?tr?ans/i.test(word)) return noTransaction
  const name = nearest(word, [noTransaction, ...commonSettings])
  return name === undefined || name === noTransaction ? name : `${name} = …`
}
