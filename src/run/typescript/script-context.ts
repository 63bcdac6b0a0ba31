import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { MessageResult } from '../../database/postgres/simple-query'
import { MigrationError } from '../../errors'
import { requireRegular } from '../../regular-file'
import type { ScriptContext } from '../../script/context'
import { offsetOfCodePoint } from '../../script/position'
import type { SqlPart } from '../../script/script'
import { readSections } from '../../script/sections/sections'
import { classify, type SqlWork } from '../../script/parser/sql-work'
import { scriptFailure } from '../failure/script-failure'
import { labelOf } from '../context/script-label'
import { type CodeJob } from '../prepare/prepared-step'
import { clearLeftovers } from '../outside/invalid-indexes'
import { withoutGivingWay, workConcurrently } from '../outside/concurrently'
import type { Runner } from '../session/execution'

/** What the script's function is given beside the QueryRunner. */
export function scriptContext(runner: Runner, job: CodeJob): ScriptContext {
  const { direction, revision, title } = job.step
  return {
    direction,
    revision,
    signal: runner.context.signal ?? new AbortController().signal,
    runSql: async (file) => runPart(runner, job, await partFor(job, file)),
    log: (message) => runner.context.observer.message?.('LOG', message, { revision, title }),
  }
}

async function partFor(job: CodeJob, file: string | undefined): Promise<SqlPart> {
  const { script, direction } = job.step
  if (file !== undefined) {
    const path = resolve(dirname(job.file), file)
    requireRegular(path)
    const sections = readSections(await readFile(path, 'utf8'), path)
    return (direction === 'down' && sections.downgrade) || sections.upgrade
  }
  const part = direction === 'up' ? script?.upgrade : script?.downgrade
  if (part) return part
  const suffix = direction === 'up' ? 'upgrade' : 'downgrade'
  throw new MigrationError('SCRIPT_INVALID', `script ${labelOf(job.step)} has no SQL to run`, {
    file: job.file,
    hint: `Put it into ${job.step.revision}_${suffix}.sql beside the script.`,
  })
}

async function runPart(runner: Runner, job: CodeJob, part: SqlPart): Promise<void> {
  const sql = await classify(part, part.file, runner.work.conforming)
  if (!sql.stepwise && (job.transaction || sql.nonTransactional.length === 0)) {
    return sendText(runner, job, part, sql, 0, sql.text.length)
  }
  for (const [index, statement] of sql.statements.entries()) {
    const copy = sql.copies.find(({ statementIndex }) => statementIndex === index)
    const text = sql.text.slice(statement.start, statement.end)
    if (copy) {
      await runner.work.copyIn(text, [sql.text.slice(copy.dataStart, copy.dataEnd)])
    } else await sendText(runner, job, part, sql, statement.start, statement.end, index)
  }
}

async function sendText(
  runner: Runner,
  job: CodeJob,
  part: SqlPart,
  sql: SqlWork,
  start: number,
  end: number,
  index?: number,
): Promise<void> {
  const text = sql.text.slice(start, end)
  const patient = !job.transaction && index !== undefined && workConcurrently(sql, index)
  const { error, tags } = await (patient
    ? withoutGivingWay(runner, () => sendCleared(runner, text))
    : runner.work.send(text))
  if (!error) return
  const statement = sql.statements.filter((one) => one.start >= start)[tags.length]
  const offset =
    error.position === undefined
      ? (statement?.firstTokenStart ?? start)
      : start + offsetOfCodePoint(text, Number(error.position))
  throw scriptFailure(error, labelOf(job.step), {
    part,
    offset,
    stage: 'script',
    form: 'module',
  })
}

/** Sends a statement after what an earlier attempt of it has left is cleared away. */
async function sendCleared(runner: Runner, text: string): Promise<MessageResult> {
  const wanted = await clearLeftovers(runner, text, async (clearing) => {
    const { error } = await runner.work.send(clearing)
    if (error) throw error
  })
  return runner.work.send(wanted)
}
