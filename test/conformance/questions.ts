/**
 * The options that answer the open questions of an error QUESTION_OPEN, as its detail offers them: each
 * question is a line, and its option the line below. A value that the detail leaves open (`…`) is given
 * as a loss: no rows to fill, no value kept.
 */
export function offeredOptions(detail: string): string[][] {
  return Array.from(detail.matchAll(/^(.*)\n {2}(--[a-z]+) (.+)$/gm), (found) => {
    const [, question = '', option = '', word = ''] = found
    const value = unquoted(word)
    if (!value.endsWith('=…')) return [option, value]
    const empty = option === '--backfill' || question.includes(' Empty: ')
    return [option, value.replace(/…$/, empty ? '' : 'NULL')]
  })
}

/** A word as a shell reads it. */
function unquoted(word: string): string {
  if (!/^".*"$/s.test(word)) return word
  return word.slice(1, -1).replaceAll(/\\(["$`\\])/g, '$1')
}
