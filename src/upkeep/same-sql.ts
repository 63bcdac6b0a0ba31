import { lex } from '../script/lexer/lexer'

/**
 * How two SQL texts differ: not at all, only in layout and comments, or in what they mean. PostgreSQL's own
 * parser compares the trees; what it cannot read counts as another meaning.
 */
export async function compareSql(
  one: string,
  other: string,
): Promise<'same' | 'layout' | 'meaning'> {
  if (plain(one) === plain(other)) return 'same'
  const { loadModule, parseSync } = require('libpg-query') as typeof import('libpg-query')
  await loadModule()
  const tree = (text: string): string | undefined => {
    try {
      return statementsOf(text)
        .map((sql) => treeText(parseSync(sql)))
        .join('\n')
    } catch {
      return undefined
    }
  }
  const [before, after] = [tree(one), tree(other)]
  return before !== undefined && before === after && isSameNotes(one, other) ? 'layout' : 'meaning'
}

/** Data of COPY is no SQL: what follows a statement of that kind must be the same text. */
function statementsOf(text: string): string[] {
  const { statements, copies, closed } = lex(text)
  if (!closed) throw new Error('a text that does not end')
  return statements.map(({ start, end }, index) => {
    const copy = copies.find(({ statementIndex }) => statementIndex === index)
    if (copy) throw new Error('a text with data')
    return text.slice(start, end)
  })
}

/** `-- migrate:` lines are comments that mean something. */
function isSameNotes(one: string, other: string): boolean {
  const notes = (text: string) =>
    text.match(/^[ \t]*(?:--|\/\*)[ \t]*migrate[ \t]*:.*$/gm)?.join('\n')
  return notes(one) === notes(other)
}

/** A tree without the places of its nodes in the text. */
function treeText(tree: unknown): string {
  return JSON.stringify(tree, (key, value: unknown) =>
    /^(?:location|stmt_location|stmt_len|version|\w+_location)$/.test(key) ? undefined : value,
  )
}

function plain(text: string): string {
  return text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')
}
