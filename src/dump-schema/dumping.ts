import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, relative } from 'node:path'
import { buildSchema } from '../scratch/build-schema'
import { replayScripts } from '../scratch/replay-scripts'
import { readCatalog, type Catalog } from '../catalog/catalog'
import { Copy } from '../change/trial/trial'
import { remaining } from '../change/trial/trial'
import { inventoryOf, readInventory } from '../inventory/inventory'
import { missed } from '../inventory/missed'
import { loadEngine, type Engine } from '../catalog/engine'
import { ignoredTables } from '../scratch/ignored-tables'
import { readWords } from '../change/trial/trial'
import type { Scratch, ScratchDatabase } from '../scratch/scratch'
import { plainNames } from '../catalog/sql-words'
import { serverOf } from '../scratch/database-state'
import { withScratch } from '../scratch/lifetime'
import { MigrationError } from '../errors'
import { readScripts } from '../script/source/read-scripts'
import type { ScriptLayout } from '../script/layout/layout'
import type { Settings } from '../settings/value/setting-types'
import { filledTables, reorderedTables } from './contents'
import type { DumpSchemaOptions, DumpSchemaReport } from './dump-options'
import { refuseOverwriting } from './overwriting'
import { textOf, writeWhole } from '../whole-file'
import { notWritable, schemaSteps } from './schema-steps'
import { isDumped, schemaText } from './schema-text'

/** The schema that the scripts result in. */
interface Replayed {
  database: ScratchDatabase
  catalog: Catalog
  filled: readonly string[]
}

/** One call of `dumpSchema`. */
export class Dumping {
  private readonly notes: string[] = []
  private readonly signal: AbortSignal
  private readonly file: string | undefined

  constructor(
    private readonly settings: Settings,
    private readonly options: DumpSchemaOptions,
    private readonly layout: ScriptLayout,
  ) {
    this.signal = options.signal ?? new AbortController().signal
    this.file = options.file === false ? undefined : (options.file ?? settings.schema)
  }

  async run(): Promise<DumpSchemaReport> {
    const { settings, signal, file } = this
    const { check = false } = this.options
    if (check && file === undefined) throw nothingToCheck(settings)
    await readScripts(settings, { layout: this.layout })
    const { major } = await serverOf(settings)
    this.progress('opening the scratch server')
    return withScratch(settings, major, { signal, interrupted }, async (scratch) => {
      if (major === undefined && settings.database.kind !== 'embedded')
        this.notes.push(`The server's version is not known: taken was PostgreSQL ${scratch.major}.`)
      const engine = await loadEngine()
      const replayed = await this.replay(scratch, engine)
      return check ? this.check(scratch, engine, replayed) : this.dump(scratch, engine, replayed)
    })
  }

  private async replay(scratch: Scratch, engine: Engine): Promise<Replayed> {
    this.progress('replaying the scripts')
    const ignored = ignoredTables(this.settings)
    const database = await replayScripts(scratch, this.settings, this.signal, this.layout)
    const pool = await database.pool()
    const catalog = await readCatalog(engine, pool, ignored)
    return { database, catalog, filled: await filledTables(pool, ignored) }
  }

  private async check(scratch: Scratch, engine: Engine, replayed: Replayed) {
    const text = await textOf(this.file!)
    if (text === undefined) {
      this.notes.push(`${this.shown(this.file!)} is not there.`)
      return this.report('differs', replayed, {})
    }
    const difference = await this.differenceTo(scratch, engine, replayed)
    return this.report(difference.length === 0 ? 'same' : 'differs', replayed, { difference })
  }

  /** What leads from what the present file builds to what the scripts build. */
  private async differenceTo(scratch: Scratch, engine: Engine, { catalog, database }: Replayed) {
    this.progress('loading the canonical schema')
    const built = await buildSchema(scratch, this.settings, this.file!)
    const have = await this.catalogOf(engine, built)
    const words = await readWords(await built.pool())
    const statements = remaining(engine, have, catalog).map((sql) => plainNames(sql, words))
    if (statements.length > 0) return statements
    return (await this.missedBy(built, database)).map((fact) => `-- ${fact}`)
  }

  /** What another reading of the catalogs says. */
  private async missedBy(built: ScratchDatabase, replayed: ScratchDatabase): Promise<string[]> {
    const ignored = ignoredTables(this.settings)
    const [have, want] = await Promise.all([
      readInventory(await built.pool(), ignored),
      inventoryOf(replayed, ignored),
    ])
    return missed(have, want, 'drop')
  }

  private async dump(scratch: Scratch, engine: Engine, replayed: Replayed) {
    const text = await this.write(scratch, engine, replayed)
    const { file } = this
    if (file === undefined || this.options.dryRun) return this.report('shown', replayed, { text })
    const present = await textOf(file)
    if (present?.replaceAll('\r\n', '\n') === text) return this.report('same', replayed, { text })
    if (present !== undefined && !this.options.overwrite) {
      if (!isDumped(present) && (await this.differenceTo(scratch, engine, replayed)).length === 0) {
        this.notes.push(
          `${this.shown(file)} was written by hand, and builds what the scripts build: it stays. --yes overwrites it.`,
        )
        return this.report('same', replayed, { text })
      }
      await refuseOverwriting({ file, present, settings: this.settings, ask: this.options.ask })
    }
    if (this.signal.aborted) throw interrupted(undefined)
    await writeWhole(file, text)
    return this.report('written', replayed, { text })
  }

  /** The text, which was loaded and came to the same catalog. */
  private async write(scratch: Scratch, engine: Engine, replayed: Replayed): Promise<string> {
    this.progress('writing the schema')
    const { catalog, database, filled } = replayed
    const pool = await (await scratch.create()).pool()
    const copy = await Copy.of(engine, pool, { ignored: ignoredTables(this.settings) })
    const steps = await schemaSteps(copy, catalog)
    const remarks = [
      ...(filled.length > 0
        ? [`Rows that scripts insert are not in it: ${filled.join(', ')}.`]
        : []),
      ...catalog.uncompared.map((what) => `${what} are not in it.`),
    ]
    this.notes.push(...remarks.slice(filled.length > 0 ? 1 : 0))
    const folder = this.shown(this.settings.directory)
    const text = schemaText(steps, { folder, remarks })
    this.progress('proving the schema')
    const built = await this.load(scratch, text)
    const left = remaining(engine, await this.catalogOf(engine, built), catalog)
    const facts = await this.missedBy(built, database)
    const lacking = left.length > 0 ? left : facts
    if (lacking.length > 0) throw notWritable(`Not brought by it:\n${lacking.join('\n')}`)
    const reordered = await reorderedTables(await database.pool(), await built.pool())
    for (const table of reordered) {
      this.notes.push(`The columns of ${table} stand in another order than after the scripts.`)
    }
    return text
  }

  private async load(scratch: Scratch, text: string): Promise<ScratchDatabase> {
    const folder = await mkdtemp(join(tmpdir(), 'typetrek-schema-'))
    try {
      const file = join(folder, basename(this.file ?? 'schema.sql'))
      await writeFile(file, text)
      return await buildSchema(scratch, this.settings, file)
    } catch (error) {
      if (!(error instanceof MigrationError) || error.code !== 'SCRIPT_FAILED') throw error
      throw notWritable([error.message, error.excerpt].filter(Boolean).join('\n'), error)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  private async catalogOf(engine: Engine, database: ScratchDatabase): Promise<Catalog> {
    return readCatalog(engine, await database.pool(), ignoredTables(this.settings))
  }

  private report(
    outcome: DumpSchemaReport['outcome'],
    { filled }: Replayed,
    { text, difference = [] }: { text?: string; difference?: readonly string[] },
  ): DumpSchemaReport {
    const { file, notes } = this
    return {
      outcome,
      ...(file !== undefined && { file }),
      ...(text !== undefined && { text }),
      difference,
      filled,
      notes,
    }
  }

  /** As people name it: from the ini's folder, where it is below that. */
  private shown(path: string): string {
    const name = relative(this.settings.here, path).replaceAll('\\', '/')
    return name.startsWith('..') || name === '' ? basename(path) : name
  }

  private progress(text: string): void {
    this.options.progress?.(text)
  }
}

function nothingToCheck({ file }: Settings): MigrationError {
  return new MigrationError('SETTINGS_INVALID', 'the settings do not name schema', {
    file,
    hint: 'Write schema in the ini, or name the file that is to be checked.',
  })
}

function interrupted(cause: unknown): MigrationError {
  return new MigrationError('INTERRUPTED', 'stopped before the schema was written', {
    hint: 'Nothing was written, and the scratch databases are dropped.',
    cause,
  })
}
