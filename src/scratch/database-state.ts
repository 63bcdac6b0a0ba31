import { MigrationError } from '../errors'
import type { Migrator } from '../migrator/migrator-type'
import { openMigrator } from '../migrator/pick-migrator'
import type { Plan } from '../plan/plan'
import type { ScriptLayout } from '../script/layout/layout'
import type { Settings } from '../settings/value/setting-types'
import { openExisting } from '../database/open'
import { divided } from '../database/sql/operators'

/** What the configured database says before a difference is taken. */
export interface Standing {
  /** PostgreSQL's major version there; undefined where the database is not to be had. */
  major?: number
  /** What a person should know of it: why it was not asked, what it lacks. */
  notes: readonly string[]
}

/** A look at the configured database that has begun. */
export interface Look {
  standing: Promise<Standing>
  /** The major version, which is known before the rest; rejects where `standing` does. */
  major: Promise<number | undefined>
}

/**
 * Looks whether the configured database is where the scripts lead; reads only. One that cannot be
 * reached, or was not made or set up yet, is none to look at.
 * `standing` rejects with a MigrationError PENDING, SCRIPT_UNFINISHED or SCRIPT_CHANGED: a difference on top of
 * an unknown state would repeat or undo what is under way.
 */
export function lookAt(settings: Settings, layout?: ScriptLayout): Look {
  // a DataSource of the application's is one for both, and the first to end would end it for the other
  const early = settings.database.kind === 'data_source' ? undefined : serverOf(settings)
  early?.catch(() => undefined) // thrown where it is needed
  const standing = standingFrom(settings, layout, early)
  const major = (early ?? standing).then((known) => known.major)
  for (const one of [standing, major]) one.catch(() => undefined) // as above
  return { standing, major }
}

async function standingFrom(
  settings: Settings,
  layout: ScriptLayout | undefined,
  early: Promise<Standing> | undefined,
): Promise<Standing> {
  const migrator = await openMigrator(settings, layout)
  const asked = () => early ?? serverOf(settings)
  try {
    const plan = await migrator.status()
    refuseUnknownState(plan, migrator)
    const server = await asked()
    const notes = server.notes.length > 0 ? server.notes : notesOf(plan, migrator)
    return { ...server, notes }
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error
    if (error.code === 'CONNECTION_FAILED') return unreachable(error, settings)
    if (error.code === 'FOLDER_EMPTY' || error.code === 'FOLDER_NOT_FOUND') return await asked()
    throw error
  } finally {
    await migrator.close()
  }
}

function unreachable({ message }: MigrationError, { database }: Settings): Standing {
  const major = database.kind === 'embedded' ? database.major : undefined
  const version = major === undefined ? 'its version is not known' : `version ${major} is meant`
  const note = `${message}: whether scripts are pending there was not looked at; ${version}.`
  return { ...(major !== undefined && { major }), notes: [note] }
}

function refuseUnknownState({ applied, pending, unfinished, changed }: Plan, { label }: Migrator) {
  const [started] = unfinished
  if (started) {
    throw new MigrationError(
      'SCRIPT_UNFINISHED',
      `script ${started.revision} was started in ${label}`,
      {
        hint: 'Run migrate upgrade, which goes on with it; then add the next script.',
      },
    )
  }
  if (pending.length > 0 && applied.length > 0) {
    const revisions = pending.map(({ script }) => script.revision)
    const several = revisions.length === 1 ? 'a script is' : `${revisions.length} scripts are`
    throw new MigrationError('PENDING', `${several} pending in ${label}`, {
      detail: revisions.slice(0, 5).join(', ') + (revisions.length > 5 ? ', …' : ''),
      hint: 'Run migrate upgrade, then add the next script.',
    })
  }
  const [first] = changed
  if (!first) return
  throw new MigrationError('SCRIPT_CHANGED', `applied scripts were changed since`, {
    detail: changed.map(({ entry }) => entry.revision).join(', '),
    file: first.script.file,
    hint: 'Restore the text that was applied, and put the change into a new script.',
  })
}

function notesOf({ applied, pending, missing }: Plan, { label }: Migrator): string[] {
  const notes: string[] = []
  if (applied.length === 0 && pending.length > 0) {
    notes.push(`Nothing is applied in ${label} yet: only the scripts were looked at.`)
  }
  for (const { revision, title } of missing) {
    notes.push(`Script ${revision} ${title} is applied in ${label}, but its file is gone.`)
  }
  return notes
}

/**
 * Which major version the configured database's server has; reads only.
 * @throws {MigrationError} what connecting ends in, but CONNECTION_FAILED: that is a note
 */
export async function serverOf(settings: Settings): Promise<Standing> {
  const database = await openExisting(settings)
  if (!database) {
    const { database: address } = settings
    const major = address.kind === 'embedded' ? address.major : undefined
    return {
      ...(major !== undefined && { major }),
      notes: ['The database was not made yet: only the scripts were looked at.'],
    }
  }
  try {
    const session = await database.open('read')
    try {
      const [row] = await session.query<{ major: number }>(
        `SELECT pg_catalog.current_setting('server_version_num')::integer ${divided} 10000 AS major`,
      )
      return { major: row!.major, notes: [] }
    } finally {
      await session.close()
    }
  } catch (error) {
    if (error instanceof MigrationError && error.code === 'CONNECTION_FAILED') {
      return unreachable(error, settings)
    }
    throw error
  } finally {
    await database.close()
  }
}
