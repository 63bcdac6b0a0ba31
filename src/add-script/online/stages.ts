import { backfillOf, splitDefault } from './backfill'
import type { Catalog } from '../../catalog/catalog'
import { shown } from '../../catalog/object-names'
import { changes, columnKey, type ColumnId, step, type Step } from '../../change/model/operation'

/** Steps that are a script of their own. */
export interface Stage {
  purpose: string
  transaction: boolean
  steps: readonly Step[]
}

const name = '(?:"(?:[^"]|"")*"|[\\w$]+)'
const path = `(?:${name}\\.)?${name}`
const createIndex = new RegExp(`^CREATE (UNIQUE )?INDEX (?=${name} ON )`)
const dropIndex = new RegExp(`^DROP INDEX (?=${path}$)`)
const addConstraint = new RegExp(`^(ALTER TABLE ${path}) ADD CONSTRAINT (${name}) ([\\s\\S]*)$`)
const setNotNull = new RegExp(`^(ALTER TABLE (${path})) ALTER COLUMN (${name}) SET NOT NULL$`)
const unique =
  /^(UNIQUE|PRIMARY KEY)( NULLS NOT DISTINCT)? (\([^()]*\))( INCLUDE \([^()]*\))?((?: NOT)? DEFERRABLE.*)?$/

/** The scripts that a change is split into. */
class Stages {
  readonly main: Step[] = []
  readonly backfill: Step[] = []
  readonly concurrently: Step[] = []
  readonly constraints: Step[] = []
  readonly validate: Step[] = []

  get all(): Stage[] {
    const stages: Stage[] = [
      { purpose: '', transaction: true, steps: this.main },
      { purpose: 'backfill', transaction: false, steps: this.backfill },
      { purpose: 'concurrently', transaction: false, steps: this.concurrently },
      { purpose: 'constraints', transaction: true, steps: this.constraints },
      { purpose: 'validate', transaction: true, steps: this.validate },
    ]
    const needed = stages.filter(({ steps }) => steps.length > 0)
    return needed.length > 0 ? needed : stages.slice(0, 1)
  }
}

/**
 * Writes the forms that let an application go on: indexes built CONCURRENTLY outside a transaction,
 * keys and checks NOT VALID and validated in a later script, NOT NULL set after a validated check, rows
 * filled in batches. What has no such form says which lock it takes. Tables that the change itself
 * makes need none of it.
 *
 * @see https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
 */
export function inStages(steps: readonly Step[], from: Catalog): Stage[] {
  const stages = new Stages()
  const hasUnique = steps.some((one) => isBusy(one, from) && uniqueOf(one) !== undefined)
  for (const one of steps.flatMap((each) => (isBusy(each, from) ? splitDefault(each) : [each]))) {
    const isPlain =
      !isBusy(one, from) ||
      !(
        placeIndex(one, steps, stages) ||
        placeBackfill(one, stages) ||
        placeUnique(one, stages) ||
        placeConstraint(one, stages, hasUnique) ||
        placeNotNull(one, steps, stages)
      )
    if (isPlain) stages.main.push(isBusy(one, from) ? withLock(one) : one)
  }
  return stages.all
}

/** Says above a step that rewrites its table which lock it takes. */
function withLock(one: Step): Step {
  const id = one.ids.find((each): each is ColumnId => each.kind === 'column')
  if (!id || one.rewrites !== true) return one
  const table = shown({ schema: id.schema, name: id.table })
  const comment = `Writes ${table} anew under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile. It has no online form.`
  return { ...one, comments: [...one.comments, comment] }
}

/** On a table that has rows, and is none of partitions, for which these forms do not exist. */
function isBusy({ ids }: Step, { facts }: Catalog): boolean {
  return ids.some((id) => {
    const own = facts.get(id)
    const parent = id.kind === 'index' ? own?.parent : undefined
    const table =
      id.kind === 'table'
        ? own
        : 'table' in id
          ? facts.get({ kind: 'table', schema: id.schema, name: id.table })
          : parent && facts.get(parent)
    return table?.id.kind === 'table' && table.payload['partitionKey'] === null
  })
}

function placeBackfill(one: Step, { backfill }: Stages): boolean {
  const batched = backfillOf(one)
  if (batched) backfill.push(batched)
  return batched !== undefined
}

function placeIndex(one: Step, steps: readonly Step[], { concurrently }: Stages): boolean {
  const { sql } = one
  if (createIndex.test(sql)) {
    const written = sql.replace(createIndex, 'CREATE $1INDEX CONCURRENTLY ')
    concurrently.push({ ...one, sql: written, transactional: false })
    return true
  }
  if (!dropIndex.test(sql)) return false
  const dropped = sql.slice('DROP INDEX '.length)
  const isMadeAgain = steps.some(
    (other) => new RegExp(`^CREATE (?:UNIQUE )?INDEX (${name}) `).exec(other.sql)?.[1] === dropped,
  )
  if (isMadeAgain) return false
  const written = sql.replace(dropIndex, 'DROP INDEX CONCURRENTLY ')
  concurrently.push({ ...one, sql: written, transactional: false })
  return true
}

function uniqueOf({ sql }: Step) {
  const [, table, constraint, definition = ''] = addConstraint.exec(sql) ?? []
  const parts = unique.exec(definition)
  return table && constraint && parts ? { table, constraint, parts } : undefined
}

function placeUnique(one: Step, { concurrently, constraints }: Stages): boolean {
  const found = uniqueOf(one)
  if (!found) return false
  const { table, constraint, parts } = found
  const [, kind, nulls = '', columns, include = '', deferrable = ''] = parts
  const on = table.slice('ALTER TABLE '.length)
  const index = `CREATE UNIQUE INDEX CONCURRENTLY ${constraint} ON ${on} ${columns}${include}${nulls}`
  concurrently.push({ ...one, sql: index, transactional: false })
  const sql = `${table} ADD CONSTRAINT ${constraint} ${kind} USING INDEX ${constraint}${deferrable}`
  constraints.push({ ...one, sql, comments: [] })
  return true
}

function placeConstraint(one: Step, stages: Stages, hasUnique: boolean): boolean {
  const [, table, constraint, definition = ''] = addConstraint.exec(one.sql) ?? []
  if (!table || !/^(?:FOREIGN KEY|CHECK) /.test(definition)) return false
  if (definition.endsWith(' NOT VALID')) return false
  const added = { ...one, sql: `${one.sql} NOT VALID` }
  // A key may refer to one that is only now being built.
  const stage = hasUnique && definition.startsWith('FOREIGN') ? stages.constraints : stages.main
  stage.push(added)
  const validation = `${table} VALIDATE CONSTRAINT ${constraint}`
  stages.validate.push({ ...one, sql: validation, comments: [], verb: 'alter' })
  return true
}

function placeNotNull(one: Step, steps: readonly Step[], stages: Stages): boolean {
  const { main, backfill, constraints, validate } = stages
  const [, table, , column] = setNotNull.exec(one.sql) ?? []
  const id = one.ids.find((each): each is ColumnId => each.kind === 'column')
  if (!table || !column || !id) return false
  const isIdentity = steps.some((other) => changes(other, id, 'identity'))
  if (isIdentity) return false
  const plain = /^[a-z_][a-z0-9_]*$/
  const check = `${id.table}_${id.name}_required`
  const quoted = plain.test(check) ? check : `"${check.replaceAll('"', '')}"`
  const added = `${table} ADD CONSTRAINT ${quoted} CHECK (${column} IS NOT NULL) NOT VALID`
  const isFilled = backfill.some(({ chain }) => chain === columnKey(id))
  // a row that lacks its value yet must stay one that the application can change
  ;(isFilled ? constraints : main).push({ ...one, sql: added })
  const own = (sql: string) => ({ ...step(sql, one.ids), group: one.group })
  validate.push(own(`${table} VALIDATE CONSTRAINT ${quoted}`), { ...one, comments: [] })
  validate.push(own(`${table} DROP CONSTRAINT ${quoted}`))
  return true
}
