import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { MigrationError } from '../../errors'
import { usualLayout, type ScriptLayout } from '../../script/layout/layout'
import { newRevision, type ScriptForm, titleFileName } from '../../script/layout/script-name'
import { newestOfPlaces, type NamedPlaces } from '../../script/places/newest-of-places'
import { filesOf, type Draft } from '../render/script-draft'
import type { AddedScript } from './add-script-options'

/** Names drafts one after the other, above the newest script of all folders; they go into `directory`. */
export async function nameDrafts(
  drafts: readonly Draft[],
  { places, title, form, headers, layout = usualLayout }: Naming,
): Promise<AddedScript[]> {
  let revision = await newestOfPlaces(places, layout)
  return drafts.map((draft, at) => {
    const next = newRevision(new Date(), revision)
    revision = next
    const name = titleFileName(`${title} ${draft.purpose}`)
    const files = filesOf(draft, form, headers[at] ?? [], layout).map(({ text, ...parts }) => ({
      path: join(places.directory, layout.nameFor({ revision: next, title: name, ...parts })),
      text,
    }))
    return { revision: next, title: name, words: oneLine(title), files }
  })
}

export interface Naming {
  places: NamedPlaces
  title: string
  form: ScriptForm
  /** Comment lines for the head of each, where it is TypeScript; SQL has them already. */
  headers: readonly (readonly string[])[]
  layout?: ScriptLayout
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim()
}

/** The names of all files that are, or look like, scripts; none where there is no folder. */
export async function scriptNames(
  directory: string,
  layout: ScriptLayout = usualLayout,
): Promise<ReadonlySet<string>> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return new Set(names.filter((name) => layout.readName(name).is !== 'ignored'))
}

/**
 * Writes all files or none; never over one that is there, and none where another script came into the
 * folder since the difference was taken, which may hold the same change.
 * @param known the scripts' names at that time
 * @throws {MigrationError} USAGE, STALE_PLAN
 */
export async function writeScripts(
  scripts: readonly AddedScript[],
  directory: string,
  known: ReadonlySet<string>,
  layout: ScriptLayout = usualLayout,
): Promise<void> {
  const written: string[] = []
  try {
    for (const { path, text } of scripts.flatMap(({ files }) => files)) {
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, text, { flag: 'wx' })
      written.push(path)
    }
    // after that, since two that look first would both find nothing
    const expected = [...known, ...written.map((path) => basename(path))].map(withoutKind)
    const names = [...(await scriptNames(directory, layout))]
    const other = names.find((name) => !expected.includes(withoutKind(name)))
    if (other !== undefined) throw addedMeanwhile(join(directory, other))
  } catch (cause) {
    for (const path of written) await rm(path, { force: true })
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
    throw new MigrationError('USAGE', 'a file of that name already exists', {
      file: (cause as NodeJS.ErrnoException).path,
      hint: 'Run it again: the next second gives the next number.',
      cause,
    })
  }
}

/** A compiler that watches the folder makes `x.js` of `x.ts` at once. */
function withoutKind(name: string): string {
  return name.replace(/\.[cm]?[jt]s$/, '')
}

function addedMeanwhile(file: string): MigrationError {
  return new MigrationError('STALE_PLAN', 'another script was added meanwhile', {
    file,
    hint: 'Nothing was written. Run it again: what differs may be something else now.',
  })
}
