import { quoteIdentifier } from '../../database/sql/quote'
import type { ColumnId } from '../../catalog/facts'
import type { ColumnAlteration } from '../model/operation'

/** `ALTER TABLE … ALTER COLUMN …` */
export function alterColumnSql(
  { schema, table, name }: ColumnId,
  alteration: ColumnAlteration,
): string {
  return `ALTER TABLE ${quoteIdentifier(schema, table)} ALTER COLUMN ${quoteIdentifier(name)} ${clauseOf(alteration)}`
}

function clauseOf(alteration: ColumnAlteration): string {
  switch (alteration.part) {
    case 'type': {
      const using = alteration.using === undefined ? '' : ` USING ${alteration.using}`
      return `TYPE ${alteration.type}${using}`
    }
    case 'default':
      return `SET DEFAULT ${alteration.value}`
    case 'no default':
      return 'DROP DEFAULT'
    case 'required':
      return 'SET NOT NULL'
    case 'not required':
      return 'DROP NOT NULL'
    case 'expression':
      return `SET EXPRESSION AS (${alteration.expression})`
    case 'no expression':
      return 'DROP EXPRESSION'
    case 'no identity':
      return 'DROP IDENTITY'
    case 'identity':
      return `ADD ${alteration.clause}`
  }
}
