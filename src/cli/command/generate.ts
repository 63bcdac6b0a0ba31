import type { Stats } from 'node:fs'
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { withMigrationSources } from '../../database/application/migration-sources'
import { MigrationError } from '../../errors'
import type { ScriptLayout } from '../../script/layout/layout'
import type { Settings } from '../../settings/value/setting-types'
import { newRevision, titleFileName, type Extension } from '../../script/layout/script-name'
import { newestOfPlaces, type NamedPlaces } from '../../script/places/newest-of-places'
import {
  answer,
  layoutOf,
  settingsOf,
  type Context,
  type Handler,
} from '../context/command-context'
import { scriptTemplate } from '../text/template'
import { indented, pathFrom } from '../text/text'
import { usageError } from '../arguments/usage-error'

/** Where a new script goes and what it is called. */
interface NewScript {
  path: string
  title: string
  revision: string
  layout: ScriptLayout
}

/** Writes a new, empty script; never over an existing file, and never needs the database. */
export const generate: Handler = async (context) => {
  const { call, io, output } = context
  const { path, title, revision, layout } = await newScript(context)
  const kind = extname(path) === '.sql' ? 'sql' : 'ts'
  if (call.options.ts && kind === 'sql') {
    throw usageError(
      `--ts and the name ${basename(path)} contradict each other`,
      'End the name with .ts.',
    )
  }
  const text = scriptTemplate(kind, title, layout)
  const { dryRun = false } = call.options
  if (dryRun) await refuseExisting(path)
  else await writeNew(path, text)
  answer(context, { revision, title, kind, path, text: dryRun ? text : null })
  const shown = pathFrom(io.cwd, path)
  output.result(dryRun ? `${output.style.bold(shown)}\n${indented(text, '  ').trimEnd()}` : shown)
  return 0
}

async function newScript(context: Context): Promise<NewScript> {
  const { call, io } = context
  const [first = '', ...rest] = call.words
  const path = resolve(io.cwd, first)
  if (/\.(sql|[cm]?ts)$/i.test(first) && rest.length === 0)
    return givenFile(path, await layoutIn(dirname(path), context))
  if (first !== '' && (await isFolder(path))) {
    if (call.folder !== undefined) {
      throw usageError(`folder "${first}" and --directory ${call.folder} contradict each other`)
    }
    return inFolder(path, rest, context, await layoutIn(path, context))
  }
  if (/[/\\]/.test(first)) {
    throw usageError(
      `"${first}" is neither a title nor a path to write`,
      'End the path with .sql or .ts, or name an existing folder.',
    )
  }
  if (call.folder !== undefined) {
    const folder = resolve(io.cwd, call.folder)
    return inFolder(folder, call.words, context, await layoutIn(folder, context))
  }
  const settings = await settingsOf(context)
  return inPlaces(await foundPlaces(settings), call.words, context, layoutOf(context, settings))
}

/** The layout of a folder that is named: the settings' own, where it is theirs and they can be read. */
async function layoutIn(folder: string, context: Context): Promise<ScriptLayout> {
  try {
    const settings = await settingsOf({ ...context })
    if (settings.directory === folder) return layoutOf(context, settings)
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error
  }
  return context.programLayout
}

/** A step of a graph has the names of two revisions, which a title has not. */
async function foundPlaces(settings: Settings): Promise<NamedPlaces> {
  if (settings.layout !== 'graph') return withMigrationSources(settings)
  throw usageError(
    'a step between two revisions has no title',
    "Name the file <date>_<from>_<up|down>_<to>.sql in the scripts' folder.",
  )
}

function inFolder(
  directory: string,
  words: readonly string[],
  context: Context,
  layout: ScriptLayout,
): Promise<NewScript> {
  return inPlaces({ directory }, words, context, layout)
}

async function inPlaces(
  places: NamedPlaces,
  words: readonly string[],
  { call }: Context,
  layout: ScriptLayout,
): Promise<NewScript> {
  const { directory } = places
  const revision = newRevision(new Date(), await newestOfPlaces(places, layout))
  const title = titleFileName(words.join(' '))
  const extension = call.options.ts ? 'ts' : 'sql'
  const name = layout.nameFor({ revision, title, extension, role: 'script' })
  return { path: join(directory, name), title, revision, layout }
}

function givenFile(path: string, layout: ScriptLayout): NewScript {
  const name = basename(path)
  const reading = layout.readName(name)
  if (reading.is === 'script' && reading.role === 'script' && reading.revision !== '0')
    return { path, title: reading.title, revision: reading.revision, layout }
  const title = titleFileName(name.slice(0, -extname(name).length))
  const extension = extname(name).slice(1) as Extension
  const revision = newRevision(new Date())
  const better = layout.nameFor({ revision, title, extension, role: 'script' })
  throw usageError(
    `"${name}" is no name of a script`,
    `A script's name begins with its revision: ${better}, for instance.`,
  )
}

async function writeNew(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  try {
    await writeFile(path, text, { flag: 'wx' })
  } catch (cause) {
    throw (cause as NodeJS.ErrnoException).code === 'EEXIST' ? fileExists(path, cause) : cause
  }
}

async function refuseExisting(path: string): Promise<void> {
  if (await found(path)) throw fileExists(path)
}

function fileExists(path: string, cause?: unknown): MigrationError {
  return new MigrationError('USAGE', 'the file already exists', {
    file: path,
    hint: 'Give another title or path; no file is overwritten.',
    cause,
  })
}

async function isFolder(path: string): Promise<boolean> {
  return (await found(path))?.isDirectory() ?? false
}

function found(path: string): Promise<Stats | undefined> {
  return stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw error
  })
}
