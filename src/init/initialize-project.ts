import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { unlessAbsent } from '../absence'
import { MigrationError } from '../errors'
import { createWhole, writeWhole } from '../whole-file'
import { initialSettings, type InitialSettings } from './initial-settings'
import { lookAtProject, type ProjectFacts } from './look-at-project'

/** What `init` found, and what it writes. */
export interface ProjectPlan extends InitialSettings {
  facts: ProjectFacts
  /** Absolute path of the ini file. */
  file: string
}

/**
 * Looks at a project and says what is to be written. Reads only.
 * @throws {MigrationError} USAGE where the ini file is there already
 */
export async function planProject(folder: string, file: string): Promise<ProjectPlan> {
  const there = await unlessAbsent(stat(file), undefined)
  if (there) {
    throw new MigrationError('USAGE', 'the settings file already exists, and was not changed', {
      file,
      hint: 'Run migrate status; migrate OTHER.ini init writes another file.',
    })
  }
  const facts = await lookAtProject(folder)
  return { ...initialSettings(facts), facts, file }
}

/**
 * Writes the settings file, the npm scripts and the scripts' folder; never over what is there.
 * @returns the paths that were written, relative to the folder
 * @throws {MigrationError} USAGE where package.json changed meanwhile
 */
export async function initializeProject(folder: string, plan: ProjectPlan): Promise<void> {
  await createWhole(plan.file, plan.ini)
  if (plan.newFolder !== undefined) {
    const path = join(folder, plan.newFolder)
    await mkdir(path, { recursive: true })
    // says that the folder is meant to be empty
    await writeFile(join(path, '.no-scripts-yet'), '', { flag: 'wx' }).catch(keepExisting)
  }
  if (plan.manifest === undefined) return
  const path = join(folder, 'package.json')
  if ((await readFile(path, 'utf8')) !== plan.facts.manifest?.text) {
    const hint = 'Add the scripts by hand: npm pkg set scripts.migrate=migrate.'
    throw new MigrationError('USAGE', 'package.json changed meanwhile', { file: path, hint })
  }
  await writeWhole(path, plan.manifest)
}

function keepExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}
