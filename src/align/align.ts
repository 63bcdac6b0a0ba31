import { handOver } from '../add-script/deliver/commit'
import { scriptNames, writeScripts } from '../add-script/deliver/files'
import { prove } from '../add-script/proof/prove'
import { interrupted, textsOf, unproven } from '../add-script/proof/unproven'
import { sourceOf } from '../add-script/source/choose'
import { buildSides, type DifferenceTarget } from '../add-script/source/target-schema'
import { writtenScripts } from '../add-script/written-scripts'
import { readCatalog } from '../catalog/catalog'
import { loadEngine, preloadEngine } from '../catalog/engine'
import { Readings } from '../catalog/readings'
import type { Change, ScriptPart } from '../change/model/script-part'
import { Copy } from '../change/trial/trial'
import { withMigrationSources } from '../database/application/migration-sources'
import { requirePostgres } from '../database/open'
import { MigrationError } from '../errors'
import { lookAt } from '../scratch/database-state'
import { ignoredTables, type Ignored } from '../scratch/ignored-tables'
import { withScratch } from '../scratch/lifetime'
import type { Scratch, ScratchDatabase } from '../scratch/scratch'
import type { ScriptLayout } from '../script/layout/layout'
import { layoutNamed } from '../script/other-layouts/layouts'
import type { ScriptSource, Settings } from '../settings/value/setting-types'
import { withSystemFailures } from '../system-error'
import type { AlignOptions, AlignReport } from './align-options'
import { renameOnCopy, type AppliedRenames } from './apply-renames'
import { traceRenames, unavoidableLocks, type RenameTrace } from './catalog-only'
import { inVain } from './name-pairs'
import { lockRemark, partOf, reportOf, type Compared } from './rename-report'
import { missingInDatabase, routinesNaming } from './names-in-use'

export type { AlignReport } from './align-options'

/**
 * Writes one script that renames what differs between the scripts, replayed in a scratch database, and the
 * entities or the canonical schema in nothing but its name: constraints, indexes, sequences and enum types.
 * The script is proven on a copy with rows, up, down and up, and that it writes no file and locks no more
 * than it must; then it is written and committed as `addScript` does. Everything else is left and reported.
 * @throws {MigrationError} USAGE for a rename that fits nothing, or with nothing to compare; PENDING,
 *   SCRIPT_CHANGED or SCRIPT_UNFINISHED where the database is not where the scripts lead; PROOF_FAILED;
 *   GIT_FAILED; whatever scripts, schema and entities end in
 */
export async function alignNames(given: Settings, options: AlignOptions): Promise<AlignReport> {
  requirePostgres(given)
  const settings = await withMigrationSources(given)
  const layout = options.layout ?? layoutNamed(settings.layout)
  return withSystemFailures(new Aligning(settings, options, layout).run())
}

type Sides = Extract<DifferenceTarget, { is: 'schemas' }>

/** What all stages of one call work with. */
interface Trial extends Compared {
  scratch: Scratch
  sides: Sides
  database: ScratchDatabase
}

class Aligning {
  private readonly source: Exclude<ScriptSource, 'none' | 'command'>
  private readonly signal: AbortSignal
  private readonly notes: string[] = []

  constructor(
    private readonly settings: Settings,
    private readonly options: AlignOptions,
    private readonly layout: ScriptLayout,
  ) {
    this.source = namesFrom(settings, options.from)
    this.signal = options.signal ?? new AbortController().signal
  }

  async run(): Promise<AlignReport> {
    const { settings, layout, signal } = this
    const known = await scriptNames(settings.directory, layout)
    const { major, notes } = await lookAt(settings, layout).standing
    this.notes.push(...notes)
    this.progress('opening the scratch server')
    preloadEngine()
    const report = await withScratch(settings, major, { signal, interrupted }, (scratch) =>
      this.find(scratch),
    )
    if (report.outcome === 'nothing' || this.options.dryRun) return report
    return this.deliver(report, known)
  }

  private async find(scratch: Scratch): Promise<AlignReport> {
    const { settings, layout, signal, source } = this
    const progress = (text: string) => this.progress(text)
    const sides = await buildSides(source, { settings, layout, scratch, signal, progress })
    if (sides.is !== 'schemas') throw new Error('the source is a schema')
    this.notes.push(...(sides.notes ?? []))
    this.progress('comparing')
    const trial = await this.open(scratch, sides)
    const applied = await renameOnCopy(trial.copy, trial.start, trial.target, this.renames)
    this.refuseInVain(applied)
    const report = { ...reportOf(trial, applied, this.source), notes: this.notes }
    return applied.steps.length === 0 ? report : this.proven(trial, applied, report)
  }

  private async open(scratch: Scratch, sides: Sides): Promise<Trial> {
    const engine = await loadEngine()
    const ignored = this.ignored(sides)
    const database = await scratch.copy(sides.before)
    const pools = await Promise.all([database.pool(), sides.after.pool()])
    const [start, target] = await Promise.all([
      readCatalog(engine, pools[0], ignored),
      readCatalog(engine, pools[1], ignored),
    ])
    const copy = await Copy.of(engine, pools[0], { ignored })
    return { scratch, sides, engine, database, copy, start, target }
  }

  private async proven(
    trial: Trial,
    applied: AppliedRenames,
    report: AlignReport,
  ): Promise<AlignReport> {
    this.progress('proving the script on a copy')
    const part = partOf(trial, applied)
    const trace = await this.traced(trial, applied, part)
    const change: Change = { scripts: [part], kept: [], unproven: [], stale: [] }
    const written = (proof?: Parameters<typeof writtenScripts>[1]['proof']) =>
      writtenScripts({ target: trial.sides, change }, { ...this.facts(), proof })
    const scripts = await written()
    const { scratch, database, sides } = trial
    const { settings, layout, signal } = this
    const work = { scratch, settings, layout, signal, readings: new Readings() }
    const proof = await prove(work, {
      scripts,
      before: sides.before,
      after: database,
      announced: part.up,
      downgrade: 'with every row',
      again: true,
      extra: 'drop',
      ignored: this.ignored(sides),
    })
    const failures = [...trace.failures, ...proof.failures]
    if (failures.length > 0) throw unproven(failures, textsOf(scripts), 'Nothing was written.')
    const remarks = [...proof.remarks, lockRemark(trace)]
    this.notes.push(...(await this.usedNames(applied)))
    return {
      ...report,
      outcome: 'shown',
      locked: trace.locked,
      scripts: await written({ ...proof, remarks, major: scratch.major }),
    }
  }

  /** Goes back, and up again in one transaction that is looked at. */
  private async traced(
    { copy, start }: Trial,
    { pairs }: AppliedRenames,
    { up, down }: ScriptPart,
  ): Promise<RenameTrace> {
    for (const { sql } of down) await copy.pool.query(sql)
    const mayLock = unavoidableLocks(start, pairs)
    const left = await copy.lacks(start)
    const trace = await traceRenames(
      copy.pool,
      up.map(({ sql }) => sql),
      mayLock,
    )
    return { ...trace, failures: [...left, ...trace.failures] }
  }

  private async usedNames({ catalog, pairs }: AppliedRenames): Promise<string[]> {
    const missing = await missingInDatabase(this.settings, pairs)
    const few = missing.slice(0, 5).join(', ') + (missing.length > 5 ? ', …' : '')
    return [
      ...routinesNaming(catalog, pairs),
      ...(missing.length > 0
        ? [`The database lacks ${few}: the script would fail there. Run drift.`]
        : []),
    ]
  }

  private async deliver(report: AlignReport, known: ReadonlySet<string>): Promise<AlignReport> {
    const { settings, layout, options } = this
    await options.agree?.(report)
    if (this.signal.aborted) throw interrupted(undefined)
    await writeScripts(report.scripts, settings.directory, known, layout)
    const { message, commit, title } = options
    const delivery = {
      title,
      ...(message !== undefined && { message }),
      ...(commit !== undefined && { commit }),
    }
    const { commit: hash, notes } = await handOver(report.scripts, settings, undefined, delivery)
    const all = [...report.notes, ...notes]
    return { ...report, outcome: 'added', notes: all, ...(hash !== undefined && { commit: hash }) }
  }

  private facts() {
    const { source, layout, settings, options } = this
    const { title, form } = options
    return { title, form, source, kept: [], layout, places: settings }
  }

  private get renames() {
    return this.options.renames ?? []
  }

  private refuseInVain({ pairs }: AppliedRenames): void {
    const [lost] = inVain(this.renames, pairs)
    if (!lost) return
    throw new MigrationError(
      'USAGE',
      `nothing differs in its name alone from ${lost.from} to ${lost.to}`,
      {
        hint: 'Run align --dry-run, which lists what is alike: --rename index_a:index_b.',
      },
    )
  }

  private ignored({ unsynchronized = [] }: Sides): Ignored[] {
    return [...ignoredTables(this.settings), ...unsynchronized]
  }

  private progress(text: string): void {
    this.options.progress?.(text)
  }
}

/**
 * A command gives statements, which have no names to compare; the schema file that it works on has.
 * @throws {MigrationError} USAGE, SETTINGS_INVALID
 */
function namesFrom(settings: Settings, from: ScriptSource | undefined): 'schema' | 'entities' {
  const source = sourceOf(settings, from)
  if (source === 'schema' || source === 'entities') return source
  if (source === 'command') return sourceOf(settings, 'schema') as 'schema'
  throw new MigrationError('USAGE', 'there is nothing to compare the names with', {
    file: settings.file,
    hint: 'Name the entities or the canonical schema with --from or add_script_from.',
  })
}
