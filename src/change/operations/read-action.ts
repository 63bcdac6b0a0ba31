import { virtualMark } from '../../catalog/catalog'
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
import type {
  ColumnAlteration,
  KeyParts,
  EngineOperation,
  Rule,
  SchemaOperation,
} from '../model/operation'
import { type EngineJudgement, type PlannedStep, step } from '../model/planned-step'

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
  return {
    ...step(operationOf(written(sql), ids), ids, { verb }),
    ...(verb === 'drop' && dropped && { drops: dropped }),
    transactional: action.transactionality !== 'nonTransactional',
    engine: {
      deltas: ids.flatMap((id) => deltas.get(keyOf(id)) ?? []),
      ...judgementOf(action),
    },
  }
}

/**
 * Virtual columns are marked, since pg-delta does not know them. TypeORM makes the extensions that its
 * entities need when it connects, which may be before the script runs.
 */
function written(sql: string): string {
  return sql
    .trim()
    .replace(/;$/, '')
    .replace(/^CREATE EXTENSION (?!IF NOT EXISTS )/, 'CREATE EXTENSION IF NOT EXISTS ')
    .replaceAll(`${virtualMark})) STORED`, ')) VIRTUAL')
    .replaceAll(`${virtualMark}) STORED`, ') VIRTUAL')
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
function operationOf(sql: string, ids: readonly Id[]): SchemaOperation {
  for (const id of ids) {
    const column = isA(id, 'default') ? ({ ...id, kind: 'column' } as ColumnId) : id
    const found = ofOther(sql, id) ?? (isA(column, 'column') ? ofColumn(sql, column) : undefined)
    if (found) return found
  }
  return { kind: 'engine', sql }
}

function ofOther(sql: string, id: Id): SchemaOperation | undefined {
  if (isA(id, 'type')) return ofEnum(sql, id)
  if (isA(id, 'index')) return ofIndex(sql, id)
  if (isA(id, 'table') || isA(id, 'foreignTable')) return ofTable(sql, id)
  if (isA(id, 'sequence')) return ofSequence(sql, id)
  if (isA(id, 'acl')) return ofPrivileges(sql, id)
  if (isA(id, 'schema')) return ofSchema(sql, id)
  return isA(id, 'constraint') ? ofConstraint(sql, id) : undefined
}

/** The rest of a text that begins like this. */
function after(start: string, sql: string): string | undefined {
  return sql.startsWith(start) ? sql.slice(start.length) : undefined
}

function ofSchema(sql: string, schema: IdOf<'schema'>): SchemaOperation | undefined {
  const rest = after(`CREATE SCHEMA ${quoteIdentifier(schema.name)}`, sql)
  const owner = after(' AUTHORIZATION ', rest ?? '')
  if (rest !== '' && owner === undefined) return undefined
  return { kind: 'create schema', schema, ...(owner !== undefined && { owner }) }
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
  return { kind: 'create table', sql, table, form }
}

function ofSequence(sql: string, sequence: IdOf<'sequence'>): SchemaOperation | undefined {
  const name = quoteIdentifier(sequence.schema, sequence.name)
  if (sql.startsWith(`CREATE SEQUENCE ${name} `)) return { kind: 'create sequence', sql, sequence }
  const isNumbered = sql.startsWith(`ALTER SEQUENCE ${name} `) && numbering.test(sql)
  if (isNumbered) return { kind: 'alter numbering', sql, of: sequence }
  const owned = sql.startsWith(`ALTER SEQUENCE ${name} OWNED BY `)
  return owned ? { kind: 'own sequence', sql, sequence } : undefined
}

function ofPrivileges(sql: string, privileges: IdOf<'acl'>): SchemaOperation | undefined {
  if (sql.startsWith('REVOKE ALL')) return { kind: 'revoke all', sql, privileges }
  return sql.startsWith('GRANT ') ? { kind: 'grant', sql, privileges } : undefined
}

function alterationIn(clause: string): ColumnAlteration | undefined {
  const [, type, using] = /^TYPE (.*?)(?: USING (.*))?$/s.exec(clause) ?? []
  if (type !== undefined) return { part: 'type', type, ...(using !== undefined && { using }) }
  const value = after('SET DEFAULT ', clause)
  if (value !== undefined) return { part: 'default', value }
  const identity = after('ADD GENERATED ', clause)
  if (identity !== undefined) return { part: 'identity', clause: `GENERATED ${identity}` }
  if (clause === 'DROP DEFAULT') return { part: 'no default' }
  if (clause === 'DROP NOT NULL') return { part: 'not required' }
  return clause === 'SET NOT NULL' ? { part: 'required' } : undefined
}

const numbering = /\b(?:MIN|MAX)VALUE /

function ofColumn(sql: string, column: ColumnId): SchemaOperation | undefined {
  const table = quoteIdentifier(column.schema, column.table)
  if (sql.startsWith(`ALTER TABLE ${table} ADD COLUMN ${quoteIdentifier(column.name)} `))
    return { kind: 'add column', sql, column }
  if (sql.startsWith(`ALTER TABLE ${table} DROP COLUMN ${quoteIdentifier(column.name)}`))
    return { kind: 'drop column', sql, column }
  const clause =
    after(`ALTER TABLE ${table} ALTER COLUMN ${quoteIdentifier(column.name)} `, sql) ?? ''
  if (/^SET (?!DEFAULT )/.test(clause) && numbering.test(clause))
    return { kind: 'alter numbering', sql, of: column }
  const alteration = alterationIn(clause)
  return alteration && { kind: 'alter column', column, ...alteration }
}

function ofEnum(sql: string, type: Id & { kind: 'type' }): SchemaOperation | undefined {
  const name = quoteIdentifier(type.schema, type.name)
  if (sql.startsWith(`CREATE TYPE ${name} AS ENUM `)) return { kind: 'create enum', sql, type }
  if (sql.startsWith(`ALTER TYPE ${name} ADD VALUE `)) return { kind: 'add enum value', sql, type }
  const to = after(`ALTER TYPE ${name} RENAME TO `, sql)
  return to === undefined ? undefined : { kind: 'rename enum', type, to }
}

/** PostgreSQL writes CREATE INDEX itself, with no quotes that a name does not need. */
const createIndex = /^CREATE (UNIQUE )?INDEX (?:"(?:[^"]|"")*"|[\w$]+) ON ([\s\S]*)$/

function ofIndex(sql: string, index: IdOf<'index'>): SchemaOperation | undefined {
  if (sql === `DROP INDEX ${quoteIdentifier(index.schema, index.name)}`)
    return { kind: 'drop index', index }
  const [made, unique, on = ''] = createIndex.exec(sql) ?? []
  if (made === undefined) return undefined
  return { kind: 'create index', sql, index, unique: unique !== undefined, on }
}

const rules: readonly Rule[] = ['FOREIGN KEY', 'CHECK', 'UNIQUE', 'PRIMARY KEY', 'EXCLUDE']

function ofConstraint(sql: string, constraint: IdOf<'constraint'>): SchemaOperation | undefined {
  const owner = quoteIdentifier(constraint.schema, constraint.table)
  const start = `${owner} ADD CONSTRAINT ${quoteIdentifier(constraint.name)} `
  const of = sql.startsWith('ALTER DOMAIN ') ? 'DOMAIN' : 'TABLE'
  const definition = after(`ALTER ${of} ${start}`, sql) ?? ''
  const rule = rules.find((words) => definition.startsWith(`${words} `))
  const valid = !definition.endsWith(' NOT VALID')
  const key = keyParts(definition)
  const adding = { kind: 'add constraint', constraint, of, valid, definition } as const
  return rule && { ...adding, rule, ...(key && { key }) }
}

const indexedKey =
  /^(?:UNIQUE|PRIMARY KEY)( NULLS NOT DISTINCT)? (\([^()]*\))( INCLUDE \([^()]*\))?((?: NOT)? DEFERRABLE.*)?$/

/** Undefined for a rule that no index can be made for beforehand, such as one over periods. */
function keyParts(definition: string): KeyParts | undefined {
  const [, nulls = '', columns, include = '', checked = ''] = indexedKey.exec(definition) ?? []
  if (columns === undefined || columns.includes(' WITHOUT OVERLAPS')) return undefined
  return { columns, rest: `${include}${nulls}`, checked }
}

/** True where a statement of pg-delta's declares a column in these words. */
export function declares({ sql }: Pick<EngineOperation, 'sql'>, clause: string): boolean {
  return sql.includes(clause)
}
