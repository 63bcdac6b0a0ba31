import { basename } from 'node:path'
import { MigrationError } from '../../errors'
import { comparable, refuseMisnamed, refuseReturning } from './downgrade-names'
import type { NamedFile } from '../layout/script-name'
import { compareDigits } from '../revision'
import type { TrackedName } from '../script'

/** The files of one revision, each in its place. At least one of them is there. */
export interface ScriptFiles {
  revision: string
  module?: NamedFile
  /** Compiled files beside `module`'s source. */
  builds: readonly NamedFile[]
  upgrade?: NamedFile
  downgrade?: NamedFile
  /** Where numbers may be shared: what the script is tracked by. */
  byName?: TrackedName
  /** In place of that of the files. */
  title?: string
}

/** What tells one script's files from another's: the number, and the title where numbers may be shared. */
export type GroupKey = (file: NamedFile) => string

/** Puts the files of each revision together; two that claim one place are a problem. */
export function groupByRevision(
  files: readonly NamedFile[],
  problems: MigrationError[],
  keyOf: GroupKey = ({ revision }) => revision,
): ScriptFiles[] {
  // nearly every revision has one file, and needs no list
  const byRevision = new Map<string, NamedFile | NamedFile[]>()
  for (const file of files) {
    const key = keyOf(file)
    const known = byRevision.get(key)
    if (!known) byRevision.set(key, file)
    else if (Array.isArray(known)) known.push(file)
    else byRevision.set(key, [known, file])
  }
  problems.push(...refuseReturning(files))
  const groups: ScriptFiles[] = []
  for (const found of byRevision.values()) {
    const { revision } = Array.isArray(found) ? found[0]! : found
    const rivals = Array.isArray(found) ? rivalsOf(found) : undefined
    const misnamed = Array.isArray(found) ? refuseMisnamed(found) : undefined
    if (misnamed) problems.push(misnamed)
    else if (rivals) problems.push(taken(revision, rivals))
    else groups.push(Array.isArray(found) ? scriptFiles(revision, found) : onlyFile(found))
  }
  return groups
}

const isModule = ({ extension }: NamedFile) => extension !== 'sql'
const isSource = ({ extension }: NamedFile) => extension.endsWith('ts')
const isDowngrade = ({ role }: NamedFile) => role === 'downgrade'
const stemOf = ({ path, extension }: NamedFile) => path.slice(0, -extension.length)
const isUpgrade = (file: NamedFile) => !isModule(file) && !isDowngrade(file)

function isBuildIn(group: readonly NamedFile[]): (file: NamedFile) => boolean {
  const sources = new Set(group.filter(isSource).map(stemOf))
  return (file) => isModule(file) && !isSource(file) && sources.has(stemOf(file))
}

function rivalsOf(group: readonly NamedFile[]): readonly [NamedFile, NamedFile] | undefined {
  const isBuild = isBuildIn(group)
  const modules = group.filter((file) => isModule(file) && !isBuild(file))
  for (const [first, second] of [modules, group.filter(isUpgrade), group.filter(isDowngrade)])
    if (first && second) return [first, second]
  const titled = group.filter(({ title }) => title !== '')
  const other = titled.find(({ title }) => comparable(title) !== comparable(titled[0]!.title))
  return other && [titled[0]!, other]
}

const noBuilds: readonly NamedFile[] = []

function onlyFile(file: NamedFile): ScriptFiles {
  const { revision } = file
  if (isModule(file)) return { revision, builds: noBuilds, module: file }
  if (isDowngrade(file)) return { revision, builds: noBuilds, downgrade: file }
  return { revision, builds: noBuilds, upgrade: file }
}

function scriptFiles(revision: string, group: readonly NamedFile[]): ScriptFiles {
  const isBuild = isBuildIn(group)
  const module = group.find((file) => isModule(file) && !isBuild(file))
  const upgrade = group.find(isUpgrade)
  const downgrade = group.find(isDowngrade)
  return {
    revision,
    builds: group.filter(isBuild),
    ...(module && { module }),
    ...(upgrade && { upgrade }),
    ...(downgrade && { downgrade }),
  }
}

function taken(revision: string, [first, second]: readonly [NamedFile, NamedFile]): MigrationError {
  return new MigrationError('REVISION_TAKEN', `two scripts have the revision ${revision}`, {
    detail: `${first.shown}\n${second.shown}`,
    hint: 'Give one of them a number of its own; files of one script have the same title. Where histories share numbers, set duplicate_revisions = by_name.',
    file: second.shown,
  })
}

/** Where numbers may be shared: files of one script have its name too. */
export const nameKey: GroupKey = ({ revision, title }) => `${revision} ${comparable(title)}`

/**
 * Gives each script a number of its own, in the order of the numbers that they have and then of their
 * names: the first keeps its number, the next one gets the next number, and so do those that this pushes
 * away. What has another number than its name says has the whole name as its title. Pure.
 */
export function numberByName(groups: readonly ScriptFiles[]): ScriptFiles[] {
  const named = groups.map((group) => ({ group, name: nameOf(group) }))
  const sorted = named.toSorted(
    (a, b) => compareDigits(a.group.revision, b.group.revision) || (a.name < b.name ? -1 : 1),
  )
  let last = 0n
  return sorted.map(({ group, name }) => {
    const stamp = group.revision
    const next = BigInt(stamp) > last ? BigInt(stamp) : last + 1n
    last = next
    const revision = String(next)
    const byName = { stamp, name, title: titleIn(group) }
    return { ...group, revision, byName, ...(revision !== stamp && { title: name }) }
  })
}

function titleIn({ module, upgrade, downgrade }: ScriptFiles): string {
  return [module, upgrade, downgrade].find((file) => file && file.title !== '')?.title ?? ''
}

function nameOf({ module, upgrade, downgrade }: ScriptFiles): string {
  const { migration, path } = (module ?? upgrade ?? downgrade)!
  return migration ?? basename(path).replace(/(?:\.(?:up|down))?\.\w+$/, '')
}

/**
 * Number 0 means the empty database, so a script that another tool gave it becomes number 1, where that
 * is free; what is left of it is a problem. Pure.
 */
export function settleZero(
  files: readonly NamedFile[],
  { zero }: { zero?: true },
  byName: boolean,
  problems: MigrationError[],
): readonly NamedFile[] {
  const isZero = ({ revision }: NamedFile) => revision === '0'
  if (byName || !files.some(isZero)) return files
  const free = zero && !files.some(({ revision }) => revision === '1')
  if (free) return files.map((file) => (isZero(file) ? { ...file, revision: '1' } : file))
  problems.push(...files.filter(isZero).map(zeroTaken))
  return files.filter((file) => !isZero(file))
}

function zeroTaken({ shown }: NamedFile): MigrationError {
  const message = 'revision 0 means that everything is undone, so no script can have it'
  const hint = 'Give the script a number from 1 upwards, or set duplicate_revisions = by_name.'
  return new MigrationError('SCRIPT_NAME_INVALID', message, { hint, file: shown })
}
