import {
  type Action,
  type ColumnId,
  type Delta,
  type Id,
  type IdOf,
  isA,
  keyOf,
} from '../../catalog/facts'
import { quoteIdentifier } from '../../database/sql/quote'
import { alterColumn } from '../render/alter-column'
import {
  type ColumnAlteration,
  type EngineJudgement,
  type KeyParts,
  type SchemaOperation,
  type Rule,
  step,
  type PlannedStep,
} from '../model/operation'

/**
 * pg-delta's action as a step.
 * @param deltas what differs, by the key of what it is of
 */
export function stepOf(
  action: Action,
  deltas: ReadonlyMap<string, readonly Delta[]> = new Map(),
): PlannedStep {
  const { sql, verb, produces, destroys, consumes, releases } = action
  const ids = [...produces, ...destroys, ...consumes, ...releases]
  const [dropped] = destroys
  const text = written(sql)
  const operation = operationOf(text, ids)
  return {
    ...step(text, ids, { verb }),
    ...(verb === 'drop' && dropped && { drops: dropped }),
    transactional: action.transactionality !== 'nonTransactional',
    engine: {
      deltas: ids.flatMap((id) => deltas.get(keyOf(id)) ?? []),
      ...judgementOf(action),
    },
    ...(operation && { operation }),
  }
}

/** TypeORM makes the extensions that its entities need when it connects, which may be before the script runs. */
function written(sql: string): string {
  return sql
    .trim()
    .replace(/;$/, '')
    .replace(/^CREATE EXTENSION (?!IF NOT EXISTS )/, 'CREATE EXTENSION IF NOT EXISTS ')
}

const boundaries = {
  transactional: 'none',
  commitBoundaryAfter: 'commit after',
  nonTransactional: 'outside',
} as const

function judgementOf(action: Action): Omit<EngineJudgement, 'deltas'> {
  return {
    lock: action.lockClass,
    rewrites: action.rewriteRisk,
    losesData: action.dataLoss === 'destructive',
    boundary: boundaries[action.transactionality],
  }
}

/** What pg-delta says with SQL alone: what it changes of a column, an enum, a constraint or an index. */
function operationOf(sql: string, ids: readonly Id[]): SchemaOperation | undefined {
  for (const id of ids) {
    const other = ofOther(sql, id)
    if (other) return other
    const column = isA(id, 'default') ? ({ ...id, kind: 'column' } as ColumnId) : id
    const found = isA(column, 'column') ? ofColumn(sql, column) : undefined
    if (found) return found
  }
  return undefined
}

function ofOther(sql: string, id: Id): SchemaOperation | undefined {
  if (isA(id, 'type')) return ofEnum(sql, id)
  if (isA(id, 'index')) return ofIndex(sql, id)
  if (isA(id, 'table') || isA(id, 'foreignTable')) return ofTable(sql, id)
  if (isA(id, 'sequence')) return ofSequence(sql, id)
  if (isA(id, 'acl')) return ofPrivileges(sql, id)
  if (isA(id, 'schema') && `${sql} `.startsWith(`CREATE SCHEMA ${quoteIdentifier(id.name)} `))
    return { kind: 'create schema', schema: id }
  return isA(id, 'constraint') ? ofConstraint(sql, id) : undefined
}

function ofTable(
  sql: string,
  table: IdOf<'table'> | IdOf<'foreignTable'>,
): SchemaOperation | undefined {
  const [made, words] = /^CREATE (UNLOGGED |FOREIGN )?TABLE /.exec(sql) ?? []
  const name = quoteIdentifier(table.schema, table.name)
  if (made === undefined || !sql.startsWith(`${made}${name} `)) return undefined
  const isListed = sql[made.length + name.length + 1] === '('
  const form = words === 'FOREIGN ' ? 'foreign' : isListed ? 'columns' : 'partition'
  return { kind: 'create table', table, form }
}

function ofSequence(sql: string, sequence: IdOf<'sequence'>): SchemaOperation | undefined {
  const name = quoteIdentifier(sequence.schema, sequence.name)
  if (sql.startsWith(`CREATE SEQUENCE ${name} `)) return { kind: 'create sequence', sequence }
  const isNumbered = sql.startsWith(`ALTER SEQUENCE ${name} `) && numbering.test(sql)
  if (isNumbered) return { kind: 'alter numbering', of: sequence }
  const owned = sql.startsWith(`ALTER SEQUENCE ${name} OWNED BY `)
  return owned ? { kind: 'own sequence', sequence } : undefined
}

function ofPrivileges(sql: string, privileges: IdOf<'acl'>): SchemaOperation | undefined {
  if (sql.startsWith('REVOKE ALL')) return { kind: 'revoke all', privileges }
  return sql.startsWith('GRANT ') ? { kind: 'grant', privileges } : undefined
}

function alterationIn(clause: string): ColumnAlteration | undefined {
  const after = (words: string) =>
    clause.startsWith(words) ? clause.slice(words.length) : undefined
  const [, type, using] = /^TYPE (.*?)(?: USING (.*))?$/s.exec(clause) ?? []
  if (type !== undefined) return { part: 'type', type, ...(using !== undefined && { using }) }
  const value = after('SET DEFAULT ')
  if (value !== undefined) return { part: 'default', value }
  const identity = after('ADD GENERATED ')
  if (identity !== undefined) return { part: 'identity', clause: `GENERATED ${identity}` }
  if (clause.startsWith('DROP DEFAULT')) return { part: 'no default' }
  if (clause.startsWith('DROP NOT NULL')) return { part: 'not required' }
  return clause.startsWith('SET NOT NULL') ? { part: 'required' } : undefined
}

const numbering = /\b(?:MIN|MAX)VALUE /

function ofColumn(sql: string, column: ColumnId): SchemaOperation | undefined {
  const table = quoteIdentifier(column.schema, column.table)
  if (sql.startsWith(`ALTER TABLE ${table} ADD COLUMN ${quoteIdentifier(column.name)} `))
    return { kind: 'add column', column }
  if (sql.startsWith(`ALTER TABLE ${table} DROP COLUMN ${quoteIdentifier(column.name)}`))
    return { kind: 'drop column', column }
  const start = `${alterColumn(column)} `
  const clause = sql.startsWith(start) ? sql.slice(start.length) : ''
  if (/^SET (?!DEFAULT )/.test(clause) && numbering.test(clause))
    return { kind: 'alter numbering', of: column }
  const alteration = alterationIn(clause)
  return alteration && { kind: 'alter column', column, ...alteration }
}

function ofEnum(sql: string, type: Id & { kind: 'type' }): SchemaOperation | undefined {
  const name = quoteIdentifier(type.schema, type.name)
  if (sql.startsWith(`CREATE TYPE ${name} AS ENUM `)) return { kind: 'create enum', type }
  if (sql.startsWith(`ALTER TYPE ${name} ADD VALUE `)) return { kind: 'add enum value', type }
  const rename = `ALTER TYPE ${name} RENAME TO `
  return sql.startsWith(rename)
    ? { kind: 'rename enum', type, to: sql.slice(rename.length) }
    : undefined
}

/** PostgreSQL writes CREATE INDEX itself, with no quotes that a name does not need. */
const createIndex = /^CREATE (UNIQUE )?INDEX (?:"(?:[^"]|"")*"|[\w$]+) ON ([\s\S]*)$/

function ofIndex(sql: string, index: IdOf<'index'>): SchemaOperation | undefined {
  if (sql === `DROP INDEX ${quoteIdentifier(index.schema, index.name)}`)
    return { kind: 'drop index', index }
  const [made, unique, on = ''] = createIndex.exec(sql) ?? []
  if (made === undefined) return undefined
  return { kind: 'create index', index, unique: unique !== undefined, on }
}

const rules: readonly Rule[] = ['FOREIGN KEY', 'CHECK', 'UNIQUE', 'PRIMARY KEY', 'EXCLUDE']

function ofConstraint(sql: string, constraint: IdOf<'constraint'>): SchemaOperation | undefined {
  const owner = quoteIdentifier(constraint.schema, constraint.table)
  const end = `${owner} ADD CONSTRAINT ${quoteIdentifier(constraint.name)} `
  const start = [`ALTER TABLE ${end}`, `ALTER DOMAIN ${end}`].find((one) => sql.startsWith(one))
  const definition = start === undefined ? '' : sql.slice(start.length)
  const rule = rules.find((words) => definition.startsWith(`${words} `))
  const valid = !definition.endsWith(' NOT VALID')
  const key = keyParts(definition)
  return (
    rule && { kind: 'add constraint', constraint, rule, valid, definition, ...(key && { key }) }
  )
}

const indexedKey =
  /^(?:UNIQUE|PRIMARY KEY)( NULLS NOT DISTINCT)? (\([^()]*\))( INCLUDE \([^()]*\))?((?: NOT)? DEFERRABLE.*)?$/

/** Undefined for a rule that no index can be made for beforehand, such as one over periods. */
function keyParts(definition: string): KeyParts | undefined {
  const [, nulls = '', columns, include = '', checked = ''] = indexedKey.exec(definition) ?? []
  if (columns === undefined || columns.includes(' WITHOUT OVERLAPS')) return undefined
  return { columns, rest: `${include}${nulls}`, checked }
}
