import { type Action, type ColumnId, type Id, isA } from '../../catalog/facts'
import { quoteIdentifier } from '../../database/sql/quote'
import {
  alterColumn,
  type ColumnPart,
  type EngineJudgement,
  type Operation,
  step,
  type Step,
} from '../model/operation'

/** pg-delta's action as a step. */
export function stepOf(action: Action): Step {
  const { sql, verb, produces, destroys, consumes, releases } = action
  const ids = [...produces, ...destroys, ...consumes, ...releases]
  const [dropped] = destroys
  const operation = operationOf(sql, ids)
  return {
    ...step(sql.trim().replace(/;$/, ''), ids, { verb }),
    ...(verb === 'drop' && dropped && { drops: dropped }),
    transactional: action.transactionality !== 'nonTransactional',
    engine: judgementOf(action),
    ...(operation && { operation }),
  }
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

/** What pg-delta says with SQL alone: the part of a column or of an enum that it changes. */
function operationOf(sql: string, ids: readonly Id[]): Operation | undefined {
  for (const id of ids) {
    const enumOperation = isA(id, 'type') ? ofEnum(sql, id) : undefined
    if (enumOperation) return enumOperation
    const column = isA(id, 'default') ? ({ ...id, kind: 'column' } as ColumnId) : id
    const found = isA(column, 'column') ? ofColumn(sql, column) : undefined
    if (found) return found
  }
  return undefined
}

const parts: readonly (readonly [start: string, part: ColumnPart])[] = [
  ['TYPE ', 'type'],
  ['SET DEFAULT ', 'default'],
  ['DROP DEFAULT', 'no default'],
  ['SET NOT NULL', 'required'],
  ['ADD GENERATED ', 'identity'],
]

function ofColumn(sql: string, column: ColumnId): Operation | undefined {
  const table = quoteIdentifier(column.schema, column.table)
  if (sql.startsWith(`ALTER TABLE ${table} ADD COLUMN ${quoteIdentifier(column.name)} `))
    return { kind: 'add column', column }
  const start = `${alterColumn(column)} `
  const clause = sql.startsWith(start) ? sql.slice(start.length) : ''
  const part = parts.find(([words]) => clause.startsWith(words))?.[1]
  return part && { kind: 'alter column', column, part }
}

function ofEnum(sql: string, type: Id & { kind: 'type' }): Operation | undefined {
  const name = quoteIdentifier(type.schema, type.name)
  if (sql.startsWith(`CREATE TYPE ${name} AS ENUM `)) return { kind: 'create enum', type }
  if (sql.startsWith(`ALTER TYPE ${name} ADD VALUE `)) return { kind: 'add enum value', type }
  return sql.startsWith(`ALTER TYPE ${name} RENAME TO `) ? { kind: 'rename enum', type } : undefined
}
