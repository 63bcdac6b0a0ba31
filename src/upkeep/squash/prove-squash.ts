import { basename, dirname } from 'node:path'
import { leftover } from '../../add-script/proof/remaining'
import { Readings } from '../../catalog/readings'
import { MigrationError } from '../../errors'
import { openMigrator } from '../../migrator/pick-migrator'
import { takeSnapshot } from '../../sample-rows/snapshot'
import { serverOf } from '../../scratch/database-state'
import { ignoredTables } from '../../scratch/ignored-tables'
import { withScratch } from '../../scratch/lifetime'
import type { ScratchDatabase } from '../../scratch/scratch'
import { scratchJournal, scratchSettings } from '../../scratch/scratch-settings'
import { usualLayout, type ScriptLayout } from '../../script/layout/layout'
import type { Script } from '../../script/script'
import type { Settings } from '../../settings/value/setting-types'
import type { SquashOptions } from './squash-options'

/** What is to be proven: that the script in `file` does what those of `inside` did. */
export interface SquashClaim {
  before: readonly Script[]
  inside: readonly Script[]
  revision: string
  file: string
  reversible: boolean
}

type Run = (database: ScratchDatabase, revisions: readonly string[]) => Promise<void>

/**
 * Runs the originals in one scratch database and the squashed script in another, compares catalogs and
 * rows, reverts both and compares again.
 * @throws {MigrationError} SQUASH_REFUSED with what differs
 */
export async function proveSquash(
  settings: Settings,
  claim: SquashClaim,
  options: SquashOptions,
): Promise<void> {
  const { signal, progress } = options
  const { major } = await serverOf(settings)
  progress?.('opening the scratch server')
  // beside the script that stands for them, the originals would not run
  const ignore = [...settings.ignore, basename(claim.file)]
  const forOriginals = { ...settings, ignore }
  const forSquashed = aloneIn(settings, claim.file)
  const squashedOnly = { ...options, layout: unhidden(options.layout ?? usualLayout) }
  const revisions = claim.inside.map(({ revision }) => revision)
  await withScratch(settings, major, { signal, interrupted }, async (scratch) => {
    const start = await scratch.create()
    const earlier = claim.before.map(({ revision }) => revision)
    await original(runner(forOriginals, options, 'runScripts')(start, earlier))
    const originals = await scratch.copy(start)
    const squashed = await scratch.copy(start)
    progress?.('running the scripts and the squashed one')
    await original(runner(forOriginals, options, 'runScripts')(originals, revisions))
    await refusing(runner(forSquashed, squashedOnly, 'runScripts')(squashed, [claim.revision]))
    await mustBeEqual(settings, originals, squashed, 'upgrade')
    if (!claim.reversible) return
    progress?.('reverting both')
    await original(runner(forOriginals, options, 'runDowngradeScripts')(originals, revisions))
    await refusing(
      runner(forSquashed, squashedOnly, 'runDowngradeScripts')(squashed, [claim.revision]),
    )
    await mustBeEqual(settings, originals, squashed, 'downgrade')
  })
}

/** Settings by which the folder has this file alone, also where that is hidden. */
function aloneIn(settings: Settings, file: string): Settings {
  const { sources: _, packages: __, classes: ___, packageIsDefault: ____, ...own } = settings
  const name = basename(file).replace(/[\\*?{}()[\]!@+|]/g, '\\$&')
  return { ...own, directory: dirname(file), ignore: ['*', `!${name}`] }
}

/** A layout in which a hidden file has the name that it will have. */
function unhidden(layout: ScriptLayout): ScriptLayout {
  const within = (folder: string) => unhidden(layout.within?.(folder) ?? layout)
  const readName = (name: string) => layout.readName(name.replace(/^\./, ''))
  return { ...layout, readName, ...(layout.within && { within }) }
}

function runner(
  settings: Settings,
  { signal, layout }: SquashOptions,
  method: 'runScripts' | 'runDowngradeScripts',
): Run {
  return async (database, revisions) => {
    if (revisions.length === 0) return
    const migrator = await openMigrator(
      await scratchSettings(settings, database.connection),
      layout,
    )
    try {
      await migrator[method](revisions, { signal })
    } finally {
      await migrator.close()
    }
  }
}

/** What a script of the folder fails with, which was applied to a scratch database alone. */
async function original(work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!(error instanceof MigrationError) || error.code !== 'SCRIPT_FAILED') throw error
    const { file, line, column, excerpt, sqlstate } = error
    throw new MigrationError(
      'SQUASH_REFUSED',
      `a scratch database does not take ${error.message}`,
      {
        file,
        line,
        column,
        excerpt,
        sqlstate,
        detail: error.detail,
        cause: error,
        hint: 'Nothing was written. Correct the script, or squash a range without it.',
      },
    )
  }
}

/** What the squashed script itself fails with. */
async function refusing(work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!(error instanceof MigrationError) || error.code === 'INTERRUPTED') throw error
    throw refused([error.message, error.detail, error.excerpt].filter(Boolean).join('\n'), error)
  }
}

async function mustBeEqual(
  settings: Settings,
  originals: ScratchDatabase,
  squashed: ScratchDatabase,
  direction: 'upgrade' | 'downgrade',
): Promise<void> {
  const comparing = {
    extra: 'drop',
    ignored: ignoredTables(settings),
    readings: new Readings(),
  } as const
  const left = await leftover(squashed, originals, comparing)
  const [one, other] = await Promise.all([rowsOf(originals), rowsOf(squashed)])
  const tables = [...new Set([...one.keys(), ...other.keys()])].toSorted()
  const rows = tables
    .filter((table) => one.get(table) !== other.get(table))
    .map((table) => `other rows in ${table}`)
  const differences = [...left, ...rows]
  if (differences.length === 0) return
  const more = differences.length > 5 ? [`and ${differences.length - 5} more`] : []
  throw refused(
    [`The ${direction} leaves a difference:`, ...differences.slice(0, 5), ...more].join('\n'),
  )
}

/** The rows of each table as one text; what says when a script ran, or is drawn, differs each time. */
async function rowsOf(database: ScratchDatabase): Promise<Map<string, string>> {
  const { tables, rows } = await takeSnapshot(await database.pool())
  const found = tables
    .filter(({ table }) => table !== scratchJournal.table)
    .map(({ oid, name, columns }): [string, string] => {
      const stable = columns.map(({ base }) => !/^(?:timestamp|date|time|uuid)/.test(base))
      const texts = (rows.get(oid) ?? []).map((row) => row.filter((_, at) => stable[at]))
      // TypeORM writes the name of the database into its metadata
      const lines = texts.map((row) => JSON.stringify(row).replaceAll(database.name, ''))
      return [name, lines.toSorted().join('\n')]
    })
  return new Map(found)
}

function refused(detail: string, cause?: unknown): MigrationError {
  return new MigrationError(
    'SQUASH_REFUSED',
    'the squashed script does not do what the scripts did',
    {
      detail,
      hint: 'Nothing was written. Squash a shorter range, or write the script by hand.',
      cause,
    },
  )
}

function interrupted(cause: unknown): MigrationError {
  return new MigrationError('INTERRUPTED', 'stopped before the squashed script was proven', {
    hint: 'Nothing was written, and the scratch databases are dropped.',
    cause,
  })
}
