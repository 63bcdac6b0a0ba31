import { createHash, randomBytes } from 'node:crypto'
import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { isPrivateFolder } from '../../start/private-folder'

const folders = new Map<string, string | undefined>()

/** SHA-256 of the parts, in hex. */
export function digest(...parts: readonly string[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part)
  return hash.digest('hex')
}

/** A compiled text, and from what: `key` is the digest of all that it depends on. */
export interface Compiled {
  file: string
  variant: string
  key: string
  text: string
}

/**
 * The compiled text of `file` kept under `key`, or what `make` returns, which is then kept. There is
 * one entry a file, so the folder never outgrows the sources. Writes in `node_modules/.cache/typetrek`
 * of the file's project, else in a folder of this user under the system's temporary one; where
 * neither can be written it only calls `make`. An entry that was cut or altered is made again;
 * entries appear by rename, so parallel processes see whole ones.
 */
export function cached(file: string, variant: string, key: string, make: () => string): string {
  const known = kept(file, variant, key)
  if (known !== undefined) return known
  const text = make()
  const folder = cacheFolder(dirname(file))
  if (folder === undefined) return text
  write(join(folder, entryOf(file, variant)), `${key} ${digest(text)}\n${text}`)
  return text
}

/** The text that is kept under `key`, if one is. */
export function kept(file: string, variant: string, key: string): string | undefined {
  const folder = cacheFolder(dirname(file))
  if (folder === undefined) return undefined
  const entry = entryOf(file, variant)
  const found = readTogether(togetherFile(folder, file)).get(entry)
  if (found?.key === key && found.digest === digest(found.text)) return found.text
  return namesIn(folder).has(entry) ? readEntry(join(folder, entry), key) : undefined
}

const names = new Map<string, ReadonlySet<string>>()

/** What a folder had when it was first asked for; to look for each of many that are not there takes longer. */
function namesIn(folder: string): ReadonlySet<string> {
  const known = names.get(folder) ?? new Set(list(folder))
  names.set(folder, known)
  return known
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // Somebody has just removed it: everything is made again.
  }
}

/**
 * Keeps texts of one folder in one file: to write each by itself takes half as long as to compile it.
 * What the file has of other sources that still exist stays in it.
 */
export function keepTogether(compiled: readonly Compiled[]): void {
  const [first] = compiled
  const folder = first && cacheFolder(dirname(first.file))
  if (!first || folder === undefined) return
  const path = togetherFile(folder, first.file)
  const before = [...readTogether(path)].filter(([, { file }]) => existsSync(file))
  const added = compiled.map(({ file, variant, key, text }) => {
    return [entryOf(file, variant), { file, key, digest: digest(text), text }] as const
  })
  const entries = new Map([...before, ...added])
  together.set(path, new WeakRef(entries))
  write(path, JSON.stringify([...entries]))
}

function entryOf(file: string, variant: string): string {
  return digest(file, variant).slice(0, 40)
}

/** An entry of a file that holds many. */
interface TogetherEntry {
  file: string
  key: string
  digest: string
  text: string
}

/** Weakly: an application that migrates when it starts has no use for them afterwards. */
const together = new Map<string, WeakRef<ReadonlyMap<string, TogetherEntry>>>()

function togetherFile(folder: string, file: string): string {
  return join(folder, `${digest(dirname(file)).slice(0, 40)}.json`)
}

function readTogether(path: string): ReadonlyMap<string, TogetherEntry> {
  const known = together.get(path)?.deref()
  if (known) return known
  const entries = parseTogether(path)
  together.set(path, new WeakRef(entries))
  return entries
}

function parseTogether(path: string): Map<string, TogetherEntry> {
  try {
    const entries = JSON.parse(readFileSync(path, 'utf8')) as [string, TogetherEntry | null][]
    return new Map(entries.flatMap(([name, entry]) => (entry?.text ? [[name, entry]] : [])))
  } catch {
    return new Map() // None, or one that was cut: it is made again.
  }
}

function readEntry(entry: string, key: string): string | undefined {
  let whole: string
  try {
    whole = readFileSync(entry, 'utf8')
  } catch {
    return undefined // No entry, or none that we may read: it is made again.
  }
  const text = whole.slice(whole.indexOf('\n') + 1)
  return whole.startsWith(`${key} ${digest(text)}\n`) ? text : undefined
}

function write(path: string, whole: string): void {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  try {
    writeFileSync(draft, whole, { flag: 'wx', mode: 0o600 })
    renameSync(draft, path)
  } catch {
    rmSync(draft, { force: true }) // A full or read-only disk costs the cache, not the migration.
  }
}

/** Where texts of a folder's files are kept; undefined where no place can be written. */
export function cacheFolder(folder: string): string | undefined {
  if (!folders.has(folder)) folders.set(folder, findFolder(folder))
  return folders.get(folder)
}

function findFolder(folder: string): string | undefined {
  if (existsSync(join(folder, 'node_modules'))) {
    const kept = made(join(folder, 'node_modules', '.cache', 'typetrek'))
    return kept !== undefined && isPrivateFolder(kept) ? kept : ownTemporaryFolder()
  }
  const parent = dirname(folder)
  return parent === folder ? ownTemporaryFolder() : cacheFolder(parent)
}

function made(folder: string, mode = 0o755): string | undefined {
  try {
    mkdirSync(folder, { recursive: true, mode })
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    return folder
  } catch {
    return undefined // Not writable for us: the caller knows another place.
  }
}

// Code is run from here, so nobody else may have made the folder or be able to write into it.
function ownTemporaryFolder(): string | undefined {
  return ownFolderIn(tmpdir())
}

/** A folder of this user alone in one that everybody may write to. */
export function ownFolderIn(place: string): string | undefined {
  const user = process.getuid?.()
  const folder = made(join(place, `typetrek-${user ?? 'cache'}`), 0o700)
  if (folder === undefined || user === undefined) return folder
  const stat = lstatSync(folder)
  const isPrivate = stat.isDirectory() && stat.uid === user && (stat.mode & 0o077) === 0
  return isPrivate ? folder : undefined
}
