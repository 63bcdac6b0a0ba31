import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import type { Migrator } from '../../migrator/migrator-type'
import { openMigrator } from '../../migrator/pick-migrator'
import type { ScriptLayout } from '../../script/layout/layout'
import type { Settings } from '../../settings/value/setting-types'
import type { ScratchDatabase } from '../../scratch/scratch'
import { scratchSettings } from '../../scratch/scratch-settings'
import type { AddedScript } from '../deliver/add-script-options'

/** How scripts are run on a copy. */
export interface Applying {
  settings: Settings
  layout: ScriptLayout
  /** A folder beside which modules are put to be run, so that what they import is found. */
  near?: string | undefined
}

/** Runs work with a migrator whose folder holds just these scripts; the folder is gone afterwards. */
export async function applyScripts<Result>(
  { settings, layout, near }: Applying,
  database: ScratchDatabase,
  scripts: readonly AddedScript[],
  work: (migrator: Migrator) => Promise<Result>,
): Promise<Result> {
  const directory = await proofFolder(layout, near)
  const own = await scratchSettings(settings, database.connection)
  const { sources: _, packages: __, classes: ___, packageIsDefault: ____, ...rest } = own
  const migrator = await openMigrator({ ...rest, directory }, layout)
  try {
    for (const { path, text } of scripts.flatMap(({ files }) => files)) {
      const copy = join(directory, relative(settings.directory, path))
      await mkdir(dirname(copy), { recursive: true })
      await writeFile(copy, text)
    }
    return await work(migrator)
  } finally {
    await migrator.close()
    await rm(directory, { recursive: true, force: true })
  }
}

/** Files that are no scripts are linked into it, where modules may import them. */
async function proofFolder(layout: ScriptLayout, near: string | undefined): Promise<string> {
  if (near === undefined) return mkdtemp(join(tmpdir(), 'typetrek-proof-'))
  const folder = await mkdtemp(join(near, '..', '.typetrek-proof-'))
  for (const name of await readdir(near))
    if (layout.readName(name).is === 'ignored') await symlink(join(near, name), join(folder, name))
  return folder
}
