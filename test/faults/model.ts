/** What a script's file says; a revision keeps its kind. */
export interface Written {
  version: number
  reversible: boolean
}

export type Kind = 'sql' | 'ts' | 'outside' | 'opaque'

/** Eight revisions; `outside` is settled by the catalog after a crash, `opaque` by nobody. */
export const kinds: Readonly<Record<string, Kind>> = {
  '1': 'sql',
  '2': 'ts',
  '3': 'outside',
  '4': 'sql',
  '5': 'opaque',
  '9': 'sql',
  '10': 'ts',
  '11': 'outside',
}

export interface Wish {
  command: 'upgrade' | 'downgrade' | 'to' | 'mark' | 'only'
  target?: string
  count?: number
  strict: boolean
  refuseLate: boolean
  all: boolean
  /** What becomes of one script while it runs. */
  fate: { revision: string; what: 'fail' | 'crash' } | undefined
}

interface Step {
  revision: string
  down: boolean
  mark: boolean
}

/** The code of a refusal or failure, and the steps that were done before it. */
export interface Outcome {
  code?: string
  done: string[]
}

class Refusal extends Error {
  constructor(readonly code: string) {
    super(code)
  }
}

const byValue = (a: string, b: string) => Number(a) - Number(b)
export const isOutside = (revision: string) => ['outside', 'opaque'].includes(kinds[revision]!)

/** The journal and the database as they should be. */
export class Model {
  private entries: readonly { revision: string; written: Written; claim: number }[] = []
  private claims = 0

  constructor(
    readonly folder = new Map<string, Written>(),
    /** Begun outside a transaction, and not ended. */
    readonly partial = new Map<string, { running: boolean; claim: number }>(),
    readonly exists = new Set<string>(),
    /** What the scripts did, in order. */
    readonly log: string[] = [],
  ) {}

  get applied(): string[] {
    return this.entries.toSorted((a, b) => a.claim - b.claim).map(({ revision }) => revision)
  }

  get pending(): string[] {
    const applied = this.applied
    return [...this.folder.keys()].filter((one) => !applied.includes(one)).toSorted(byValue)
  }

  get missing(): string[] {
    return this.applied.filter((one) => !this.folder.has(one))
  }

  get changed(): string[] {
    return this.applied.filter((one) => {
      const now = this.folder.get(one)
      const then = this.writtenOf(one)
      return now && (now.version !== then.version || now.reversible !== then.reversible)
    })
  }

  isLate(revision: string): boolean {
    return this.applied.some((one) => byValue(one, revision) > 0)
  }

  private writtenOf(revision: string): Written {
    return this.entryOf(revision).written
  }

  /** Decides what a command does, and does it or only the first steps of it; returns what comes of it. */
  run(wish: Wish, limit = Number.POSITIVE_INFINITY): { outcome: Outcome; after: Model } {
    const after = this.copy()
    const done: string[] = []
    try {
      for (const step of this.plan(wish).slice(0, limit)) {
        after.step(step, wish)
        done.push(nameOf(step))
      }
      return { outcome: { done }, after }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const { code } = error
      return wish.all
        ? { outcome: { code, done: [] }, after: this }
        : { outcome: { code, done }, after }
    }
  }

  /** The steps of a wish, in order. */
  plan(wish: Wish): Step[] {
    const { command, target, strict, refuseLate, all } = wish
    if (strict && this.missing.length > 0) throw new Refusal('SCRIPT_MISSING')
    if (strict && this.changed.length > 0) throw new Refusal('SCRIPT_CHANGED')
    const known = target === undefined || target === '0' || this.knows(target)
    const up = command !== 'downgrade'
    if (!known || (target === '0' && up && command !== 'to')) {
      throw new Refusal(known ? 'USAGE' : 'UNKNOWN_REVISION')
    }
    const steps =
      command === 'to'
        ? [...this.downs(wish), ...this.ups(wish)]
        : up
          ? this.ups(wish)
          : this.downs(wish)
    const late = steps.some(({ revision, down, mark }) => !down && !mark && this.isLate(revision))
    if (refuseLate && late) throw new Refusal('SCRIPT_LATE')
    for (const step of steps) this.prepare(step, all)
    return steps
  }

  private knows(target: string): boolean {
    return this.folder.has(target) || this.applied.includes(target)
  }

  private ups({ command, target, count }: Wish): Step[] {
    const mark = command === 'mark' || command === 'only'
    if (command === 'to' && target === '0') return []
    const fits = (one: string) =>
      command === 'only' ? one === target : target === undefined || byValue(one, target) <= 0
    const all = this.pending.filter(fits).map((revision) => ({ revision, down: false, mark }))
    return command === 'only' ? all : all.slice(0, count)
  }

  private downs({ target, count }: Wish): Step[] {
    const newest = this.applied.toReversed()
    const above = newest.filter((one) => target === undefined || byValue(one, target) > 0)
    const some = above.slice(0, target === undefined ? (count ?? 1) : count)
    if (count !== 0) this.refuseBelow(some, target)
    for (const revision of some) this.refuseIrreversible(revision)
    return some.map((revision) => ({ revision, down: true, mark: false }))
  }

  /** An upgrade that is unfinished, and above the target or started after what would be reverted. */
  private refuseBelow(reverted: readonly string[], target: string | undefined): void {
    const claims = reverted.map((one) => this.entryOf(one).claim)
    for (const [revision, { claim }] of this.partial) {
      if (this.applied.includes(revision)) continue
      const above = target === undefined ? reverted.length === 0 : byValue(revision, target) > 0
      if (above || claims.some((one) => one < claim)) throw new Refusal('SCRIPT_UNFINISHED')
    }
  }

  private entryOf(revision: string) {
    return this.entries.find((one) => one.revision === revision)!
  }

  private refuseIrreversible(revision: string): void {
    const now = this.folder.get(revision)
    if (now && kinds[revision] !== 'ts' && !now.reversible) throw new Refusal('IRREVERSIBLE')
    const revertible = kinds[revision] !== 'ts' && this.writtenOf(revision).reversible
    if (!now && !revertible) throw new Refusal('SCRIPT_MISSING')
  }

  private prepare({ revision, down, mark }: Step, all: boolean): void {
    if (mark) return
    if (down && this.folder.get(revision)?.reversible === false) throw new Refusal('IRREVERSIBLE')
    if (all && isOutside(revision)) throw new Refusal('TRANSACTION_MODE')
  }

  private step(step: Step, wish: Wish): void {
    const { revision, down, mark } = step
    const resumed = this.partial.get(revision)
    const claim = resumed?.running ? resumed.claim : ++this.claims
    if (!mark) this.work(step, wish, claim)
    this.partial.delete(revision)
    const written = this.folder.get(revision)
    const others = this.entries.filter((one) => one.revision !== revision)
    this.entries = down ? others : [...others, { revision, written: written!, claim }]
  }

  private work({ revision, down }: Step, { fate }: Wish, claim: number): void {
    const word = down ? 'down' : 'up'
    const resumed = this.partial.get(revision)
    const outside = isOutside(revision)
    if (kinds[revision] === 'opaque' && resumed?.running) throw new Refusal('SCRIPT_UNFINISHED')
    const bad = fate?.revision === revision ? fate.what : undefined
    if (outside && !resumed) this.log.push(`${revision} ${word}`)
    if (bad) {
      if (outside) this.partial.set(revision, { running: bad === 'crash', claim })
      throw new Refusal(bad === 'crash' ? 'CONNECTION_LOST' : 'SCRIPT_FAILED')
    }
    this.log.push(outside ? `${revision} ${word} end` : `${revision} ${word}`)
    if (down) this.exists.delete(revision)
    else this.exists.add(revision)
  }

  copy(): Model {
    const { folder, partial, exists, log } = this
    const copy = new Model(new Map(folder), new Map(partial), new Set(exists), [...log])
    copy.entries = this.entries
    copy.claims = this.claims
    return copy
  }
}

export function nameOf({ revision, down }: { revision: string; down: boolean }): string {
  return `${revision} ${down ? 'down' : 'up'}`
}
