import { type Action, type ColumnId, type Id, type IdOf, isA } from '../../catalog/facts'
import { quoteIdentifier } from '../../database/sql/quote'
import {
  alterColumn,
  type ColumnPart,
  type EngineJudgement,
  type SchemaOperation,
  type Rule,
  step,
  type PlannedStep,
} from '../model/operation'

/** pg-delta's action as a step. */
export function stepOf(action: Action): PlannedStep {
  const { sql, verb, produces, destroys, consumes, releases } = action
  const ids = [...produces, ...destroys, ...consumes, ...releases]
  const [dropped] = destroys
  const text = written(sql)
  const operation = operationOf(text, ids)
  return {
    ...step(text, ids, { verb }),
    ...(verb === 'drop' && dropped && { drops: dropped }),
    transactional: action.transactionality !== 'nonTransactional',
    engine: judgementOf(action),
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

function judgementOf(action: Action): EngineJudgement {
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
  return isA(id, 'constraint') ? ofConstraint(sql, id) : undefined
}

const parts: readonly (readonly [start: string, part: ColumnPart])[] = [
  ['TYPE ', 'type'],
  ['SET DEFAULT ', 'default'],
  ['DROP DEFAULT', 'no default'],
  ['SET NOT NULL', 'required'],
  ['ADD GENERATED ', 'identity'],
]

function ofColumn(sql: string, column: ColumnId): SchemaOperation | undefined {
  const table = quoteIdentifier(column.schema, column.table)
  if (sql.startsWith(`ALTER TABLE ${table} ADD COLUMN ${quoteIdentifier(column.name)} `))
    return { kind: 'add column', column }
  const start = `${alterColumn(column)} `
  const clause = sql.startsWith(start) ? sql.slice(start.length) : ''
  const part = parts.find(([words]) => clause.startsWith(words))?.[1]
  return part && { kind: 'alter column', column, part }
}

function ofEnum(sql: string, type: Id & { kind: 'type' }): SchemaOperation | undefined {
  const name = quoteIdentifier(type.schema, type.name)
  if (sql.startsWith(`CREATE TYPE ${name} AS ENUM `)) return { kind: 'create enum', type }
  if (sql.startsWith(`ALTER TYPE ${name} ADD VALUE `)) return { kind: 'add enum value', type }
  return sql.startsWith(`ALTER TYPE ${name} RENAME TO `) ? { kind: 'rename enum', type } : undefined
}

/** PostgreSQL writes CREATE INDEX itself, with no quotes that a name does not need. */
const createIndex = /^CREATE (?:UNIQUE )?INDEX (?:"(?:[^"]|"")*"|[\w$]+) ON /

function ofIndex(sql: string, index: IdOf<'index'>): SchemaOperation | undefined {
  if (sql === `DROP INDEX ${quoteIdentifier(index.schema, index.name)}`)
    return { kind: 'drop index', index }
  return createIndex.test(sql) ? { kind: 'create index', index } : undefined
}

const rules: readonly Rule[] = ['FOREIGN KEY', 'CHECK', 'UNIQUE', 'PRIMARY KEY', 'EXCLUDE']

function ofConstraint(sql: string, constraint: IdOf<'constraint'>): SchemaOperation | undefined {
  const table = quoteIdentifier(constraint.schema, constraint.table)
  const start = `ALTER TABLE ${table} ADD CONSTRAINT ${quoteIdentifier(constraint.name)} `
  const rule = rules.find((words) => sql.startsWith(`${start}${words} `))
  const valid = !sql.endsWith(' NOT VALID')
  return rule && { kind: 'add constraint', constraint, rule, valid }
}
