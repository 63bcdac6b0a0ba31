import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isAbsent } from '../absence'
import { MigrationError } from '../errors'
import { IrregularFile, readRegular } from '../regular-file'
import type { LayoutName } from '../settings/value/setting-types'
import { recogniseLayout, type FolderSample } from './recognise-layout'
import { withoutComments } from './config-values'
import { hasAddress, sourceOptions, type FoundOptions } from './source-options'
import { systemFact, textIfThere } from '../system-error'

/** What a project's files say. Paths are relative to its folder, with `/`. */
export interface ProjectFacts {
  /** The text of package.json and what it says; absent where there is none. */
  manifest?: { text: string; value: PackageManifest }
  /** The module that exports a DataSource. */
  dataSource?: string
  /** Its `migrations` are classes, which no folder names. */
  listsClasses: boolean
  /** Where no module exports a DataSource: the file that configures TypeORM, and the address in it. */
  configuration?: { file: string; options: FoundOptions }
  /** A module that configures TypeORM lets it change the database when it connects. */
  synchronizedBy?: string
  /** A glob of the entities, where no DataSource names them. */
  entities?: string
  scripts?: { path: string; layout: LayoutName }
  /** The folder of sources: `src` or none. */
  source: string
  /** The folder that a compiler writes to. */
  outDir?: string
  git: boolean
  /** Files beside where `.env` would be, which nobody reads in its place. */
  otherEnvironments: readonly string[]
  /** What could not be looked at, and why: `data: permission denied`. */
  unread: readonly string[]
}

export interface PackageManifest {
  type?: string
  scripts?: Record<string, string>
  [key: string]: unknown
}

const skipped = new Set([
  'node_modules',
  'dist',
  'build',
  'coverage',
  'out',
  'test',
  'tests',
  'lib',
])
const deepest = 6
const mostFiles = 20_000
/** A longer file configures nothing. */
const longest = 1024 * 1024
/**
 * Looks at the files of a project: reads, and runs nothing of it.
 * @throws {MigrationError} SETTINGS_INVALID for a package.json that is no JSON; SYSTEM_FAILED where that or
 *   tsconfig.json cannot be read
 */
export async function lookAtProject(folder: string): Promise<ProjectFacts> {
  const unread: string[] = []
  const files = await filesBelow(folder, unread)
  const manifest = manifestOf(folder)
  const { configured, texts } = await configurationsIn(folder, files, unread)
  const dataSource = configured.find(({ exported }) => exported)
  const other = dataSource ? undefined : addressed(configured, texts)
  const entities = dataSource ? undefined : entityGlob(files)
  const synchronizing = configured.find(({ text }) => synchronizes.test(withoutComments(text)))
  const scripts = scriptsIn(folder, files)
  const outDir = outDirOf(folder)
  return {
    ...(manifest && { manifest }),
    ...(dataSource && { dataSource: dataSource.file }),
    listsClasses: dataSource !== undefined && listsClasses(dataSource.text),
    ...(other && { configuration: other }),
    ...(synchronizing && { synchronizedBy: synchronizing.file }),
    ...(entities !== undefined && { entities }),
    ...(scripts && { scripts }),
    source: files.some((file) => file.startsWith('src/')) ? 'src' : '',
    ...(outDir !== undefined && { outDir }),
    git: isInRepository(folder),
    otherEnvironments: files.includes('.env') ? [] : files.filter((file) => otherEnv.test(file)),
    unread,
  }
}

const otherEnv = /^\.env\.(?!(?:example|sample|template|dist|defaults|schema)\b)/

/** A package of a monorepo has the repository above it. */
function isInRepository(folder: string): boolean {
  if (existsSync(join(folder, '.git'))) return true
  const parent = dirname(folder)
  return parent !== folder && isInRepository(parent)
}

/** A volume of another user may be in a project: what cannot be read is named, and is no reason to stop. */
async function reading<Result>(
  path: string,
  task: () => Promise<Result>,
  unread: string[],
): Promise<Result | undefined> {
  try {
    return await task()
  } catch (error) {
    const fact = error instanceof IrregularFile ? `it ${error.problem}` : systemFact(error)?.fact
    if (fact === undefined) throw error
    // a link that leads nowhere
    if (!isAbsent(error)) unread.push(`${path || '.'}: ${fact}`)
    return undefined
  }
}

async function filesBelow(folder: string, unread: string[]): Promise<string[]> {
  const files: string[] = []
  const walk = async (path: string, depth: number): Promise<void> => {
    const entries = () => readdir(join(folder, path), { withFileTypes: true })
    for (const entry of (await reading(path, entries, unread)) ?? []) {
      const { name } = entry
      const below = path === '' ? name : `${path}/${name}`
      if (!entry.isDirectory()) files.push(below)
      else if (
        !skipped.has(name) &&
        !name.startsWith('.') &&
        depth < deepest &&
        files.length < mostFiles
      )
        await walk(below, depth + 1)
    }
  }
  await walk('', 0)
  return files.toSorted()
}

function manifestOf(folder: string): ProjectFacts['manifest'] {
  const file = join(folder, 'package.json')
  const text = textIfThere(file)
  if (text === undefined) return undefined
  try {
    return { text, value: JSON.parse(text.replace(/^\uFEFF/, '')) as PackageManifest }
  } catch (cause) {
    const hint = 'Correct it: npm could not read it either.'
    throw new MigrationError('SETTINGS_INVALID', 'package.json is not valid JSON', {
      file,
      hint,
      cause,
    })
  }
}

interface Configured {
  file: string
  text: string
  /** It exports a DataSource. */
  exported: boolean
}

const likely = /(?:data-?source|orm-?config|typeorm|database|app\.module|config|index|db|main)/i
const exportsSource =
  /\bexport\s+(?:default\s+new\s+DataSource\b|(?:const|let)\s+\w+[^=;]*=\s*new\s+DataSource\b)|\bexports(?:\.\w+)?\s*=\s*new\s+(?:\w+\.)?DataSource\b|\bmodule\.exports\s*=\s*\{[^}]*[dD]ata[sS]ource/
const exportsLater =
  /\b(?:const|let)\s+(\w+)[^=;]*=\s*new\s+DataSource\b[^]*\bexport\s+(?:default\s+\1\b|\{[^}]*\b\1\b)/
const configures =
  /\bTypeOrmModule\s*\.\s*forRoot|\bnew\s+(?:\w+\.)?DataSource\s*\(|\b(?:DataSource|TypeOrmModule|TypeOrmModuleAsync|PostgresConnection)Options\b|\bTypeOrmOptionsFactory\b/
/** A configuration that says of which engine it is, for a configuration service to hand on. */
const registers = /\bregisterAs\s*\([^]*\btype\s*:|\btype\s*:[^]*\bregisterAs\s*\(/
const synchronizes = /\bsynchronize\s*:\s*true\b/
/** It may say what a value is that another module uses. */
const saysValues = /\bprocess\.env\b|\bregisterAs\s*\(|[=:]\s*['"`][A-Z]+(?:_[A-Z]+)+['"`]/

async function configurationsIn(
  folder: string,
  files: readonly string[],
  unread: string[],
): Promise<{ configured: Configured[]; texts: string[] }> {
  const modules = files.filter((file) => /(?<!\.d|\.spec|\.test)\.[cm]?[jt]s$/.test(file))
  const sorted = modules.toSorted((a, b) => Number(likely.test(b)) - Number(likely.test(a)))
  const found: Configured[] = []
  const texts: string[] = []
  for (const file of sorted.slice(0, 400)) {
    const text = await reading(
      file,
      async () => readRegular(join(folder, file), longest).toString('utf8'),
      unread,
    )
    if (text === undefined) continue
    if (saysValues.test(text)) texts.push(withoutComments(text))
    if (!configures.test(text) && !registers.test(text)) continue
    found.push({ file, text, exported: exportsSource.test(text) || exportsLater.test(text) })
  }
  return { configured: found.toSorted((a, b) => rank(b) - rank(a)), texts }
}

/** The first that says where the database is, else the first. */
function addressed(
  configured: readonly Configured[],
  texts: readonly string[],
): ProjectFacts['configuration'] {
  const all = configured.map(({ file, text }) => ({ file, options: sourceOptions(text, texts) }))
  return all.find(({ options }) => hasAddress(options)) ?? all[0]
}

/** Of several, what is called so. */
function rank({ file, text, exported }: Configured): number {
  const named = /data-?source/i.test(file) ? 2 : 0
  return (exported ? 4 : 0) + named + (/type\s*:\s*['"]postgres['"]/.test(text) ? 1 : 0)
}

function listsClasses(text: string): boolean {
  const list = /\bmigrations\s*:\s*\[([^\]]*)\]/.exec(text)?.[1] ?? ''
  return (
    /^\s*[A-Z]\w*/.test(list) ||
    /\bmigrations\s*:\s*(?:Object\.values\(\w+\)|[A-Za-z]\w*\s*,)/.test(text)
  )
}

function entityGlob(files: readonly string[]): string | undefined {
  const suffixed = files.find((file) => /\.entity\.[jt]s$/.test(file))
  if (suffixed !== undefined)
    return `${suffixed.startsWith('src/') ? 'src/' : ''}**/*.entity.${suffixed.slice(-2)}`
  const [, folder, extension] =
    files
      .map((file) => /^((?:.*\/)?entit(?:y|ies))\/[^/]+\.([jt]s)$/.exec(file))
      .find((one) => one) ?? []
  return folder === undefined ? undefined : `${folder}/*.${extension}`
}

function scriptsIn(folder: string, files: readonly string[]): ProjectFacts['scripts'] {
  const folders = new Set(files.flatMap(foldersOf))
  const found: { path: string; layout: LayoutName; count: number }[] = []
  for (const path of folders) {
    if (!/(?:^|\/)(?:\w*migrations?|drizzle|migrate)$/.test(path)) continue
    const names = files
      .filter((file) => file.startsWith(`${path}/`))
      .map((file) => file.slice(path.length + 1))
    const sql = names.find((name) => name.endsWith('.sql'))
    const text = (sql === undefined ? undefined : textIfThere(join(folder, path, sql))) ?? ''
    const sample: FolderSample = { path, names, text }
    const layout = recogniseLayout(sample)
    if (layout !== undefined) found.push({ path, layout, count: names.length })
  }
  const [most] = found.toSorted((a, b) => b.count - a.count)
  return most && { path: most.path, layout: most.layout }
}

function foldersOf(file: string): string[] {
  const parts = file.split('/').slice(0, -1)
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'))
}

function outDirOf(folder: string): string | undefined {
  for (const name of ['tsconfig.build.json', 'tsconfig.json']) {
    const text = textIfThere(join(folder, name)) ?? ''
    const outDir = /"outDir"\s*:\s*"([^"]+)"/.exec(text)?.[1]
    if (outDir !== undefined) return outDir.replace(/^\.\//, '').replace(/\/$/, '')
  }
  return undefined
}
