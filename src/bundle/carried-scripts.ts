import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { ParsedStatement } from '../script/parser/parse-statement'
import { parseStatement } from '../script/parser/parse-statement'
import { classify } from '../script/parser/sql-work'
import { suspectsIn } from '../script/parser/non-transactional'
import type { Script, SqlPart } from '../script/script'
import { readSections } from '../script/sections/sections'
import type { CarriedFields } from '../script/source/carried-script'

/**
 * A script as data, its paths absolute.
 * @throws {MigrationError} SCRIPT_INVALID where it could not run: a text that cannot be cut, a template
 */
export function carriedFields(script: Script): CarriedFields {
  if (script.problem) throw script.problem
  if (script.unwritten) throw script.unwritten
  const { revision, title, kind, file, files, checksum, checksumKind, upgrade, downgrade } = script
  const { migration, numberedBy, byName, repeatable, squashes = [] } = script
  const { hooks = { runPartial: false, runSkip: false } } = script
  return {
    revision,
    title,
    kind,
    file,
    files,
    checksum,
    checksumKind,
    hooks,
    squashes,
    ...(upgrade && { upgrade }),
    ...(downgrade && { downgrade }),
    ...(migration !== undefined && { migration }),
    ...(numberedBy && { numberedBy }),
    ...(byName && { byName }),
    ...(repeatable && { repeatable }),
  }
}

const sqlName = /(["'`])((?:(?!\1)[^\\\n])+\.sql)\1/g

/** The SQL files that a module's text names, beside itself: what `context.runSql(file)` may ask for. */
export function sqlFilesNamedBy(module: string): string[] {
  const text = readFileSync(module, 'utf8')
  const names = Array.from(text.matchAll(sqlName), ([, , name = '']) => name)
  const paths = names.map((name) => resolve(dirname(module), name))
  return paths.filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
}

/** What PostgreSQL's grammar says of statements; null: it refuses one. */
export type Verdicts = Map<string, ParsedStatement | null>

/**
 * Asks PostgreSQL's grammar now about all that a run would ask it: statements that may be refused in a
 * transaction, and every statement of a script that runs outside one, which a run after a crash looks at.
 * @throws {MigrationError} SCRIPT_INVALID for psql's commands
 */
export async function addVerdicts(verdicts: Verdicts, part: SqlPart): Promise<void> {
  const work = await classify(part)
  const { text, statements } = work
  const isOutside = work.transaction === 'none'
  const suspects = suspectsIn(text, statements).map((one) => statements[one.statementIndex]!)
  const asked = isOutside ? statements : suspects
  for (const { start, firstTokenStart, end } of asked) {
    for (const source of new Set([text.slice(firstTokenStart, end), text.slice(start, end)]))
      verdicts.set(source, (await parseStatement(source)) ?? null)
  }
}

/** The parts of a SQL file that a module runs. */
export function partsOf(file: string): SqlPart[] {
  const { upgrade, downgrade } = readSections(readFileSync(file, 'utf8'), file)
  return [upgrade, ...(downgrade ? [downgrade] : [])]
}
