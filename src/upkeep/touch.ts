import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { eq } from '../database/sql/operators'
import { quoteIdentifier } from '../database/sql/quote'
import { MigrationError } from '../errors'
import { moveFile } from '../git/move'
import { usualLayout } from '../script/layout/layout'
import { newRevision } from '../script/layout/script-name'
import { newestOfPlaces } from '../script/places/newest-of-places'
import { newestOf } from '../script/revision'
import type { Script } from '../script/script'
import type { Settings } from '../settings/value/setting-types'
import { touchedName } from '../script/layout/touched-name'
import { findScript } from './find-script'
import { moveAnyhow, withRevision, type RenamedFile } from './half-touched'
import { changingJournal, readingJournal, sendOwn, type JournalWork } from './journal-work'
import type { UpkeepOptions } from './journal-work'

export interface TouchOptions extends UpkeepOptions {
  /** An applied script too: its entries in this journal get the new number. */
  force?: boolean
  /** Changes nothing. */
  dryRun?: boolean
}

/** A script with its new number. */
export interface TouchReport {
  revision: string
  title: string
  /** The uuid of its class, by which a database knows it under any number. */
  uuid?: string
  /** The number that it had. */
  previous: string
  /** Absolute paths. */
  files: readonly RenamedFile[]
  /** How many entries of the journal were moved along. */
  entries: number
  /** Files whose text names the old number. */
  mentions: readonly string[]
}

/**
 * Gives a script a new number, so that it is the newest: all its files are renamed, by git where git
 * knows them. A script that is applied is refused, unless `force` moves its journal entries along.
 * @param id the script's revision, or the uuid of its class
 * @throws {MigrationError} UNKNOWN_REVISION, SCRIPT_APPLIED, SCRIPT_UNFINISHED
 */
export async function touchScript(
  settings: Settings,
  id: string,
  options: TouchOptions = {},
): Promise<TouchReport> {
  const { force = false, dryRun = false } = options
  const planned = await readingJournal(settings, options, (found) => plan(found, id, options))
  if (dryRun || planned.entries === 0) {
    if (!dryRun) await renameAll(planned.files, settings.vcs)
    return planned
  }
  if (!force) throw new Error('an applied script was not refused')
  return moveWithJournal(settings, id, options)
}

/**
 * The files have a name of no script until the journal has changed: whatever is killed in between, nothing
 * is applied twice.
 */
async function moveWithJournal(
  settings: Settings,
  id: string,
  options: TouchOptions,
): Promise<TouchReport> {
  const { vcs } = settings
  let between: readonly RenamedFile[] = []
  let changed = false
  const work = async (found: JournalWork) => {
    const again = await plan(found, id, options)
    await moveEntries(found, again)
    between = again.files.map(({ from }) => {
      const name = touchedName({ previous: basename(from), revision: again.revision })
      return { from, to: join(dirname(from), name) }
    })
    await renameAll(between, vcs)
    changed = true
    return again
  }
  const finish = async ({ files }: TouchReport) => {
    for (const [at, { to }] of files.entries()) await moveAnyhow(between[at]!.to, to, vcs)
  }
  try {
    return await changingJournal(settings, options, work, finish)
  } catch (error) {
    if (changed && isUnknown(error)) throw leftBetween(between, error)
    // the journal has the old number still
    if (changed) await renameBack(between, vcs)
    throw error
  }
}

/** Without the server's answer, the change may be kept or not. */
function isUnknown(error: unknown): boolean {
  const { sqlstate = '' } = error as { sqlstate?: string }
  return !/^\w{5}$/.test(sqlstate) || /^(?:08|57P)/.test(sqlstate)
}

function leftBetween([first]: readonly RenamedFile[], cause: unknown): MigrationError {
  const detail = cause instanceof Error ? cause.message : String(cause)
  return new MigrationError('JOURNAL_FAILED', 'nothing shows whether the journal was changed', {
    detail,
    hint: 'Run repair when the server is there: it gives the files the number that the journal has for them.',
    file: first?.to,
    cause,
  })
}

async function plan(
  { settings, scripts, state, session }: JournalWork,
  id: string,
  { force = false, layout = usualLayout }: TouchOptions,
): Promise<TouchReport> {
  const script = findScript(scripts, id)
  const { revision: previous, title, uuid } = script
  const applied = state.applied.some((entry) => entry.revision === previous)
  if (layout.nested !== undefined || sharesFile(script, scripts)) throw hasNoNumber(script)
  const unfinished = state.unfinished.has(previous)
  if (unfinished) throw isUnfinished(previous)
  if (applied && !force) throw isApplied(previous)
  const known = [...scripts.map((one) => one.revision), await newestOfPlaces(settings, layout)]
  const newest = newestOf(known.filter((one) => one !== undefined))
  const revision = newRevision(new Date(), newest)
  const files = script.files.map((from) => ({
    from,
    to: join(dirname(from), withRevision(basename(from), revision, layout)),
  }))
  refuseTaken(files)
  const mentions = await mentionsOf(script)
  const entries = applied ? await countEntries(session, settings, previous) : 0
  return {
    revision,
    title,
    ...(uuid !== undefined && { uuid }),
    previous,
    files,
    entries,
    mentions,
  }
}

/** Several classes in one module are scripts of their own. */
function sharesFile({ file }: Script, scripts: readonly Script[]): boolean {
  return scripts.filter((one) => one.file === file).length > 1
}

function hasNoNumber({ revision, file }: Script): MigrationError {
  return new MigrationError('USAGE', `the file of script ${revision} has no number of its own`, {
    hint: 'Touch renames files; give the folder, or the class, another number by hand.',
    file,
  })
}

function refuseTaken(files: TouchReport['files']): void {
  const taken = files.find(({ to }) => existsSync(to))
  if (!taken) return
  throw new MigrationError('USAGE', 'a file of that name already exists', {
    file: taken.to,
    hint: 'Run it again: the next second gives the next number.',
  })
}

async function mentionsOf({ files, revision }: Script): Promise<string[]> {
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')))
  const number = new RegExp(`(?<!\\d)${revision}(?!\\d)`)
  // a short number says nothing
  return revision.length < 6 ? [] : files.filter((_, at) => number.test(texts[at] ?? ''))
}

async function countEntries(
  session: JournalWork['session'],
  { journal }: Settings,
  revision: string,
): Promise<number> {
  const [row] = await session.query<{ count: number }>(
    `SELECT pg_catalog.count(*)::pg_catalog.int4 AS count FROM ${quoteIdentifier(journal.schema, journal.table)} WHERE revision ${eq} ${revision}`,
  )
  return row?.count ?? 0
}

async function moveEntries(
  { session, settings: { journal } }: JournalWork,
  { previous, revision }: TouchReport,
): Promise<void> {
  await sendOwn(
    session,
    `UPDATE ${quoteIdentifier(journal.schema, journal.table)} SET revision = ${revision} WHERE revision ${eq} ${previous}`,
  )
}

/** All or none. */
async function renameAll(files: readonly RenamedFile[], vcs: string): Promise<void> {
  const done: RenamedFile[] = []
  try {
    for (const file of files) {
      await moveFile(file.from, file.to, vcs)
      done.push(file)
    }
  } catch (error) {
    await renameBack(done, vcs)
    throw error
  }
}

async function renameBack(files: readonly RenamedFile[], vcs: string): Promise<void> {
  for (const { from, to } of files.toReversed()) await moveAnyhow(to, from, vcs)
}

function isApplied(revision: string): MigrationError {
  return new MigrationError('SCRIPT_APPLIED', `script ${revision} is applied`, {
    detail:
      'Under another number it would be a new script for every database that has applied it, and run again.',
    hint: "Write a new script, or give --force to move this database's journal along, where no other database has it.",
  })
}

function isUnfinished(revision: string): MigrationError {
  return new MigrationError(
    'SCRIPT_UNFINISHED',
    `script ${revision} was started and not finished`,
    {
      hint: `Finish it with rebuild ${revision} first.`,
    },
  )
}
