import { quoteIdentifier, quoteLiteral } from '../../database/sql/quote'
import type { OwnOperation, SchemaOperation } from '../model/operation'
import { alterColumnSql } from './alter-column'
import { engineSql } from './engine-sql'
import { attachedIndexSql, constraintSql, placeSql, renameRequiredSql, ruleSql } from './rule-sql'
import { isOnline, onlineSql } from './online/online-sql'
import { isOfTwin, togetherSql, twinSql } from './online/twin-sql'
import { rowSql, valueMapSql } from './row-sql'
import { continueSequenceSql, moveSequenceSql } from './sequence-sql'

/** The statement that does this, with every name quoted and with its schema. Pure. */
export function sqlOf(operation: SchemaOperation): string {
  if ('sql' in operation) return engineSql(operation, sqlOf)
  if (operation.kind === 'together') return togetherSql(operation, sqlOf)
  if (isOfTwin(operation)) return twinSql(operation, (text) => text)
  return isOnline(operation) ? onlineSql(operation, (text) => text) : ownSql(operation)
}

function ownSql(operation: OwnOperation): string {
  switch (operation.kind) {
    case 'alter column':
      return alterColumnSql(operation.column, operation)
    case 'fill column':
    case 'insert rows':
    case 'restore rows':
    case 'create metadata table':
    case 'insert metadata':
    case 'delete metadata':
      return rowSql(operation)
    case 'create schema':
    case 'drop schema':
      return schemaSql(operation)
    case 'drop index':
      return dropIndexSql(operation)
    case 'change owner': {
      const role = operation.owner === null ? 'CURRENT_USER' : quoteIdentifier(operation.owner)
      return `${operation.alter} OWNER TO ${role}`
    }
    case 'continue sequence':
      return continueSequenceSql(operation)
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
    case 'attached index':
      return attachedIndexSql(operation)
    case 'property':
      return operation.statement
    default:
      return renameSql(operation)
  }
}

function dropIndexSql({ index, concurrently }: Of<'drop index'>): string {
  const how = concurrently ? 'CONCURRENTLY ' : ''
  return `DROP INDEX ${how}${quoteIdentifier(index.schema, index.name)}`
}

function schemaSql(operation: Of<'create schema' | 'drop schema'>): string {
  const name = quoteIdentifier(operation.schema.name)
  if (operation.kind === 'drop schema') return `DROP SCHEMA ${name}`
  const owner = operation.owner === undefined ? '' : ` AUTHORIZATION ${operation.owner}`
  return `CREATE SCHEMA ${name}${owner}`
}

type Of<Kind extends OwnOperation['kind']> = Extract<OwnOperation, { kind: Kind }>

/** `CREATE OR REPLACE VIEW`, which would take away the options that it does not name. */
function replaceViewSql({ view, options, query }: Of<'replace view'>): string {
  const settings = options.length > 0 ? ` WITH (${options.join(', ')})` : ''
  return `CREATE OR REPLACE VIEW ${quoteIdentifier(view.schema, view.name)}${settings} AS ${query}`
}

function renameSql(
  operation: Of<
    | 'rename'
    | 'move'
    | 'rename part'
    | 'rename not null'
    | 'rename value'
    | 'rename enum'
    | 'rename function'
  >,
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
    case 'rename not null':
      return renameRequiredSql(operation)
    case 'rename value': {
      const { type, value, to } = operation
      const start = `ALTER TYPE ${quoteIdentifier(type.schema, type.name)} RENAME VALUE`
      return `${start} ${quoteLiteral(value)} TO ${quoteLiteral(to)}`
    }
    case 'rename enum': {
      const { type, to } = operation
      return `ALTER TYPE ${quoteIdentifier(type.schema, type.name)} RENAME TO ${to}`
    }
    case 'rename function': {
      const { schema, name, signature, to } = operation
      return `ALTER FUNCTION ${quoteIdentifier(schema, name)}${signature} RENAME TO ${quoteIdentifier(to)}`
    }
  }
}
