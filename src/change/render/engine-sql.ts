import { quoteIdentifier, quoteLiteral } from '../../database/sql/quote'
import type { Qualified } from '../../catalog/object-names'
import type { EngineOperation, Replaced, SchemaOperation } from '../model/operation'
import { withAdded } from './create-table'
import { completedSql } from './left-out-sql'

/**
 * pg-delta's statement with what its operation says.
 * @param sqlOf writes what a table is made with
 */
export function engineSql(
  operation: EngineOperation,
  sqlOf: (added: SchemaOperation) => string,
): string {
  const { isNew = false, typeNames = [] } = operation
  const sql = ownSql({ ...operation, sql: completedSql(operation) }, sqlOf)
  return replaced(isNew ? sql.replace(/^CREATE OR REPLACE /, 'CREATE ') : sql, typeNames)
}

function ownSql(operation: EngineOperation, sqlOf: (added: SchemaOperation) => string): string {
  const { sql } = operation
  switch (operation.kind) {
    case 'add column':
      return addColumn(operation)
    case 'create table':
      return createTable(operation, sqlOf)
    case 'create index':
      return createIndex(operation)
    case 'add enum value':
      return operation.once ? sql.replace(' ADD VALUE ', ' ADD VALUE IF NOT EXISTS ') : sql
    case 'create event trigger': {
      const list = operation.tags.map((tag) => quoteLiteral(tag)).join(', ')
      return sql.replace(/ WHEN TAG IN \([^)]*\)/, () => ` WHEN TAG IN (${list})`)
    }
    default:
      return sql
  }
}

type Of<Kind extends EngineOperation['kind']> = Extract<EngineOperation, { kind: Kind }>

function addColumn({ sql, serials, isFilledLater }: Of<'add column'>): string {
  const whole = replaced(sql, serials)
  return isFilledLater ? whole.replace(/ NOT NULL(?= DEFAULT |$)/, '') : whole
}

function createTable(
  { sql, form, serials, parents, own = [], added = [], order }: Of<'create table'>,
  sqlOf: (added: SchemaOperation) => string,
): string {
  const whole = inheriting(replaced(sql, serials), parents)
  if (order) return withAdded(whole, [...own, ...added.map(sqlOf)], order)
  if (own.length === 0) return whole
  if (form === 'columns') return withAdded(whole, own, [])
  const start = / PARTITION OF (?:"(?:[^"]|"")*"\.?)+(?= )/
  return whole.replace(start, (text) => `${text} (${own.join(', ')})`)
}

function inheriting(sql: string, parents: readonly Qualified[] = []): string {
  if (parents.length === 0) return sql
  const all = parents.map(({ schema, name }) => quoteIdentifier(schema, name)).join(', ')
  return sql.replace(/ INHERITS \((?:"(?:[^"]|"")*"\.?)+\)/, () => ` INHERITS (${all})`)
}

/** Without those of its partitions CREATE INDEX of a partitioned table makes none that is valid. */
function createIndex({ sql, ofPartitions }: Of<'create index'>): string {
  return ofPartitions
    ? sql.replace(/^(CREATE (?:UNIQUE )?INDEX (?:"(?:[^"]|"")*"|\S+) ON) ONLY /, '$1 ')
    : sql
}

function replaced(sql: string, all: readonly Replaced[] = []): string {
  return all.reduce((text, { written, by }) => text.replaceAll(written, () => by), sql)
}
