import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { MigrationError } from '../../errors'
import { labelOf } from '../../plan/notice'
import type { Step } from '../../plan/plan'
import { requireRegular } from '../../regular-file'
import type { ScriptContext } from '../../script/context'
import { readMarkerSections } from '../../script/named/marker-sections'
import type { SqlPart } from '../../script/script'
import { sendStatement, statementsOf, type StepPlace } from './statement-work'

/** What a module is given beside the QueryRunner. */
export function engineContext(place: StepPlace, step: Step): ScriptContext {
  const { direction, revision, title } = step
  const { observer, signal } = place.context
  return {
    direction,
    revision,
    caller: place.context.caller,
    signal: signal ?? new AbortController().signal,
    runSql: async (file) => runPart(place, step, await partFor(step, file)),
    log: (message) => observer.message?.('LOG', message, { revision, title }),
    table: (name) => refuseTable(name, step),
  }
}

function refuseTable(name: string, step: Step): never {
  throw new MigrationError('USAGE', `context.table("${name}") works on PostgreSQL only`, {
    file: step.script?.file,
    hint: 'Use the queryRunner that the function is given.',
  })
}

async function partFor(step: Step, file: string | undefined): Promise<SqlPart> {
  const { script, direction } = step
  if (file !== undefined) {
    const path = resolve(dirname(script!.file), file)
    requireRegular(path)
    const sections = readMarkerSections(await readFile(path, 'utf8'), path, path, { sql: true })
    return (direction === 'down' && sections.downgrade) || sections.upgrade
  }
  const part = direction === 'up' ? script?.upgrade : script?.downgrade
  if (part) return part
  throw new MigrationError('SCRIPT_INVALID', `script ${labelOf(step)} has no SQL to run`, {
    file: script?.file,
    hint: 'Put it into a file beside the script.',
  })
}

async function runPart(place: StepPlace, step: Step, part: SqlPart): Promise<void> {
  for (const statement of statementsOf(place.engine, part))
    await sendStatement(place, step, part, statement)
}
