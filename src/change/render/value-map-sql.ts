import { eq } from '../../database/sql/operators'
import { quoteIdentifier, quoteLiteral } from '../../database/sql/quote'
import { namesOf, type ValueMap, type ValueMapPart } from '../model/value-map'

/** A table of old and new values, and a function over it, since USING takes no subquery. */
export function valueMapSql(part: ValueMapPart, map: ValueMap): string {
  const { column, from, to, expression } = map
  const { table, plain, name } = namesOf(map)
  switch (part) {
    case 'table': {
      // a literal alone has no type yet
      const value = /^(?:NULL|'(?:[^']|'')*')$/i.test(expression) ? `${expression}::${to}` : expression // prettier-ignore
      const source = quoteIdentifier(column.schema, column.table)
      return `CREATE TEMPORARY TABLE ${plain} AS SELECT ${quoteIdentifier(column.name)} AS old_value, ${value} AS new_value FROM ${source}`
    }
    case 'index':
      return `CREATE UNIQUE INDEX ON ${table} (old_value)`
    case 'function': {
      // a type of an extension or of the user's own has its own way of comparing
      const equals = from.includes('.') ? '=' : eq
      const body = quoteLiteral(`SELECT new_value FROM ${table} WHERE old_value ${equals} $1`)
      return `CREATE FUNCTION ${name}(${from}) RETURNS ${to} LANGUAGE sql STABLE AS ${body}`
    }
    case 'drop function':
      return `DROP FUNCTION ${name}(${from})`
    case 'drop table':
      return `DROP TABLE ${table}`
  }
}
