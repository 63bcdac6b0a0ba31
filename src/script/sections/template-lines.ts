/** Where `generate` and `add_script` leave the work to a person, a comment says so in these words. */
export const upgradeLine = 'Write the upgrade here, in place of this line.'

/** The same for what undoes it, in SQL. */
export const downgradeLine =
  'Write what undoes it here. While nothing is, the script is irreversible.'

/** The same in a module. */
export const downgradeFunctionLine =
  'Write what undoes it here, in place of this line, or remove this function.'

/** True of SQL that nobody has written anything into: the template's line is there, and no statement. */
export function isTemplate(sql: string, line: string): boolean {
  if (!sql.includes(line)) return false
  const { lex } = require('../lexer/lexer') as typeof import('../lexer/lexer')
  return lex(sql).statements.length === 0
}
