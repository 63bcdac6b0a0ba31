import { ge, le, plus } from '../../database/sql/operators'
import { quoteIdentifier, quoteLiteral } from '../../database/sql/quote'
import type { Numbering } from '../../catalog/difference'
import type { ColumnId } from '../../catalog/facts'
import type { Qualified } from '../../catalog/object-names'
import type { OwnOperation } from '../model/operation'
import { plainPath, shortPath } from './online/quoted-text'

/** Sets a column's sequence behind the greatest value of its rows: a given one, or the column's own. */
export function continueSequenceSql({ column: id, sequence, isThere }: Continuing): string {
  const table = quoteIdentifier(id.schema, id.table)
  const own = `pg_catalog.pg_get_serial_sequence(${namedTable(id)}, ${quoteLiteral(id.name)})`
  const name = sequence ? quoteLiteral(shortPath(sequence)) : own
  const unused = `COALESCE(pg_catalog.max(${quoteIdentifier(id.name)}), 0) ${plus} 1`
  const next = sequence && isThere ? `GREATEST(${unused}, (${nextOf(sequence)}))` : unused
  return `SELECT pg_catalog.setval(${name}, ${next}, false) FROM ${table}`
}

function nextOf({ schema, name }: Qualified): string {
  const next = `CASE WHEN is_called THEN last_value ${plus} 1 ELSE last_value END`
  return `SELECT ${next} FROM ${quoteIdentifier(schema, name)}`
}

type Continuing = Extract<OwnOperation, { kind: 'continue sequence' }>

function namedTable({ schema, table }: ColumnId): string {
  return quoteLiteral(plainPath({ schema, name: table }))
}

/**
 * A value before the first of the new ones has not been used by them; one behind the last has used them
 * all. A sequence that was never used begins where the new one does.
 */
export function moveSequenceSql(
  before: Numbering,
  { min, max, start, increment }: Numbering,
): string {
  const name = quoteIdentifier(before.schema, before.name)
  const first = before.start < min ? min : before.start > max ? max : before.start
  const unused = first === start ? 'last_value' : `CASE WHEN is_called THEN last_value ELSE ${start} END` // oxfmt-ignore
  const raised = min > before.min ? `GREATEST(${unused}, ${min})` : unused
  const value = max < before.max ? `LEAST(${raised}, ${max})` : raised
  const used =
    increment > 0n
      ? min > before.min && ` AND last_value ${ge} ${min}`
      : max < before.max && ` AND last_value ${le} ${max}`
  const named = quoteLiteral(plainPath(before))
  return `SELECT pg_catalog.setval(${named}, ${value}, is_called${used || ''}) FROM ${name}`
}
