import { cp, mkdir, readdir, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { BundleLibrary } from '../../src/bundled/start'
import { migrate, type CliResult } from '../support/cli'
import type { TestDatabase } from '../support/database'
import { withFolder } from '../support/folder'

const packages = join(__dirname, '../../../node_modules')

/** A project, and beside it the folder that its bundle is deployed into. */
export interface BundleProject {
  cwd: string
  /** Where the bundle is, with its packages below. */
  deployed: string
  /** Runs the command line in the project. */
  run(line: string): Promise<CliResult>
  /** Writes the bundle, and opens it in this process. */
  bundle(options?: string): Promise<BundleLibrary>
}

/** What pg needs. */
const driver = /^(?:pg|pg-.*|pgpass|postgres-.*|split2|xtend)$/

/** Gives a test a project of these files; `needs` are the packages beside its bundle. */
export async function withBundleProject(
  files: Readonly<Record<string, string>>,
  work: (project: BundleProject) => Promise<void>,
  needs: readonly string[] = ['pg', 'typeorm', 'reflect-metadata'],
): Promise<void> {
  await withFolder(prefixed(files), async (folder) => {
    const [cwd, deployed] = [join(folder, 'project'), join(folder, 'deployed')]
    for (const at of [cwd, deployed]) await link(at, needs)
    const run = (line: string) => migrate(line.split(' '), { cwd })
    const bundle = async (options = '') => {
      const { status, stderr } = await run(`bundle ../deployed/bundle.cjs${options}`)
      if (status !== 0) throw new Error(stderr)
      return createRequire(join(deployed, 'x.js'))('./bundle.cjs') as BundleLibrary
    }
    await work({ cwd, deployed, run, bundle })
  })
}

function prefixed(files: Readonly<Record<string, string>>): Record<string, string> {
  const named = Object.entries(files).map(([name, text]) => [`project/${name}`, text])
  return Object.fromEntries(named) as Record<string, string>
}

async function link(folder: string, needs: readonly string[]): Promise<void> {
  const modules = join(folder, 'node_modules')
  await mkdir(modules, { recursive: true })
  for (const name of needs) await symlink(join(packages, name), join(modules, name))
}

/** Copies pg with all that it needs, for a process that may read no other folder. */
export async function copyDriver(folder: string): Promise<void> {
  for (const name of (await readdir(packages)).filter((one) => driver.test(one)))
    await cp(join(packages, name), join(folder, 'node_modules', name), { recursive: true })
}

const volatile = [
  'id',
  'run_id',
  'operator',
  'started_at',
  'finished_at',
  'duration_ms',
  'xid',
  'pid',
]

/** The journal without times, ids and who it was. */
export async function recorded({ query }: TestDatabase): Promise<Record<string, unknown>[]> {
  const rows = await query<{ row: Record<string, unknown> }>(
    'SELECT to_jsonb(j) AS row FROM migration_journal AS j ORDER BY id',
  )
  return rows.map(({ row }) => {
    const kept = Object.entries(row).filter(([name]) => !volatile.includes(name))
    return Object.fromEntries(kept)
  })
}
