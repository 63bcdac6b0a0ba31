import { readFile, realpath } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { MigrationError } from '../../errors'
import { readScripts } from '../../script/source/read-scripts'
import type { ScriptLayout } from '../../script/layout/layout'
import type { Script } from '../../script/script'
import type { Settings } from '../../settings/value/setting-types'
import type { AddedScript } from '../deliver/add-script-options'

/** A script of the folder, and where it stands among the others. */
export interface Chosen {
  script: Script
  /** The revision before it; absent for the first one. */
  before?: string
  isNewest: boolean
}

/**
 * Finds a script by its revision, its file or `latest`; the newest where nothing is named.
 * @param word as a person writes it; a path starts from `cwd`
 * @throws {MigrationError} USAGE for none of the folder; what reading the folder ends in
 */
export async function chosenScript(
  settings: Settings,
  layout: ScriptLayout,
  word: string | undefined,
  cwd: string,
): Promise<Chosen> {
  const scripts = await readScripts(settings, { layout })
  const at = word === undefined || word === 'latest' ? scripts.length - 1 : await find(scripts, word, cwd) // oxfmt-ignore
  const script = scripts[at]
  if (!script) {
    throw new MigrationError('USAGE', `"${word}" is not a script of the folder`, {
      hint: `Name a revision, a file or latest: the newest is ${basename(scripts.at(-1)!.file)}.`,
    })
  }
  if (script.unwritten) throw script.unwritten
  const before = scripts[at - 1]?.revision
  const isNewest = at === scripts.length - 1
  return { script, isNewest, ...(before !== undefined && { before }) }
}

async function find(scripts: readonly Script[], word: string, cwd: string): Promise<number> {
  const revision = word.replace(/^0+(?=\d)/, '')
  const at = scripts.findIndex((one) => one.revision === revision)
  if (at >= 0) return at
  const path = await realpath(resolve(cwd, word)).catch(() => resolve(cwd, word))
  const files = await Promise.all(
    scripts.map(({ files }) => Promise.all(files.map((file) => realpath(file)))),
  )
  return files.findIndex((list) => list.includes(path))
}

/** The script with the texts of its files. */
export async function withTexts({ revision, title, files }: Script): Promise<AddedScript> {
  const read = files.map(async (path) => ({ path, text: await readFile(path, 'utf8') }))
  return { revision, title, words: title, files: await Promise.all(read) }
}
