import { quoteIdentifier, quoteLiteral } from '../../database/sql/quote'
import type { Id } from '../../catalog/facts'
import { type OwnOperation, type PlannedStep, step } from '../model/operation'
import { alterColumnSql } from './alter-column'
import { valueMapSql } from './value-map'
import { continueSequenceSql, moveSequenceSql } from './sequence-sql'

/** A statement that typetrek writes itself: its SQL is that of the operation. */
export function ownStep(
  operation: OwnOperation,
  ids: readonly Id[],
  more: Partial<PlannedStep> = {},
): PlannedStep {
  return step(sqlOf(operation), ids, { ...more, operation })
}

function sqlOf(operation: OwnOperation): string {
  switch (operation.kind) {
    case 'alter column':
      return alterColumnSql(operation.column, operation)
    case 'fill column': {
      const { schema, table, name } = operation.column
      const column = quoteIdentifier(name)
      const where = operation.onlyNulls ? ` WHERE ${column} IS NULL` : ''
      return `UPDATE ${quoteIdentifier(schema, table)} SET ${column} = ${operation.expression}${where}`
    }
    case 'insert rows':
      return insertSql(operation)
    case 'create schema':
      return `CREATE SCHEMA ${quoteIdentifier(operation.schema.name)}`
    case 'drop schema':
      return `DROP SCHEMA ${quoteIdentifier(operation.schema.name)}`
    case 'continue sequence':
      return continueSequenceSql(operation.column, operation.sequence)
    case 'move sequence':
      return moveSequenceSql(operation.before, operation.target)
    case 'map values':
      return valueMapSql(operation.part, operation.map)
    case 'drop constraint':
    case 'add constraint':
      return ruleSql(operation)
    case 'replace view':
      return replaceViewSql(operation)
    case 'alter constraint':
    case 'validate constraint':
      return constraintSql(operation)
    case 'place partition':
      return placeSql(operation)
    default:
      return renameSql(operation)
  }
}

type Of<Kind extends OwnOperation['kind']> = Extract<OwnOperation, { kind: Kind }>

function insertSql({ table, columns, rows, overriding }: Of<'insert rows'>): string {
  const names = columns.map((name) => quoteIdentifier(name)).join(', ')
  const own = overriding ? ' OVERRIDING SYSTEM VALUE' : ''
  return `INSERT INTO ${quoteIdentifier(table.schema, table.name)} (${names})${own} ${rows}`
}

/** `CREATE OR REPLACE VIEW`, which would take away the options that it does not name. */
function replaceViewSql({ view, options, query }: Of<'replace view'>): string {
  const settings = options.length > 0 ? ` WITH (${options.join(', ')})` : ''
  return `CREATE OR REPLACE VIEW ${quoteIdentifier(view.schema, view.name)}${settings} AS ${query}`
}

function ruleSql(operation: Of<'drop constraint'> | Of<'add constraint'>): string {
  const { schema, table, name } = operation.constraint
  const start = `ALTER TABLE ${quoteIdentifier(schema, table)}`
  return operation.kind === 'add constraint'
    ? `${start} ADD CONSTRAINT ${quoteIdentifier(name)} ${operation.definition}`
    : `${start} DROP CONSTRAINT ${quoteIdentifier(name)}`
}

function constraintSql(operation: Of<'alter constraint'> | Of<'validate constraint'>): string {
  const { constraint, of } = operation
  const start = `ALTER ${of} ${quoteIdentifier(constraint.schema, constraint.table)}`
  const name = quoteIdentifier(constraint.name)
  return operation.kind === 'alter constraint'
    ? `${start} ALTER CONSTRAINT ${name}${operation.checked}`
    : `${start} VALIDATE CONSTRAINT ${name}`
}

/** Below its parent, or out of it: as a partition where there are bounds, else as a child that inherits. */
function placeSql({ table, parent, bound, into }: Of<'place partition'>): string {
  const above = quoteIdentifier(parent.schema, parent.name)
  const below = quoteIdentifier(table.schema, table.name)
  if (bound === undefined) return `ALTER TABLE ${below} ${into ? '' : 'NO '}INHERIT ${above}`
  return `ALTER TABLE ${above} ${into ? `ATTACH PARTITION ${below} ${bound}` : `DETACH PARTITION ${below}`}`
}

function renameSql(
  operation: Of<'rename' | 'move' | 'rename part' | 'rename value' | 'rename function'>,
): string {
  switch (operation.kind) {
    case 'rename': {
      const { what, schema, name, to } = operation
      const path = schema === undefined ? quoteIdentifier(name) : quoteIdentifier(schema, name)
      return `ALTER ${what} ${path} RENAME TO ${quoteIdentifier(to)}`
    }
    case 'move': {
      const { what, schema, name, to } = operation
      return `ALTER ${what} ${quoteIdentifier(schema, name)} SET SCHEMA ${quoteIdentifier(to)}`
    }
    case 'rename part': {
      const { part, of, schema, table, name, to } = operation
      const start = `ALTER ${of} ${quoteIdentifier(schema, table)} RENAME ${part}`
      return `${start} ${quoteIdentifier(name)} TO ${quoteIdentifier(to)}`
    }
    case 'rename value': {
      const { type, value, to } = operation
      const start = `ALTER TYPE ${quoteIdentifier(type.schema, type.name)} RENAME VALUE`
      return `${start} ${quoteLiteral(value)} TO ${quoteLiteral(to)}`
    }
    case 'rename function': {
      const { schema, name, signature, to } = operation
      return `ALTER FUNCTION ${quoteIdentifier(schema, name)}${signature} RENAME TO ${quoteIdentifier(to)}`
    }
  }
}
