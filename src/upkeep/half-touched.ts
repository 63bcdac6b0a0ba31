import { existsSync } from 'node:fs'
import { readdir, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { moveFile } from '../git/move'
import type { JournalState } from '../journal/model/applied-state'
import { usualLayout, type ScriptLayout } from '../script/layout/layout'
import { readTouchedName } from '../script/layout/touched-name'
import { sourceFolders } from '../script/places/source-folders'
import type { Settings } from '../settings/value/setting-types'
import { changingJournal, readingJournal, type UpkeepOptions } from './journal-work'

/** A file that gets another name; absolute paths. */
export interface RenamedFile {
  from: string
  to: string
}

/**
 * Finishes what a killed `touch` has left: each file gets the number that the journal has for it,
 * under the lock.
 * @param dryRun only says so
 * @returns what was, or would be, renamed
 */
export async function finishTouch(
  settings: Settings,
  { dryRun = false, ...options }: UpkeepOptions & { dryRun?: boolean },
): Promise<readonly RenamedFile[]> {
  if ((await leftIn(settings)).length === 0) return []
  const { layout = usualLayout } = options
  const given = { ...options, withoutScripts: true }
  const planned = async ({ state }: { state: JournalState }) =>
    (await leftIn(settings)).map((from) => ({ from, to: nameFor(from, state, layout) }))
  if (dryRun) return readingJournal(settings, given, planned)
  return changingJournal(settings, given, async (found) => {
    const files = await planned(found)
    for (const { from, to } of files) await moveAnyhow(from, to, settings.vcs)
    return files
  })
}

async function leftIn({ directory, packages }: Settings): Promise<string[]> {
  const folders = packages ? (await sourceFolders(packages)).map(({ path }) => path) : [directory]
  const lists = await Promise.all(
    folders.map(async (folder) => {
      const names = existsSync(folder) ? await readdir(folder) : []
      return names.filter((name) => readTouchedName(name)).map((name) => join(folder, name))
    }),
  )
  return lists.flat()
}

/** The number counts that the journal has. */
function nameFor(file: string, { ordinals }: JournalState, layout: ScriptLayout): string {
  const name = readTouchedName(basename(file))
  if (!name) throw new Error(`${file} is between no two numbers`)
  const { previous, revision } = name
  const to = ordinals.has(revision) ? withRevision(previous, revision, layout) : previous
  return join(dirname(file), to)
}

const stamp = /^(?:\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d|\d+)/

/**
 * The name of a script's file with another number. The number alone is replaced where the name starts with
 * it, so that all else stays as it was written. Pure.
 */
export function withRevision(name: string, revision: string, layout: ScriptLayout): string {
  const reading = layout.readName(name)
  const [digits = ''] = stamp.exec(name) ?? []
  const number = digits.replace(/\D/g, '').replace(/^0+(?=\d)/, '')
  // its class alone has a number
  if (reading.is !== 'script') return `${revision}-${name}`
  if (number === reading.revision) return revision + name.slice(digits.length)
  return layout.nameFor({ ...reading, revision })
}

/** Renames a file by the version control program, or where that refuses without it: the name must change. */
export async function moveAnyhow(from: string, to: string, vcs: string): Promise<void> {
  await moveFile(from, to, vcs).catch(() => rename(from, to))
}
