import { existsSync } from 'node:fs'
import { readFile, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { eq } from '../database/sql/operators'
import { quoteIdentifier } from '../database/sql/quote'
import { MigrationError } from '../errors'
import { moveFile } from '../git/move'
import { usualLayout, type ScriptLayout } from '../script/layout/layout'
import { newestRevision } from '../script/layout/newest'
import { newRevision } from '../script/layout/script-name'
import type { Script } from '../script/script'
import type { Settings } from '../settings/value/setting-types'
import { findScript } from './find-script'
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
  files: readonly { from: string; to: string }[]
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
    if (!dryRun) await renameAll(planned, settings)
    return planned
  }
  if (!force) throw new Error('an applied script was not refused')
  let renamed: TouchReport['files'] = []
  try {
    return await changingJournal(settings, options, async (found) => {
      const again = await plan(found, id, options)
      await moveEntries(found, again)
      await renameAll(again, settings)
      renamed = again.files
      return again
    })
  } catch (error) {
    // the journal has the old number still: under the new one the script would run again
    await renameBack(renamed, settings)
    throw error
  }
}

async function plan(
  { settings, scripts, state, session }: JournalWork,
  id: string,
  { force = false, layout = usualLayout }: TouchOptions,
): Promise<TouchReport> {
  const script = findScript(scripts, id)
  const { revision: previous, title, uuid } = script
  const applied = state.applied.some((entry) => entry.revision === previous)
  const unfinished = state.unfinished.has(previous)
  if (unfinished) throw isUnfinished(previous)
  if (applied && !force) throw isApplied(previous)
  const revision = newRevision(new Date(), await newestRevision(settings.directory, layout))
  const files = script.files.map((from) => ({
    from,
    to: join(dirname(from), renamed(basename(from), script, revision, layout)),
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

const stamp = /^(?:\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d|\d+)/

/** The number alone is replaced where the name starts with it, so that all else stays as it was written. */
function renamed(name: string, script: Script, revision: string, layout: ScriptLayout): string {
  const [digits = ''] = stamp.exec(name) ?? []
  if (digits.replace(/\D/g, '').replace(/^0+/, '') === script.revision)
    return revision + name.slice(digits.length)
  const reading = layout.readName(name)
  if (reading.is === 'script') return layout.nameFor({ ...reading, revision })
  throw new Error(`${name} is no name of script ${script.revision}`)
}

function refuseTaken(files: TouchReport['files']): void {
  const taken = files.find(({ to }) => existsSync(to))
  if (!taken) return
  throw new MigrationError('USAGE', 'a file of that name is there already', {
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
async function renameAll({ files }: TouchReport, { vcs }: Settings): Promise<void> {
  const done: TouchReport['files'][number][] = []
  try {
    for (const file of files) {
      await moveFile(file.from, file.to, vcs)
      done.push(file)
    }
  } catch (error) {
    await renameBack(done, { vcs })
    throw error
  }
}

async function renameBack(
  files: TouchReport['files'],
  { vcs }: Pick<Settings, 'vcs'>,
): Promise<void> {
  for (const { from, to } of files.toReversed())
    await moveFile(to, from, vcs).catch(() => rename(to, from))
}

function isApplied(revision: string): MigrationError {
  return new MigrationError('SCRIPT_APPLIED', `script ${revision} is applied`, {
    detail:
      'Under another number it would be a new script for every database that has applied it, and run again.',
    hint: "Write a new script, or give --force to move this database's journal along, where no other database has it.",
  })
}

function isUnfinished(revision: string): MigrationError {
  return new MigrationError('SCRIPT_UNFINISHED', `script ${revision} is begun and not finished`, {
    hint: `Finish it with rebuild ${revision} first.`,
  })
}
