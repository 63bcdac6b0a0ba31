import type { Pool } from 'pg'
import { MigrationError } from '../errors'
import { compareMetadata, withMetadata, type MetadataChange } from './difference/typeorm-metadata'
import type { ScriptLayout } from '../script/layout/layout'
import type { ScriptSource, Settings } from '../settings/value/setting-types'
import { Ahead } from './source/prefetch'
import { draftOf, type Draft } from './render/script-draft'
import { emptyDraft } from './render/empty-draft'
import { loadEngine } from '../catalog/engine'
import { handOver, schemaNotes } from './deliver/commit'
import { answersOf } from './deliver/answers-once'
import { changeNotes, headerLines, type HeaderFacts } from './proof/header'
import { ignoredTables, metadataTable } from '../scratch/ignored-tables'
import type { AddScriptOptions, AddScriptReport } from './deliver/add-script-options'
import { prove, type Proof, type ProofWork } from './proof/prove'
import { isSame, notSaved, notWritten, textsOf, unproven, wayBackOf } from './proof/unproven'
import type { ScratchDatabase } from '../scratch/scratch'
import { ownersOf } from './source/choose-owners'
import { sourceOf } from './source/choose'
import { sqlDraft } from './render/sql-draft'
import { standingOf } from '../scratch/database-state'
import type { Answers } from '../change/model/answers'
import type { Change, ScriptPart } from '../change/model/script-part'
import type { Ignored } from '../scratch/ignored-tables'
import { replayScripts } from '../scratch/replay-scripts'
import { buildWanted, type Wanted } from './source/target-schema'
import { withScratch } from '../scratch/lifetime'
import { nameDrafts, scriptNames, writeScripts, type AddedScript } from './deliver/files'

/** A difference, ready to be written. */
interface Found {
  wanted: Exclude<Wanted, { is: 'nothing' }>
  /** Absent where a command gave SQL, and where a check needs no more than that something differs. */
  change?: Change
  /** The way back from a command's SQL. */
  back?: ScriptPart
}

type Proven = HeaderFacts['proof']

/** What all stages of one call work with. */
interface Work extends ProofWork {
  ahead: Ahead
}

/** One call of `addScript`. */
export class Adding {
  private readonly source: ScriptSource
  private readonly notes: string[] = []
  private readonly signal: AbortSignal
  private readonly answers: Answers
  /** The scripts that the difference is on top of. */
  private known: ReadonlySet<string> = new Set()
  private unsynchronized: readonly Ignored[] = []
  /** The schema file that the difference is read from. */
  private file: string | undefined

  constructor(
    private readonly settings: Settings,
    private readonly options: AddScriptOptions,
    private readonly layout: ScriptLayout,
  ) {
    this.source = sourceOf(settings, options.from)
    this.signal = options.signal ?? new AbortController().signal
    this.answers = answersOf(options, this.source)
  }

  async run(): Promise<AddScriptReport> {
    this.known = await scriptNames(this.settings.directory, this.layout)
    if (this.source === 'none') {
      const header = headerLines({ title: this.options.title, source: 'none' })
      return this.finishEmpty(await this.named([emptyDraft(header, this.layout)], [header]))
    }
    const { source } = this
    return this.onScratch((work) => this.differ(work, source))
  }

  private async onScratch<Result>(task: (work: Work) => Promise<Result>): Promise<Result> {
    const { major, notes } = await standingOf(this.settings, this.layout)
    this.notes.push(...notes)
    this.progress('opening the scratch server')
    // what loads in the meantime is not waited for later; who needs it hears of a failure
    loadEngine().catch(() => undefined)
    const { settings, layout, signal } = this
    return withScratch(settings, major, { signal, interrupted }, (scratch) => {
      const ahead = new Ahead(scratch)
      return task({ scratch, settings, layout, signal, ahead, readings: ahead.readings })
    })
  }

  /** A script without SQL needs no proof, unless somebody writes some. */
  private async finishEmpty(scripts: readonly AddedScript[]): Promise<AddScriptReport> {
    const { edit, verify = true } = this.options
    const edited = edit ? await edit(scripts) : scripts
    if (isSame(edited, scripts) || !verify) return this.finish(edited, undefined, false)
    return this.onScratch(async (work) => {
      const { scratch, settings, signal, layout } = work
      this.progress('replaying the scripts')
      const before = await replayScripts(scratch, settings, signal, layout)
      await this.mustHold(work, { wanted: { is: 'sql', sql: '', before } }, edited)
      return this.finish(edited, undefined, true)
    })
  }

  /** Lets a person change the scripts, and proves what is saved. */
  private async edited(
    work: Work,
    found: Found,
    scripts: readonly AddedScript[],
  ): Promise<readonly AddedScript[]> {
    const { edit, verify = true } = this.options
    const edited = edit ? await edit(scripts) : scripts
    if (!isSame(edited, scripts) && verify) await this.mustHold(work, found, edited)
    return edited
  }

  private async mustHold(work: Work, found: Found, scripts: readonly AddedScript[]): Promise<void> {
    const { failures, remarks } = await this.proof(work, found, scripts)
    this.notes.push(...remarks)
    if (failures.length > 0) throw unproven(failures, textsOf(scripts), notSaved)
  }

  private async differ(
    work: Work,
    source: Exclude<ScriptSource, 'none'>,
  ): Promise<AddScriptReport> {
    const { options } = this
    const skip = options.verify === false || options.check === true
    const progress = (text: string) => this.progress(text)
    const replayed = (before: ScratchDatabase) => work.ahead.begin(before, { proof: !skip })
    const wanted = await buildWanted(source, { ...work, progress, replayed })
    if (wanted.is === 'schemas') this.remember(wanted)
    const found = wanted.is === 'nothing' ? undefined : await this.find(work, wanted, !skip)
    if (found && !found.change && wanted.is === 'schemas') return this.report('shown', [], false)
    if (found?.change) this.notes.push(...changeNotes(found.change))
    if (!found || found.change?.scripts.length === 0) return this.nothing()
    if (skip) {
      const scripts = await this.written(found, 'skipped')
      return this.finish(await this.edited(work, found, scripts), found.change, false)
    }
    const { last, proof } = await this.proven(work, found)
    const scripts = await this.edited(work, last, await this.written(last, proof))
    return this.finish(scripts, last.change, true)
  }

  private async nothing(): Promise<AddScriptReport> {
    if (this.source === 'command') this.notes.push(...(await schemaNotes(this.file, this.settings)))
    return this.report('nothing', [], true)
  }

  private remember({ unsynchronized = [], file, notes = [] }: Extract<Wanted, { is: 'schemas' }>) {
    this.unsynchronized = unsynchronized
    this.file = this.source === 'schema' ? this.settings.schema : file
    this.notes.push(...notes)
  }

  /** @param proven what the steps lead to is not looked at here, since their proof will tell */
  private async find(work: Work, wanted: Found['wanted'], proven: boolean): Promise<Found> {
    if (wanted.is === 'sql') return this.findBack(work, wanted)
    this.progress('comparing')
    const { findDifference } = await import('./difference/plan-change.js')
    const { trial, readings } = await work.ahead.takeTrial(wanted.before, wanted.after)
    const pools = [await trial.pool(), await wanted.after.pool()] as const
    const known = { readings, proven, owners: await ownersOf(this.settings, this.file) }
    try {
      const metadata = await this.metadata(pools)
      const change = await findDifference(...pools, this.answers, this.ignored(), known)
      if (!metadata) return { wanted, change }
      const scripts = withMetadata(change.scripts, metadata)
      return { wanted, change: { ...change, scripts } }
    } catch (error) {
      if (!this.options.check || !isOpen(error)) throw error
      this.notes.push([error.message, error.detail].filter(Boolean).join('\n'))
      return { wanted }
    }
  }

  /** Only the entities say what TypeORM should remember. */
  private metadata([before, after]: readonly [Pool, Pool]): Promise<MetadataChange> | undefined {
    if (this.source !== 'entities') return undefined
    return compareMetadata(before, after, metadataTable(this.settings))
  }

  private async findBack(work: Work, wanted: Extract<Wanted, { is: 'sql' }>): Promise<Found> {
    if (this.options.check) return { wanted }
    this.progress('looking for the way back')
    const { inverseOf } = await import('./proof/inverse.js')
    const scripts = await this.written({ wanted }, undefined)
    const back = await inverseOf(work, scripts, wanted.before, this.ignored())
    return { wanted, ...(back && { back }) }
  }

  /** A change that fails its proof is looked for once more, with a look at what each step leads to. */
  private async proven(work: Work, found: Found): Promise<{ last: Found; proof: Proven }> {
    let last = found
    let proof = await this.proof(work, last)
    if (proof.failures.length > 0 && found.change) {
      last = await this.find(work, found.wanted, false)
      proof = await this.proof(work, last)
    }
    this.notes.push(...proof.remarks)
    if (proof.failures.length === 0) return { last, proof: { ...proof, major: work.scratch.major } }
    throw unproven(proof.failures, textsOf(await this.written(last, undefined)), notWritten)
  }

  /** @param edited what a person made of the scripts, who alone knows what they lose */
  private async proof(work: Work, found: Found, edited?: readonly AddedScript[]): Promise<Proof> {
    this.progress('proving the script on a copy')
    const { wanted, change, back } = found
    const parts = change?.scripts ?? []
    const claim = {
      scripts: edited ?? (await this.written(found, undefined)),
      before: wanted.before,
      ...(wanted.is === 'schemas' && { after: wanted.after }),
      ...(change && !edited && { announced: parts.flatMap(({ up }) => up) }),
      wayBack: back || edited ? ('with rows' as const) : wayBackOf(change),
      extra: this.answers.extra,
      ignored: this.ignored(),
      owners: await ownersOf(this.settings, this.file),
    }
    return prove(work, claim, work.ahead.takeFilled())
  }

  /** The scripts with their heads, which tell of the proof once there is one. */
  private async written({ wanted, change, back }: Found, proof: Proven): Promise<AddedScript[]> {
    const { title } = this.options
    const diff = wanted.is === 'schemas' ? wanted.diff : undefined
    const facts: HeaderFacts = { title, source: this.source, diff, change, proof }
    if (wanted.is === 'sql') {
      const header = headerLines(facts)
      return this.named([await sqlDraft(wanted.sql, header, back, this.layout)], [header])
    }
    const { renderScript } = await import('./render/render.js')
    const parts = change?.scripts ?? []
    const headers = parts.map((part) => headerLines({ ...facts, part }))
    const { markers } = this.layout
    const drafts = parts.map((part, at) =>
      draftOf(part, renderScript(part, { lines: headers[at] ?? [], markers })),
    )
    return this.named(drafts, headers)
  }

  private named(drafts: readonly Draft[], headers: readonly (readonly string[])[]) {
    const { title, form = 'sql' } = this.options
    const { directory } = this.settings
    return nameDrafts(drafts, { directory, title, form, headers, layout: this.layout })
  }

  private ignored(): Ignored[] {
    return [...ignoredTables(this.settings), ...this.unsynchronized]
  }

  private async finish(
    scripts: readonly AddedScript[],
    change: Change | undefined,
    proven: boolean,
  ): Promise<AddScriptReport> {
    const { dryRun = false, check = false } = this.options
    const report = { ...this.report('shown', scripts, proven), destructive: isDestructive(change) }
    if (dryRun || check) return report
    if (this.signal.aborted) throw interrupted(undefined)
    await writeScripts(scripts, this.settings.directory, this.known, this.layout)
    const { commit, notes } = await handOver(scripts, this.settings, this.file, this.options)
    this.notes.push(...notes)
    return { ...report, outcome: 'added', ...(commit !== undefined && { commit }) }
  }

  private report(
    outcome: AddScriptReport['outcome'],
    scripts: readonly AddedScript[],
    proven: boolean,
  ): AddScriptReport {
    const { source, notes } = this
    return { outcome, source, scripts, notes, destructive: false, proven }
  }

  private progress(text: string): void {
    this.options.progress?.(text)
  }
}

function isDestructive(change: Change | undefined): boolean {
  return change?.scripts.some(({ up }) => up.some(({ destructive }) => destructive)) ?? false
}

/** A question, or a refusal: something differs, and that answers a check. */
function isOpen(error: unknown): error is MigrationError {
  const open = ['QUESTION_OPEN', 'DESTRUCTIVE_REFUSED', 'DIFFERENCE_REFUSED']
  return error instanceof MigrationError && open.includes(error.code)
}

function interrupted(cause: unknown): MigrationError {
  return new MigrationError('INTERRUPTED', 'stopped before the script was written', {
    hint: 'Nothing was written, and the scratch databases are gone.',
    cause,
  })
}
