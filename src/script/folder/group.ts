import { MigrationError } from '../../errors'
import { comparable, refuseMisnamed, refuseReturning } from './downgrade-names'
import type { NamedFile } from '../layout/script-name'

/** The files of one revision, each in its place. At least one of them is there. */
export interface ScriptFiles {
  revision: string
  module?: NamedFile
  /** Compiled files beside `module`'s source. */
  builds: readonly NamedFile[]
  upgrade?: NamedFile
  downgrade?: NamedFile
}

/** Puts the files of each revision together; two that claim one place are a problem. */
export function groupByRevision(
  files: readonly NamedFile[],
  problems: MigrationError[],
): ScriptFiles[] {
  // nearly every revision has one file, and needs no list
  const byRevision = new Map<string, NamedFile | NamedFile[]>()
  for (const file of files) {
    const known = byRevision.get(file.revision)
    if (!known) byRevision.set(file.revision, file)
    else if (Array.isArray(known)) known.push(file)
    else byRevision.set(file.revision, [known, file])
  }
  problems.push(...refuseReturning(files))
  const groups: ScriptFiles[] = []
  for (const [revision, found] of byRevision) {
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
    hint: 'Give one of them a number of its own; files of one script have the same title.',
    file: second.shown,
  })
}
