import { basename } from 'node:path'
import { MigrationError } from '../../errors'
import { together } from '../folder/folder-problems'
import { readDocComments } from './doc-comments'
import { noScripts, readFiles, type FoundFile, type NamedFolder } from './folder-files'
import { PlainScript, stemOf } from './plain-script'

/** `export const version = 57`, `exports.version = '0.0.1'`, `version: 57`. */
const versionLine =
  /(?:\bexport\s+const\s+version\s*(?::[^=\n]+)?=|\bexports\.version\s*=|^[ \t]*version\s*:)\s*(['"`]?)(\d+(?:\.\d+)*)\1/m
const namesVersion = /\bversion\b/
const isModule = /\.[cm]?[jt]s$/

/**
 * Reads modules that export `version`, `up` and `down`, whatever their names; those that begin with `.` or
 * `_`, and `conf` or `config`, are none. The version is read from the text, so nothing is imported.
 *
 * @throws {MigrationError} FOLDER_NOT_FOUND, FOLDER_EMPTY; SCRIPT_INVALID where a module has no version,
 *   REVISION_TAKEN where two have the same
 */
export async function readModuleFolder(folder: NamedFolder): Promise<PlainScript[]> {
  const files = await readFiles(folder, isScript)
  const compiled = new Set(
    files.filter(({ name }) => name.endsWith('ts')).map(({ path }) => stemOf(path)),
  )
  const problems: MigrationError[] = []
  const sources = files.filter(({ name }) => name.endsWith('ts') || !compiled.has(stemOf(name)))
  const scripts = sources.flatMap((file) => moduleScript(file, problems) ?? [])
  problems.push(...taken(scripts))
  if (problems.length > 0) throw together(problems, folder.directory)
  if (scripts.length > 0) return scripts
  throw noScripts(folder, 'Write a module that exports version, up and down.')
}

function isScript(name: string): boolean {
  return isModule.test(name) && !/^[_.]|^conf(?:ig)?\.|\.d\.[cm]?ts$/.test(name)
}

function moduleScript(
  { path, text }: FoundFile,
  problems: MigrationError[],
): PlainScript | undefined {
  const version = versionLine.exec(text)?.[2]
  if (version === undefined) {
    const how = namesVersion.test(text)
      ? 'its version is no number that can be read'
      : 'it exports no version'
    problems.push(
      new MigrationError('SCRIPT_INVALID', `${basename(path)} is not a migration: ${how}`, {
        file: path,
        hint: 'Write export const version = 57, or name what is no migration with a leading _.',
      }),
    )
    return undefined
  }
  return new PlainScript({
    revision: version.replace(/^0+(?=\d)/, ''),
    title: stemOf(path),
    kind: 'ts',
    file: path,
    text,
    describe(direction) {
      const { module, own } = readDocComments(text, direction)
      return [...module, ...own.map((line) => `- ${line}`)]
    },
  })
}

function taken(scripts: readonly PlainScript[]): MigrationError[] {
  const first = new Map<string, PlainScript>()
  return scripts.flatMap((script) => {
    const { revision, file } = script
    const earlier = first.get(revision)
    first.set(revision, earlier ?? script)
    if (!earlier) return []
    const fact = `two modules have the version ${revision}`
    const hint = 'Give one of them a version of its own.'
    return new MigrationError('REVISION_TAKEN', fact, {
      detail: `${earlier.file}\n${file}`,
      hint,
      file,
    })
  })
}
