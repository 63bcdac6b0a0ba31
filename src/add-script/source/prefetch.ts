import type { Reading } from '../../catalog/catalog'
import { prepareInventory, readItemsOf } from '../../inventory/inventory'
import { fillCopy, type FilledCopy } from '../../sample-rows/filled-copy'
import { repeatReady } from '../../catalog/early-queries'
import { prepareReading, queriesAsked, Readings, type ReadingQueries } from '../../catalog/readings'
import { preloadEngine } from '../../catalog/engine'
import { requirePacked } from '../../start/packed-modules'
import type { ScriptSource } from '../../settings/value/setting-types'
import { notesOf } from '../../scratch/replay-templates'
import { toolVersion } from '../../version'
import { setTimeout as pause } from 'node:timers/promises'
import { readTables } from '../../sample-rows/tables/tables'
import type { Building } from './target-schema'
import type { Scratch, ScratchDatabase } from '../../scratch/scratch'

/** The copies of the scripts' schema, which are made while the target schema is still being built. */
export class Prefetched {
  readonly readings = new Readings()
  /** Resolves when this process has time, since it waits for the target schema; at the latest when that is built. */
  private readonly idle: Promise<void>
  private noteIdle: () => void = () => undefined
  private trial: Promise<ScratchDatabase> | undefined
  private filled: Promise<FilledCopy> | undefined
  private items: Promise<void> | undefined
  /** Resolves when the server is at work on all that was begun; or when that has failed. */
  private begun: Promise<unknown>
  private noteBegun: (work: Promise<unknown>) => void = () => undefined

  constructor(private readonly scratch: Scratch) {
    this.idle = new Promise((settle) => (this.noteIdle = settle))
    this.begun = new Promise((settle) => (this.noteBegun = settle))
  }

  /** What is called while both schemas are built. */
  hooks(proof: boolean): Pick<Building, 'replayed' | 'created' | 'waiting'> {
    return {
      replayed: (before) => this.begin(before, proof),
      created: (after) => this.expect(after),
      waiting: () => {
        this.noteIdle()
        preloadEngine()
      },
    }
  }

  /** Both schemas are built. */
  built(): void {
    this.noteIdle()
  }

  /** Starts making them. A failure is thrown where what failed is taken. */
  private begin(before: ScratchDatabase, proof: boolean): void {
    const trial = this.scratch.copy(before)
    this.trial = trial
    const read = this.readings.of(before, trial, this.idle).then(hashed)
    if (proof) this.items = readItemsOf(before, trial, this.idle)
    if (proof) this.filled = fillCopy(this.scratch, before)
    const started = Promise.allSettled([
      trial,
      this.filled?.then((copy) => warmUp(copy, this.scratch.own)),
    ])
    this.noteBegun(started)
    // a failure is thrown by takeTrial and takeFilled
    for (const one of [trial, read, this.items, this.filled]) one?.catch(() => undefined)
  }

  /**
   * Has the server get ready to read the target schema, and waits until it is at work on that, and for a moment on
   * what `begin` starts: to load the entities keeps this process from giving it more work.
   */
  private async expect(after: ScratchDatabase): Promise<void> {
    if (!this.scratch.own) return
    const queries = await this.queries.recall(part)
    if (queries === undefined) return
    await Promise.all([
      prepareReading(after, queries as ReadingQueries),
      prepareInventory(after, false),
    ])
    const stop = new AbortController()
    const moment = pause(mostWait, undefined, { signal: stop.signal, ref: false })
    await Promise.race([this.begun, moment.catch(() => undefined)])
    stop.abort()
  }

  private get queries(): ReturnType<typeof notesOf> {
    return notesOf(this.scratch, `queries of ${toolVersion}`)
  }

  /** Notes what the next command will ask, once. */
  private async noteQueries(after: ScratchDatabase): Promise<void> {
    if (!this.scratch.own || (await this.queries.recall(part)) !== undefined) return
    await this.readings.of(after)
    await this.queries.remember(part, await queriesAsked(after))
  }

  /** A copy to try steps on, and what it and the target schema hold. */
  async takeTrial(
    before: ScratchDatabase,
    after: ScratchDatabase,
  ): Promise<{ trial: ScratchDatabase; readings: readonly [Reading, Reading] }> {
    const trial = this.trial ?? this.scratch.copy(before)
    trial.catch(() => undefined) // thrown below, where it is awaited
    this.trial = undefined
    const readings = Promise.all([this.readings.of(before, trial), this.readings.of(after)])
    readings.catch(() => undefined) // as above
    await this.items // what is tried would change them
    const taken = { readings: await readings, trial: await trial }
    this.readyProof(after)
    return taken
  }

  /** What only the proof needs, while this process looks for the difference. */
  private readyProof(after: ScratchDatabase): void {
    const work: (Promise<unknown> | undefined)[] = [readItemsOf(after), this.noteQueries(after)]
    if (this.scratch.own) work.push(this.filled?.then(planAgain))
    // items and rows fail again where they are awaited; without the notes the next command is slower
    for (const one of work) one?.catch(() => undefined)
  }

  /** A copy with rows, for the first who asks. */
  takeFilled(): Promise<FilledCopy> | undefined {
    const { filled } = this
    this.filled = undefined
    return filled
  }
}

/**
 * Loads what takes long to load, if the scratch server is not there soon: then it is started, or even made.
 * @param task for the server once it is there
 */
export function loadingMeanwhile<Result>(
  source: ScriptSource,
  task: (scratch: Scratch) => Result,
): (scratch: Scratch) => Result {
  const timer = setTimeout(() => load(source), usualWait).unref()
  return (scratch) => {
    clearTimeout(timer)
    return task(scratch)
  }
}

function load(source: ScriptSource): void {
  preloadEngine()
  try {
    if (source === 'entities') requirePacked(require.resolve('typeorm'))
  } catch {
    // it is required again where it is needed, and fails there
  }
}

/** The difference is looked for by these hashes, which an object computes when it is asked, and keeps. */
function hashed({ facts }: Reading): void {
  for (const { id } of facts.roots()) facts.rollupOf(id)
}

/**
 * PostgreSQL drops the plans of every connection when a transaction changes as much as one that builds the target
 * schema; made again before anybody waits for them.
 */
async function planAgain({ database }: FilledCopy): Promise<void> {
  await repeatReady(await database.reader('inventory'))
}

/** What a new connection asks first takes PostgreSQL four times as long as the next time. */
async function warmUp({ database }: FilledCopy, direct: boolean): Promise<void> {
  await prepareInventory(database, direct) // a pooler may give the plan to another connection
  database
    .pool()
    .then(readTables)
    .catch(() => undefined)
}

const part = 'reading'
/** Milliseconds that it takes to ask the configured database and to open a scratch server that runs. */
const usualWait = 150
/** Milliseconds; scripts that are replayed in this command take longer. */
const mostWait = 40
