import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { unlessAbsent } from '../absence'
import { lookAtProject } from '../init/look-at-project'
import type { Settings } from '../settings/value/setting-types'
import { fine, type Diagnosis } from './server-checks'

/** Two copies of a package have classes of their own, and one does not know the other's. */
export async function checkCopies(here: string): Promise<Diagnosis[]> {
  const found: Diagnosis[] = []
  for (const name of ['typeorm', 'pg']) {
    const ours = folderOf(name, __filename)
    const theirs = folderOf(name, join(here, 'package.json'))
    if (ours === undefined && theirs === undefined) continue
    if (ours === undefined || theirs === undefined || ours === theirs) {
      found.push(fine('packages', `one copy of ${name}, ${versionIn(ours ?? theirs!)}`))
      continue
    }
    found.push({
      is: 'warning',
      check: 'packages',
      fact: `two copies of ${name}: ${versionIn(theirs)} of the application, ${versionIn(ours)} of typetrek`,
      hint: `Run npm dedupe, or install one version: npm ls ${name} shows who asks for which.`,
    })
  }
  return found
}

function folderOf(name: string, from: string): string | undefined {
  for (const folder of createRequire(from).resolve.paths(name) ?? []) {
    const found = join(folder, name)
    if (existsSync(join(found, 'package.json'))) return realpathSync(found)
  }
  return undefined
}

function versionIn(folder: string): string {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    version: string
  }
  return version
}

/** What TypeORM would change by itself when the application connects. */
export async function checkSwitches({
  database,
  typeorm,
  application,
}: Settings): Promise<Diagnosis[]> {
  const options =
    database.kind === 'data_source'
      ? await optionsIn(database.file)
      : { ...typeorm, ...application?.typeorm }
  const on = ['synchronize', 'migrationsRun', 'dropSchema'].filter((name) => options[name] === true)
  if (on.length === 0) return [fine('DataSource', 'changes nothing by itself')]
  return on.map((name) => ({
    is: 'problem',
    check: 'DataSource',
    fact: `${name} is on, so that TypeORM changes the database whenever it connects`,
    hint: `Set ${name} to false: the scripts change the database, and nothing else.`,
  }))
}

async function optionsIn(file: string): Promise<Readonly<Record<string, unknown>>> {
  const { loadDataSource } = await import('../database/application/data-source-module.js')
  return (await loadDataSource(file)).options as unknown as Record<string, unknown>
}

/** SQL scripts that a compiled build does not have, since a compiler copies none. */
export async function checkBuild({ here, directory }: Settings): Promise<Diagnosis[]> {
  const { outDir, source } = await lookAtProject(here)
  const inner = relative(join(here, source), directory)
  if (outDir === undefined || inner.startsWith('..') || inner === '') return []
  const built = join(here, outDir, inner)
  if (!existsSync(built) || !existsSync(join(here, outDir))) return []
  const [expected, there] = await Promise.all([sqlIn(directory), sqlIn(built)])
  const lacking = expected.filter((name) => !there.includes(name))
  if (lacking.length === 0) return [fine('build', `${relative(here, built)} has every SQL script`)]
  return [
    {
      is: 'problem',
      check: 'build',
      fact: `${relative(here, built)} lacks ${lacking.slice(0, 5).join(', ')}${lacking.length > 5 ? ', …' : ''}`,
      hint: `Copy the SQL scripts in the build: a postbuild script such as cp ${relative(here, directory)}/*.sql ${relative(here, built)}.`,
    },
  ]
}

async function sqlIn(folder: string): Promise<string[]> {
  const names = await unlessAbsent(readdir(folder, { recursive: true }), [])
  return names.filter((name) => name.endsWith('.sql') && dirname(name) !== 'node_modules')
}
