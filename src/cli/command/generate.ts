import { mkdir, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, extname, join, relative, resolve } from 'node:path'
import { MigrationError } from '../../errors'
import { newRevision, readName, titleFileName } from '../../script/name'
import { newestRevision } from '../../script/newest'
import { settingsOf, type Context, type Handler } from '../context'
import { scriptTemplate } from '../template'
import { usageError } from '../usage-error'

/** Where a new script goes and what it is called. */
interface NewScript {
  path: string
  title: string
}

/** Writes a new, empty script; never over an existing file, and never needs the database. */
export const generate: Handler = async (context) => {
  const { call, io, output } = context
  const { path, title } = await newScript(context)
  const kind = extname(path) === '.sql' ? 'sql' : 'ts'
  if (call.options.ts && kind === 'sql') {
    throw usageError(
      `--ts and the name ${basename(path)} contradict each other`,
      'End the name with .ts.',
    )
  }
  await mkdir(dirname(path), { recursive: true })
  await writeNew(path, scriptTemplate(kind, title))
  const { revision } = nameOf(path)
  output.document({ revision, title, kind, path })
  const shown = relative(io.cwd, path)
  output.result(shown.startsWith('..') ? path : shown)
  return 0
}

async function newScript(context: Context): Promise<NewScript> {
  const { call, io } = context
  const [first = '', ...rest] = call.words
  const path = resolve(io.cwd, first)
  if (/\.(sql|[cm]?ts)$/i.test(first) && rest.length === 0) return givenFile(path)
  if (first !== '' && (await isFolder(path))) {
    if (call.folder !== undefined) {
      throw usageError(`folder "${first}" and --directory ${call.folder} contradict each other`)
    }
    return inFolder(path, rest, call.options.ts)
  }
  if (/[/\\]/.test(first)) {
    throw usageError(
      `"${first}" is neither a title nor a path to write`,
      'End the path with .sql or .ts, or name an existing folder.',
    )
  }
  const folder = call.folder === undefined ? undefined : resolve(io.cwd, call.folder)
  const directory = folder ?? (await settingsOf(context)).directory
  return inFolder(directory, call.words, call.options.ts)
}

async function inFolder(
  directory: string,
  words: readonly string[],
  ts: boolean | undefined,
): Promise<NewScript> {
  const revision = newRevision(new Date(), await newestRevision(directory))
  const title = titleFileName(words.join(' '))
  const name = title === '' ? revision : `${revision}_${title}`
  return { path: join(directory, `${name}.${ts ? 'ts' : 'sql'}`), title }
}

function givenFile(path: string): NewScript {
  const name = basename(path)
  const reading = readName(name)
  if (reading.is === 'script' && reading.role === 'script') return { path, title: reading.title }
  const stem = titleFileName(name.slice(0, -extname(name).length))
  const better = `${newRevision(new Date())}_${stem}${extname(name)}`
  throw usageError(
    `"${name}" is no name of a script`,
    `A script's name begins with its revision: ${better}, for instance.`,
  )
}

function nameOf(path: string): { revision: string } {
  const reading = readName(basename(path))
  if (reading.is !== 'script') throw new Error(`${path} was to be the name of a script`)
  return reading
}

async function writeNew(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
    throw new MigrationError('USAGE', 'the file is there already', {
      file: path,
      hint: 'Give another title or path; no file is overwritten.',
      cause,
    })
  }
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw error
  })
  return found?.isDirectory() ?? false
}
