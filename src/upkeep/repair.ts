import { join } from 'node:path'
import { createWhole } from '../whole-file'
import { eq } from '../database/sql/operators'
import { quoteIdentifier, quoteLiteral } from '../database/sql/quote'
import type { Entry } from '../journal/model/entry'
import { readWriters } from '../journal/writers'
import { survey } from '../plan/survey'
import { claimOf, executionContext } from '../run/context/run-context'
import { readScripts } from '../script/source/read-scripts'
import { usualLayout, type ScriptLayout } from '../script/layout/layout'
import { titleFileName } from '../script/layout/script-name'
import { writeSqlPart } from '../script/sections/sections'
import type { Script } from '../script/script'
import type { Settings } from '../settings/value/setting-types'
import { findScript } from './find-script'
import { changingJournal, readingJournal, sendOwn, type JournalWork } from './journal-work'
import type { UpkeepOptions } from './journal-work'
import { readTexts, type KeptTexts } from './kept-texts'
import { compareSql } from './same-sql'

/** A script that does not agree with the journal, and what can be done about it. */
export interface Disagreement {
  revision: string
  title: string
  problem: 'changed' | 'missing'
  /** How the texts differ; `unknown` where the journal has none to compare with, as for TypeScript. */
  difference: 'layout' | 'meaning' | 'unknown'
  /** Unified, from the journal's text to the file's; empty where there is no text. */
  diff: string
  /** The script's file, or the one that would be written. */
  file: string
  /** Takes the file's text into the journal, or writes the file from the journal; null: neither can be done. */
  repair: 'accept' | 'write' | null
}

export interface RepairOptions extends UpkeepOptions {
  /** Only this script. */
  revision?: string
}

/** Says what does not agree. Reads only. */
export function findDisagreements(
  settings: Settings,
  options: RepairOptions = {},
): Promise<Disagreement[]> {
  return readingJournal(settings, options, async (found) => {
    const list = await disagreementsIn(found, options)
    if (list.some(({ repair }) => repair === 'write')) await nameWriters(found, options)
    return list
  })
}

/** A file is trusted, and the journal's text is to become one: who may have written it is named before. */
async function nameWriters(
  { session, settings }: JournalWork,
  { observer }: RepairOptions,
): Promise<void> {
  const writers = await readWriters(session, settings.journal)
  if (writers.length > 0) observer?.notice?.({ kind: 'notice', code: 'JOURNAL_WRITERS', writers })
}

/**
 * Repairs what a person has agreed to, under the lock: as it was shown, or not at all.
 * @returns the revisions that were repaired
 */
export function repairAll(
  settings: Settings,
  agreed: readonly Disagreement[],
  options: RepairOptions = {},
): Promise<string[]> {
  return changingJournal(settings, options, async (found) => {
    const now = await disagreementsIn(found, options)
    const repaired: string[] = []
    for (const one of agreed) {
      const same = now.find(
        ({ revision, diff, problem }) =>
          revision === one.revision && diff === one.diff && problem === one.problem,
      )
      if (!same || same.repair === null) continue
      if (same.repair === 'write') await writeBack(found, same, options.layout)
      else
        await accept(found, entryOf(found, same.revision), scriptOf(found.scripts, same.revision))
      repaired.push(same.revision)
    }
    return repaired
  })
}

async function disagreementsIn(
  found: JournalWork,
  { revision, layout = usualLayout }: RepairOptions,
): Promise<Disagreement[]> {
  const { scripts, state, session, settings } = found
  if (revision !== undefined) requireKnown(revision, found)
  const { changed, missing } = survey(scripts, state)
  const isChosen = (one: { revision: string }) =>
    revision === undefined || one.revision === revision
  const entries = [...changed.map(({ entry }) => entry), ...missing].filter(isChosen)
  const kept = await readTexts(session, settings.journal, entries)
  const list: Disagreement[] = []
  for (const { entry, script } of changed) {
    if (isChosen(entry)) list.push(await changedOf(entry, script, kept.get(entry.id)))
  }
  for (const entry of missing.filter(isChosen)) {
    list.push(missingOf(entry, kept.get(entry.id), settings.directory, layout))
  }
  return list
}

/** @throws {MigrationError} UNKNOWN_REVISION */
function requireKnown(revision: string, { scripts, state }: JournalWork): void {
  if (state.applied.some((entry) => entry.revision === revision)) return
  findScript(scripts, revision)
}

async function changedOf(
  entry: Entry,
  script: Script,
  kept: KeptTexts | undefined,
): Promise<Disagreement> {
  const { revision } = entry
  const { title, file } = script
  const common = { revision, title, problem: 'changed', file, repair: 'accept' } as const
  const before = kept?.upgrade
  if (typeof before !== 'string' || script.kind !== 'sql' || !script.upgrade)
    return { ...common, difference: 'unknown', diff: '' }
  const [up, down] = [writeSqlPart(script.upgrade), textOf(script.downgrade)]
  const differences = [await compareSql(before, up), await compareSql(kept?.downgrade ?? '', down)]
  const difference = differences.includes('meaning') ? 'meaning' : 'layout'
  const diff = diffOf(whole(before, kept?.downgrade ?? ''), whole(up, down), file)
  return { ...common, difference, diff }
}

const textOf = (part: Script['downgrade']): string => (part ? writeSqlPart(part) : '')

function missingOf(
  { revision, title, kind }: Entry,
  kept: KeptTexts | undefined,
  directory: string,
  layout: ScriptLayout,
): Disagreement {
  const file = join(directory, nameOf({ revision, title }, kept?.file ?? null, layout))
  const common = { revision, title, problem: 'missing', file } as const
  if (kind !== 'sql' || typeof kept?.upgrade !== 'string')
    return { ...common, difference: 'unknown', diff: '', repair: null }
  const text = fileText(kept, layout)
  return { ...common, difference: 'meaning', diff: diffOf('', text, file), repair: 'write' }
}

/**
 * The name of the file that is written. What the journal says may be another role's: it never leads out of
 * the folder, nor makes a module of what was SQL.
 */
function nameOf(
  { revision, title }: Pick<Entry, 'revision' | 'title'>,
  kept: string | null,
  layout: ScriptLayout,
): string {
  const found = kept === null || isUnsafe.test(kept) ? undefined : layout.readName(kept)
  const isWhole =
    found?.is === 'script' &&
    found.role === 'script' &&
    found.extension === 'sql' &&
    found.revision === revision
  if (isWhole && kept !== null) return kept
  const words = isUnsafe.test(title) ? titleFileName(title) : title
  return layout.nameFor({ revision, title: words, extension: 'sql', role: 'script' })
}

/** What parts a path into folders, and what no name has. */
const isUnsafe = /[/\\\p{Cc}]/u

/** A script with a downgrade has both under their markers. */
function fileText({ upgrade, downgrade }: KeptTexts, { markers }: ScriptLayout): string {
  if (downgrade === null) return upgrade ?? ''
  const ended = (text: string) => (text.endsWith('\n') ? text : `${text}\n`)
  return `${markers.up}\n${ended(upgrade ?? '')}${markers.down}\n${downgrade}`
}

function whole(upgrade: string, downgrade: string): string {
  return downgrade === '' ? upgrade : `${upgrade}\n-- MIGRATE DOWN\n${downgrade}`
}

function diffOf(before: string, after: string, file: string): string {
  const { createTwoFilesPatch } = require('diff') as typeof import('diff')
  const plain = (text: string) => text.replace(/\r\n?/g, '\n')
  const patch = createTwoFilesPatch('journal', file, plain(before), plain(after))
  return patch.replace(/^=+\n/, '')
}

async function writeBack(
  found: JournalWork,
  { revision, file }: Disagreement,
  layout: ScriptLayout = usualLayout,
): Promise<void> {
  const { settings, session } = found
  const entry = entryOf(found, revision)
  const kept = (await readTexts(session, settings.journal, [entry])).get(entry.id)
  if (!kept) throw new Error(`the journal has no entry ${entry.id}`)
  await createWhole(file, fileText(kept, layout))
  const script = scriptOf(await readScripts(settings, { others: [], layout }), revision)
  if (script.checksum !== entry.checksum) await accept(found, entry, script)
}

/** The entry gets the file's text, as if that had been applied; when and by whom it was, stays. */
async function accept(
  { session, settings }: JournalWork,
  { id, operation, ordinal }: Entry,
  script: Script,
): Promise<void> {
  const { revision, title, kind } = script
  const step = { revision, title, kind, direction: 'up', operation, ordinal, late: false } as const
  const claim = claimOf(executionContext(settings), { ...step, script }, null)
  const { checksum, checksumKind, upgradeText, downgradeText, file } = claim
  const set = Object.entries({
    checksum,
    checksum_kind: checksumKind,
    kind,
    upgrade_text: upgradeText,
    downgrade_text: downgradeText,
    file,
  }).map(([column, value]) => `${column} = ${quoteLiteral(value)}`)
  const { schema, table } = settings.journal
  await sendOwn(
    session,
    `UPDATE ${quoteIdentifier(schema, table)} SET ${set.join(', ')} WHERE id ${eq} ${id}`,
  )
}

function entryOf({ state }: JournalWork, revision: string): Entry {
  const entry = state.applied.find((one) => one.revision === revision)
  if (!entry) throw new Error(`script ${revision} is not applied`)
  return entry
}

function scriptOf(scripts: readonly Script[], revision: string): Script {
  const script = scripts.find((one) => one.revision === revision)
  if (!script) throw new Error(`no script ${revision}`)
  return script
}
