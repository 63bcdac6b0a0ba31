import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Script } from '../script/script'
import type { Settings } from '../settings/value/setting-types'
import { toolVersion } from '../version'

/** A number of scripts, the oldest first, and the key of what they result in. */
export interface ReplayKey {
  key: string
  scripts: readonly Script[]
}

/**
 * What identifies the schema that the scripts result in, for each number of them: their texts, byte by byte,
 * the settings that they run under, the server and typetrek. Longest first; empty where a text does not say
 * all: where scripts are values of the program, or import what may change.
 * @param server what else the result depends on
 */
export async function replayKeys(
  settings: Settings,
  scripts: readonly Script[],
  server: string,
): Promise<ReplayKey[]> {
  const { sources, classes, layout, safe, duplicateRevisions, scratch, typeorm } = settings
  const hasValues =
    sources?.some((one) => typeof one !== 'string') === true || classes !== undefined
  if (hasValues || settings.database.kind === 'data_source') return []
  const { entities: _, subscribers: __, ...options } = typeorm
  const rules = { layout, safe, duplicateRevisions, extensions: scratch.extensions, options }
  let last = digest([build(), process.version, server, JSON.stringify(rules)])
  const keys: ReplayKey[] = []
  for (const [at, script] of scripts.entries()) {
    const texts = await Promise.all(script.files.map((file) => readFile(file)))
    if (script.kind !== 'sql' && !texts.every((text) => isSelfContained(text.toString()))) return []
    last = digest([last, script.revision, script.kind, ...script.files.map(baseName), ...texts])
    keys.unshift({ key: last, scripts: scripts.slice(0, at + 1) })
  }
  return scripts.every(isOrdered) ? keys : keys.slice(0, 1)
}

/**
 * Which files scripts are in, and when each of them, and its folder, was changed last: equal before and after some
 * work where no text was another one meanwhile.
 */
export async function filesState(scripts: readonly Script[]): Promise<string> {
  const files = scripts.flatMap((one) => one.files)
  const paths = [...files, ...new Set(files.map(dirname))]
  return (await Promise.all(paths.map(changeOf))).join('\n')
}

async function changeOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
    return [path, ino, size, mtimeNs, ctimeNs].join(' ')
  } catch {
    return `${path} is gone`
  }
}

/** Another build may read and replay otherwise. */
function build(): string {
  return `${toolVersion} ${statSync(__filename).mtimeMs}`
}

/** False for what runs again, or instead of others, depending on what was run before. */
export function isOrdered({ repeatable, edge, squashes = [] }: Script): boolean {
  return !repeatable && !edge && squashes.length === 0
}

const known = /^(?:typeorm|typetrek)$/
const elsewhere =
  /\brequire\b|\bimport\s*\(|\bprocess\b|\bglobal|\bfetch\b|\b__(?:dirname|filename)\b|\.(?:manager|connection|dataSource)\b|\bgetRepository\b|\bcaller\b/

/** True for a module whose work is in its own text: it imports nothing that another file may change. */
export function isSelfContained(text: string): boolean {
  const imports = [...text.matchAll(/\b(?:from|import)\s*(['"])([^'"\n]*)\1/g)]
  return imports.every(([, , name = '']) => known.test(name)) && !elsewhere.test(text)
}

function baseName(path: string): string {
  return path.replace(/^.*[\\/]/, '')
}

/** Each part with its length, so that no two lists are alike. */
function digest(parts: readonly (string | Buffer)[]): string {
  const sum = createHash('sha256')
  for (const part of parts) sum.update(`${Buffer.byteLength(part)}:`).update(part)
  return sum.digest('hex').slice(0, 32)
}
