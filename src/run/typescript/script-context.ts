import type { DatabaseError } from 'pg'
import type { QueryRunner } from 'typeorm'
import { dirname, resolve } from 'node:path'
import type { MessageResult } from '../../database/postgres/simple-query'
import { MigrationError } from '../../errors'
import type { ScriptContext } from '../../script/context'
import { readSqlText } from '../../script/folder/schema-file'
import type { SqlPart } from '../../script/script'
import { readSections } from '../../script/sections/sections'
import { classify, type SqlWork } from '../../script/parser/sql-work'
import { offsetOfFailure, scriptFailure, type Sent } from '../failure/script-failure'
import { labelOf } from '../../plan/notice'
import { isOutside, type PreparedModule } from '../prepare/prepared-step'
import { clearLeftovers } from '../outside/invalid-indexes'
import { withoutGivingWay, workConcurrently } from '../outside/concurrently'
import type { Execution } from '../session/execution'
import { timed } from '../session/timed'
import { TableWork } from './table-work'

/** What the script's function is given beside the QueryRunner. */
export function scriptContext(
  execution: Execution,
  prepared: PreparedModule,
  queryRunner: QueryRunner,
): ScriptContext {
  const { direction, revision, title } = prepared.step
  const own: Omit<ScriptContext, 'table'> = {
    direction,
    revision,
    caller: execution.context.caller,
    signal: execution.context.signal ?? new AbortController().signal,
    runSql: async (file) => runPart(execution, prepared, await partFor(prepared, file)),
    log: (message) => execution.context.observer.message?.('LOG', message, { revision, title }),
  }
  return { ...own, table: (name, schema) => new TableWork(queryRunner, own, name, schema) }
}

async function partFor(prepared: PreparedModule, file: string | undefined): Promise<SqlPart> {
  const { script, direction } = prepared.step
  if (file !== undefined) {
    const path = resolve(dirname(prepared.file), file)
    const sections = readSections(await readSqlText(path), path)
    return (direction === 'down' && sections.downgrade) || sections.upgrade
  }
  const part = direction === 'up' ? script?.upgrade : script?.downgrade
  if (part) return part
  const suffix = direction === 'up' ? 'upgrade' : 'downgrade'
  throw new MigrationError('SCRIPT_INVALID', `script ${labelOf(prepared.step)} has no SQL to run`, {
    file: prepared.file,
    hint: `Put it into ${prepared.step.revision}_${suffix}.sql beside the script.`,
  })
}

async function runPart(
  execution: Execution,
  prepared: PreparedModule,
  part: SqlPart,
): Promise<void> {
  const sql = await classify(part, part.file, execution.work.conforming)
  const text: Text = { execution, prepared, part, sql }
  const isAlone = sql.nonTransactional.length > 0 || !part.options.transaction
  if (!sql.stepwise && !(isOutside(prepared) && isAlone)) {
    return send(text, { start: 0, end: sql.text.length }, (sent) => execution.work.send(sent))
  }
  for (const [index, statement] of sql.statements.entries()) {
    await send(text, statement, (sent) => sendStatement(text, index, sent))
  }
}

/** SQL that a module runs. */
interface Text {
  execution: Execution
  prepared: PreparedModule
  part: SqlPart
  sql: SqlWork
}

/** Sends a part of the text; what the server refuses is thrown with its place. */
async function send(
  { execution, prepared, part, sql }: Text,
  { start, end }: Sent,
  by: (sent: string) => Promise<Pick<MessageResult, 'error' | 'tags'>>,
): Promise<void> {
  const sent = sql.text.slice(start, end)
  const { error, tags } = await timed(execution, prepared, sent, () => by(sent))
  if (!error) return
  const offset = offsetOfFailure(sql, { start, end }, error, tags.length)
  const place = { part, offset, stage: 'script', form: 'module' } as const
  throw scriptFailure(error, labelOf(prepared.step), place)
}

async function sendStatement({ execution, prepared, sql }: Text, index: number, sent: string) {
  const copy = sql.copies.find(({ statementIndex }) => statementIndex === index)
  if (copy) return sendCopy(execution, sent, sql.text.slice(copy.dataStart, copy.dataEnd))
  const patient = isOutside(prepared) && workConcurrently(sql, index) !== undefined
  return patient
    ? withoutGivingWay(execution, () => sendCleared(execution, sent))
    : execution.work.send(sent)
}

async function sendCopy({ work }: Execution, sent: string, data: string) {
  try {
    await work.copyIn(sent, [data])
    return { tags: ['COPY'] }
  } catch (error) {
    const refused = error as DatabaseError
    if (refused.severity === undefined) throw error
    return { error: refused, tags: [] }
  }
}

/** Sends a statement after what an earlier attempt of it has left is cleared away. */
async function sendCleared(execution: Execution, text: string): Promise<MessageResult> {
  const rest = await clearLeftovers(execution, text, async (clearing) => {
    const { error } = await execution.work.send(clearing)
    if (error) throw error
  })
  return execution.work.send(rest)
}
