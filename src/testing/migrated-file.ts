import { randomUUID } from 'node:crypto'
import { constants, existsSync } from 'node:fs'
import { copyFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { DataSource } from 'typeorm'
import { privateFolder } from '../backends/version/process-lock'
import { readByScheme } from '../backends/folder-scheme'
import { openMigrator } from '../migrator/pick-migrator'
import { readScripts } from '../script/source/read-scripts'
import type { Settings } from '../settings/value/setting-types'
import type { MigratedCopies, MigratedDatabase } from './migrated-copies'
import { digest, keyOf, kept, placeOf, type TemplateRequest } from './migrated-template'

/** What SQLite and the lock leave beside a file. */
const beside = ['', '-wal', '-shm', '-journal', '-migration-lock']

/** Copies of one SQLite file in which all scripts were run. */
export class FileCopies implements MigratedCopies {
  private readonly removals = new Set<Promise<void>>()

  private constructor(
    private readonly folder: string,
    private readonly request: TemplateRequest,
    private template: string,
  ) {}

  /** @param folder where the files are made; absent: a folder of this user below the temporary one */
  static async open(folder: string | undefined, request: TemplateRequest): Promise<FileCopies> {
    const place = folder === undefined ? await privateFolder('typetrek-templates') : resolve(folder)
    await mkdir(place, { recursive: true })
    return new FileCopies(place, request, await findTemplateFile(place, request))
  }

  async take(): Promise<MigratedDatabase> {
    const name = `copy_${randomUUID()}.db`
    const database = join(this.folder, name)
    await this.copyTo(database)
    return { name, url: `sqlite:${database}`, connection: { database } }
  }

  drop({ connection }: MigratedDatabase): void {
    const removal: Promise<void> = removed(connection.database!).finally(() =>
      this.removals.delete(removal),
    )
    this.removals.add(removal)
  }

  async close(): Promise<void> {
    await Promise.all(this.removals)
  }

  private async copyTo(database: string): Promise<void> {
    try {
      await copyFile(this.template, database, constants.COPYFILE_FICLONE)
    } catch (error) {
      // another process may have removed it as an old one
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      this.template = await findTemplateFile(this.folder, this.request)
      await copyFile(this.template, database, constants.COPYFILE_FICLONE)
    }
  }
}

/** It is there already, or it is built: each process that finds none builds one, and the last one stays. */
async function findTemplateFile(folder: string, request: TemplateRequest): Promise<string> {
  const { settings } = request
  const scripts = await readByScheme(settings, () => readScripts(settings))
  const family = `template_${digest(placeOf(settings), 8)}_`
  const file = join(folder, `${family}${digest(keyOf(request, scripts), 24)}.db`)
  if (existsSync(file)) return file
  const building = join(folder, `building_${randomUUID()}.db`)
  try {
    await build(building, request)
    await rename(building, file)
  } finally {
    await removed(building)
  }
  await removeOlder(folder, family)
  return file
}

async function build(
  database: string,
  { settings, options }: Omit<TemplateRequest, 'key'>,
): Promise<void> {
  const address = { kind: 'engine', engine: 'better-sqlite3', connection: { database } } as const
  const own: Settings = { ...settings, database: address }
  const migrator = await openMigrator(own)
  try {
    await migrator.execute({ command: 'upgrade' }, options)
  } finally {
    await migrator.close()
  }
  if (existsSync(`${database}-wal`)) await intoOneFile(database)
}

/** A script may have switched to a write-ahead log, which a copy of the file alone would lack. */
async function intoOneFile(database: string): Promise<void> {
  const { DataSource: Source } = require('typeorm') as typeof import('typeorm')
  const source: DataSource = await new Source({ type: 'better-sqlite3', database }).initialize()
  try {
    await source.query('PRAGMA wal_checkpoint(TRUNCATE)')
  } finally {
    await source.destroy()
  }
}

async function removeOlder(folder: string, family: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(family))
  const dated = await Promise.all(
    names.map(async (name) => {
      const file = join(folder, name)
      return {
        file,
        time: await stat(file).then(
          ({ mtimeMs }) => mtimeMs,
          () => 0,
        ),
      }
    }),
  )
  const older = dated.toSorted((a, b) => b.time - a.time).slice(kept)
  await Promise.all(older.map(({ file }) => rm(file, { force: true })))
}

async function removed(database: string): Promise<void> {
  await Promise.all(beside.map((end) => rm(`${database}${end}`, { force: true })))
}
