const setting = /\bstandard_conforming_strings\b["']?\s*(?:=|,|to\b)\s*'?(\w+)/i
const off = /^(?:off?|f|fa|fal|false?|no?|0)$/i

/**
 * Whether `standard_conforming_strings` is on after the statement at `start`, when it was `before`. Off,
 * a backslash escapes in plain strings too.
 */
export function conformingAfter(
  word: string | undefined,
  text: string,
  start: number,
  end: number,
  before: boolean,
): boolean {
  if (word === 'RESET') return true
  if (word !== 'SET' && word !== 'SELECT') return before
  const value = setting.exec(text.slice(start, end))?.[1]
  return value === undefined ? before : !off.test(value)
}
