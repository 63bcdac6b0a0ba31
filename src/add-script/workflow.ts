import type { Pool } from 'pg'
import { compareMetadata, withMetadata, type MetadataChange } from './difference/typeorm-metadata'
import type { ScriptLayout } from '../script/layout/layout'
import type { ScriptSource, Settings } from '../settings/value/setting-types'
import { loadingMeanwhile, Prefetched } from './source/prefetch'
import { nextCall } from './prepare-next'
import { emptyDraft } from './render/empty-draft'
import { handOver, schemaNotes } from './deliver/commit'
import { changeNotes, headerLines, type HeaderFacts } from './proof/header'
import { type Ignored, ignoredTables, metadataTable } from '../scratch/ignored-tables'
import type { AddedScript, AddScriptOptions, AddScriptReport, NextCall } from './deliver/add-script-options' // oxfmt-ignore
import { newlyKept } from './proof/kept-objects'
import { isDestructive, downgradeClaimOf } from './proof/downgrade-claim'
import { refuseMissed } from './proof/remaining'
import { prove, type Proof, type ProofWork } from './proof/prove'
import {
  interrupted,
  isOpen,
  isSame,
  notSaved,
  notWritten,
  textsOf,
  unproven,
} from './proof/unproven'
import { ownersOf } from './source/choose-owners'
import { answersOf, sourceOf } from './source/choose'
import { lookAt } from '../scratch/database-state'
import type { Answers } from '../change/model/answers'
import { Interview } from '../change/model/interview'
import type { Change } from '../change/model/script-part'
import { replayScripts } from '../scratch/replay-scripts'
import type { FormerName } from '../set-up/was'
import { buildSides, type FoundDifference, type DifferenceTarget } from './source/target-schema'
import { withScratch } from '../scratch/lifetime'
import { withLocks } from './measured-locks'
import { nameDrafts, scriptNames, writeScripts } from './deliver/files'
import { writtenScripts } from './written-scripts'

type Proven = HeaderFacts['proof']

/** What all stages of one call work with. */
type Work = ProofWork & { prefetched: Prefetched }

/** One call of `addScript`. */
export class Adding {
  private readonly source: ScriptSource
  private readonly notes: string[] = []
  private readonly signal: AbortSignal
  private readonly answers: Answers
  private readonly interview: Interview
  private readonly progress = (text: string): void => this.options.progress?.(text)
  /** The scripts that the difference is on top of. */
  private known: ReadonlySet<string> = new Set()
  private unsynchronized: readonly Ignored[] = []
  private former: readonly FormerName[] = []
  /** What is kept although the target schema lacks it, and was not named before. */
  private kept: readonly string[] = []
  /** The schema file that the difference is read from. */
  private file: string | undefined
  next: NextCall | undefined

  constructor(
    private readonly settings: Settings,
    private readonly options: AddScriptOptions,
    private readonly layout: ScriptLayout,
  ) {
    this.source = sourceOf(settings, options.from, options.check)
    this.signal = options.signal ?? new AbortController().signal
    this.answers = answersOf(options, this.source)
    this.interview = new Interview(this.answers)
  }

  async run(): Promise<AddScriptReport> {
    this.known = await scriptNames(this.settings.directory, this.layout)
    if (this.source === 'none') {
      const { layout, settings } = this
      const { title, form = 'sql' } = this.options
      const header = headerLines({ title, source: 'none' })
      const names = { places: settings, layout, title, form, headers: [header] }
      return this.finishEmpty(await nameDrafts([emptyDraft(header, layout)], names))
    }
    const { source } = this
    return this.onScratch((work) => this.differ(work, source))
  }

  private async onScratch<Result>(task: (work: Work) => Promise<Result>): Promise<Result> {
    const { settings, layout, signal, source } = this
    this.progress('opening the scratch server')
    const { major, standing } = lookAt(settings, layout)
    const noted = standing.then(({ notes }) => void this.notes.push(...notes))
    const work = loadingMeanwhile(source, (scratch) => {
      const prefetched = new Prefetched(scratch)
      return task({ scratch, settings, layout, signal, prefetched, readings: prefetched.readings })
    })
    return withScratch(settings, major, { signal, interrupted, standing: noted }, work)
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
      await this.mustHold(work, { target: { is: 'sql', sql: '', before } }, edited)
      return this.finish(edited, undefined, true)
    })
  }

  /** Lets a person change the scripts, and proves what is saved. */
  private async edited(
    work: Work,
    found: FoundDifference,
    scripts: readonly AddedScript[],
  ): Promise<readonly AddedScript[]> {
    const { edit, verify = true } = this.options
    const edited = edit ? await edit(scripts) : scripts
    if (!isSame(edited, scripts) && verify) await this.mustHold(work, found, edited)
    return edited
  }

  private async mustHold(
    work: Work,
    found: FoundDifference,
    scripts: readonly AddedScript[],
  ): Promise<void> {
    const { failures, remarks } = await this.proof(work, found, scripts)
    this.notes.push(...remarks)
    if (failures.length > 0) throw unproven(failures, textsOf(scripts), notSaved)
  }

  private async differ(
    work: Work,
    source: Exclude<ScriptSource, 'none'>,
  ): Promise<AddScriptReport> {
    const { options, progress } = this
    const skip = options.verify === false || options.check === true
    const hooks = work.prefetched.hooks(!skip)
    const target = await buildSides(source, { ...work, progress, ...hooks })
    work.prefetched.built()
    this.next = nextCall(this.settings, work.scratch, this.known.size === 0 ? 'empty' : target)
    if (target.is === 'schemas') this.remember(target)
    const found = target.is === 'nothing' ? undefined : await this.find(work, target, !skip)
    if (found && !found.change && target.is === 'schemas') return this.report('shown', [], false)
    if (found?.change) {
      this.kept = await newlyKept(found.change, this.settings, this.known)
      this.notes.push(...changeNotes(found.change, this.kept))
    }
    if (!found || found.change?.scripts.length === 0) return this.nothing()
    if (skip) {
      const scripts = await this.written(found, options.check ? undefined : 'skipped')
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

  private remember({
    unsynchronized = [],
    former = [],
    file,
    notes = [],
  }: Extract<DifferenceTarget, { is: 'schemas' }>) {
    this.unsynchronized = unsynchronized
    this.former = former
    this.file = this.source === 'schema' ? this.settings.schema : file
    this.notes.push(...notes)
  }

  /** @param proven what the steps lead to is not checked here, since their proof checks it */
  private async find(
    work: Work,
    target: FoundDifference['target'],
    proven: boolean,
  ): Promise<FoundDifference> {
    if (target.is === 'sql') return this.findBack(work, target)
    this.progress('comparing')
    const { findDifference } = await import('./difference/plan-change.js')
    const { trial, readings } = await work.prefetched.takeTrial(target.before, target.after)
    const pools = [await trial.pool(), await target.after.pool()] as const
    const owners = await ownersOf(this.settings, this.file)
    const known = { readings, proven, owners, interview: this.interview, former: this.former }
    try {
      const metadata = await this.metadata(pools)
      const change = await findDifference(...pools, this.answers, this.ignored(), known)
      if (change.scripts.length === 0)
        await refuseMissed(trial, target.after, this.answers.extra, this.ignored())
      if (!metadata) return { target, change }
      const scripts = withMetadata(change.scripts, metadata)
      return { target, change: { ...change, scripts } }
    } catch (error) {
      if (!this.options.check || !isOpen(error)) throw error
      this.notes.push([error.message, error.detail].filter(Boolean).join('\n'))
      return { target }
    }
  }

  /** Only the entities say what TypeORM should remember. */
  private metadata([before, after]: readonly [Pool, Pool]): Promise<MetadataChange> | undefined {
    if (this.source !== 'entities') return undefined
    return compareMetadata(before, after, metadataTable(this.settings))
  }

  private async findBack(
    work: Work,
    target: Extract<DifferenceTarget, { is: 'sql' }>,
  ): Promise<FoundDifference> {
    if (this.options.check) return { target }
    this.progress('looking for the downgrade')
    const { inverseOf } = await import('./proof/inverse.js')
    const scripts = await this.written({ target }, undefined)
    const back = await inverseOf(work, scripts, target.before, this.ignored())
    return { target, ...(back && { back }) }
  }

  /** A change that fails its proof is looked for once more, with a look at what each step leads to. */
  private async proven(
    work: Work,
    found: FoundDifference,
  ): Promise<{ last: FoundDifference; proof: Proven }> {
    let last = found
    let proof = await this.proof(work, last)
    if (proof.failures.length > 0 && found.change) {
      last = await this.find(work, found.target, false)
      proof = await this.proof(work, last)
    }
    this.notes.push(...proof.remarks)
    if (proof.failures.length === 0) {
      const measuring = { ...this.options, online: this.answers.online, notes: this.notes }
      return { last, proof: await withLocks(work.scratch, last, proof, measuring) }
    }
    const texts = textsOf(await this.written(last, undefined))
    throw unproven(proof.failures, texts, this.options.dryRun ? 'Nothing was written.' : notWritten)
  }

  /** @param edited what a person made of the scripts, who alone knows what they lose */
  private async proof(
    work: Work,
    found: FoundDifference,
    edited?: readonly AddedScript[],
  ): Promise<Proof> {
    this.progress('proving the script on a copy')
    const { target, change, back } = found
    const parts = change?.scripts ?? []
    const claim = {
      scripts: edited ?? (await this.written(found, undefined)),
      before: target.before,
      ...(target.is === 'schemas' && { after: target.after }),
      ...(change && !edited && { announced: parts.flatMap(({ up }) => up) }),
      downgrade: back || edited ? ('with rows' as const) : downgradeClaimOf(change),
      extra: this.answers.extra,
      ignored: this.ignored(),
      owners: await ownersOf(this.settings, this.file),
    }
    return prove(work, claim, work.prefetched.takeFilled())
  }

  private written(found: FoundDifference, proof: Proven): Promise<AddedScript[]> {
    const { source, kept, layout, options, settings } = this
    const facts = { title: options.title, form: options.form, places: settings }
    return writtenScripts(found, { ...facts, source, kept, layout, proof })
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
    const { source, notes, interview: { flags: answered } } = this // oxfmt-ignore
    return { outcome, source, scripts, notes, destructive: false, proven, answered }
  }
}
