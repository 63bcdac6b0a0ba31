import { quoteIdentifier, quoteLiteral as literal } from '../../database/sql/quote'
import type { Session } from '../../database/postgres/session'
import { MigrationError } from '../../errors'
import { answersFor, noDoubt } from '../../plan/half-done'
import { parseStatement } from '../../script/parser/parse-statement'
import { excerpt } from '../../script/position'
import { indexesOf } from './index-definition'
import type { PreparedSql } from '../prepare/prepared-step'
import { labelOf } from '../../plan/notice'
import type { Execution } from '../session/execution'
import { settle } from './in-doubt'
import {
  nameOf,
  textsOf,
  type AlterTableStatement,
  type CreateStatement,
  type EnumStatement,
  type IndexStatement,
} from './parse-tree'

/** How a script's earlier statements are repeated for their effect on the session. */
export interface Replay {
  isSetting(index: number): boolean
  run(index: number): Promise<void>
}

/**
 * How many statements a script that goes on skips: those that the journal records as done, once the catalog
 * was asked whether what they made is still there. None where a person says that it is not.
 *
 * @throws {MigrationError} SCRIPT_UNFINISHED where something is gone and nobody has answered; USAGE for an
 *   answer where nothing is in doubt
 */
export async function statementsToSkip(
  execution: Execution,
  prepared: PreparedSql,
  replay: Replay,
): Promise<number> {
  const { resume, answer, resumeFrom } = prepared.step
  const done = resume?.statementsDone ?? 0
  if (done === 0 || resumeFrom === 'record') return done
  if (resumeFrom === 'start') return 0
  const gone = await firstGone(execution.work, prepared, done, replay)
  if (gone === undefined) {
    if (answer && resume?.outcome !== 'running') throw noDoubt(prepared.step.revision)
    return done
  }
  if (answer) return answer === 'done' ? done : 0
  throw workGone(prepared, gone)
}

/** Settings are made on the way, so that each name means what it meant to its statement. */
async function firstGone(
  session: Session,
  prepared: PreparedSql,
  done: number,
  replay: Replay,
): Promise<number | undefined> {
  for (let index = 0; index < done; index++) {
    if (replay.isSetting(index)) await replay.run(index)
    else if (await isGone(session, prepared, index, done)) return index
  }
  return undefined
}

const makes = /^(?:CREATE|ALTER)$/

async function isGone(
  session: Session,
  prepared: PreparedSql,
  index: number,
  done: number,
): Promise<boolean> {
  if (!makes.test(prepared.sql.statements[index]!.words[0] ?? '')) return false
  const text = textOf(prepared, index)
  const parsed = await parseStatement(text)
  const [[kind, node] = []] = Object.entries(parsed ?? {})
  if (kind === undefined) return false
  const names = namesOf(kind, node)
  if (!names || mayBeUndone(prepared, index + 1, done, names)) return false
  if (kind === 'IndexStmt') return isIndexGone(session, text, node as IndexStatement)
  const conditions = conditionsOf(kind, node)
  if (conditions.length === 0) return false
  const [row] = await session.query<{ there: boolean }>(
    `SELECT ${conditions.join('\n   AND ')} AS there`,
  )
  return row?.there === false
}

/** Without a name, an index is known by its definition. */
async function isIndexGone(
  session: Session,
  text: string,
  { idxname, relation }: IndexStatement,
): Promise<boolean> {
  if (idxname === undefined) return (await settle(session, text, undefined)) === 'not done'
  const found = await indexesOf(session, nameOf(relation))
  return !found.some(({ name, valid }) => valid && name === idxname)
}

/** Names by which a later statement could drop or rename what a statement made; undefined: not looked at. */
function namesOf(kind: string, node: unknown): string[] | undefined {
  const { relation, into, view, sequence, schemaname, idxname, typeName } = node as CreateStatement
  const table = relation ?? into?.rel ?? view ?? sequence
  if (table?.relpersistence === 't') return undefined
  const columns =
    kind === 'AlterTableStmt'
      ? ((node as AlterTableStatement).cmds ?? []).map(({ AlterTableCmd: one }) => {
          return one?.def?.ColumnDef?.colname ?? one?.def?.Constraint?.conname ?? one?.name
        })
      : []
  const own = [table?.relname, idxname, schemaname, ...textsOf(typeName), ...columns]
  return own.filter((name) => name !== undefined)
}

/** Commands that may do anything, by a function or by ending a transaction. */
const anything = /^(?:DO|CALL|EXECUTE|SELECT|WITH|ROLLBACK|ABORT)$/

/** True where one of the later statements may have taken away what is looked for. */
function mayBeUndone(
  { sql }: PreparedSql,
  from: number,
  done: number,
  names: readonly string[],
): boolean {
  return sql.statements.slice(from, done).some(({ words, firstTokenStart, end }) => {
    const [first = ''] = words
    if (anything.test(first)) return true
    if (first !== 'DROP' && first !== 'ALTER') return false
    const text = sql.text.slice(firstTokenStart, end).toLowerCase()
    return /\b(?:cascade|owned)\b/.test(text) || names.some((name) => text.includes(nameIn(name)))
  })
}

const nameIn = (name: string) => quoteIdentifier(name).slice(1, -1).toLowerCase()

/** What must hold in the catalog when a statement's work is there; none: it cannot be seen. */
function conditionsOf(kind: string, node: unknown): string[] {
  const { relation, into, view, sequence, schemaname, typeName } = node as CreateStatement
  const table = relation ?? into?.rel ?? view ?? sequence
  switch (kind) {
    case 'CreateStmt':
    case 'CreateTableAsStmt':
    case 'ViewStmt':
    case 'CreateSeqStmt':
      return table ? [`pg_catalog.to_regclass(${literal(nameOf(table))}) IS NOT NULL`] : []
    case 'CreateSchemaStmt':
      return schemaname === undefined
        ? []
        : [`pg_catalog.to_regnamespace(${literal(quoteIdentifier(schemaname))}) IS NOT NULL`]
    case 'CreateEnumStmt':
      return [`${typeOf(typeName)} IS NOT NULL`]
    case 'AlterEnumStmt':
      return enumConditions(node as EnumStatement)
    case 'AlterTableStmt':
      return alterConditions(node as AlterTableStatement)
    default:
      return []
  }
}

function typeOf(path: EnumStatement['typeName']): string {
  return `pg_catalog.to_regtype(${literal(quoteIdentifier(...textsOf(path)))})`
}

function enumConditions({ typeName, newVal }: EnumStatement): string[] {
  if (newVal === undefined) return []
  return [
    `EXISTS (SELECT FROM pg_catalog.pg_enum AS e WHERE e.enumtypid OPERATOR(pg_catalog.=) ${typeOf(typeName)}::pg_catalog.oid AND ${same('e.enumlabel', newVal)})`,
  ]
}

function alterConditions({ relation, cmds = [] }: AlterTableStatement): string[] {
  const table = `pg_catalog.to_regclass(${literal(nameOf(relation))})::pg_catalog.oid`
  return cmds.flatMap(({ AlterTableCmd: command }) => {
    const column = command?.def?.ColumnDef?.colname
    const constraint = command?.def?.Constraint?.conname
    if (command?.subtype === 'AT_AddColumn' && column !== undefined) {
      return [
        `EXISTS (SELECT FROM pg_catalog.pg_attribute AS a WHERE a.attrelid OPERATOR(pg_catalog.=) ${table} AND NOT a.attisdropped AND ${same('a.attname', column)})`,
      ]
    }
    if (command?.subtype === 'AT_AddConstraint' && constraint !== undefined) {
      return [
        `EXISTS (SELECT FROM pg_catalog.pg_constraint AS c WHERE c.conrelid OPERATOR(pg_catalog.=) ${table} AND ${same('c.conname', constraint)})`,
      ]
    }
    return []
  })
}

function same(column: string, name: string): string {
  return `${column} OPERATOR(pg_catalog.=) ${literal(name)}::pg_catalog.name`
}

function textOf({ sql }: PreparedSql, index: number): string {
  const { firstTokenStart, end } = sql.statements[index]!
  return sql.text.slice(firstTokenStart, end)
}

function workGone({ step, part, sql }: PreparedSql, index: number): MigrationError {
  const { firstTokenStart } = sql.statements[index]!
  return new MigrationError(
    'SCRIPT_UNFINISHED',
    `script ${labelOf(step)} is unfinished, and what its statement ${index + 1} made is gone`,
    {
      file: part.file,
      ...excerpt(part.text, firstTokenStart, part.line),
      detail: 'The journal records that statement as done.',
      hint: answersFor(step.revision),
    },
  )
}
