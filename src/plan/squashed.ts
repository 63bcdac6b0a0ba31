import { MigrationError } from '../errors'
import type { Script } from '../script/script'
import { labelOf } from './notice'
import type { Step } from './plan'

/** How scripts that stand for others, and those, are to be taken in one database. */
export interface Squashed {
  /** Not to be applied: another script stands for it, or what it stands for is done. */
  settled: ReadonlySet<string>
  /** Applied, and not missing without a file. */
  replaced: ReadonlySet<string>
  /** Scripts of which this database has a part, and not the files of the rest. */
  partial: readonly { script: Script; applied: number; absent: readonly string[] }[]
}

/**
 * A script that stands for others counts as applied where all of those are, and stands in their place where
 * none is; where some are, they go on, as long as their files are there. Pure.
 */
export function settleSquashed(scripts: readonly Script[], applied: ReadonlySet<string>): Squashed {
  const settled = new Set<string>()
  const replaced = new Set<string>()
  const partial: Squashed['partial'][number][] = []
  const present = new Set(scripts.map(({ revision }) => revision))
  for (const script of scripts) {
    const { squashes = [], revision } = script
    if (squashes.length === 0) continue
    const others = squashes.filter((one) => one !== revision)
    const done = others.filter((one) => applied.has(one))
    const absent = others.filter((one) => !applied.has(one) && !present.has(one))
    for (const one of done) replaced.add(one)
    if (done.length === 0) for (const one of others) settled.add(one)
    else if (absent.length === 0) settled.add(revision)
    else partial.push({ script, applied: done.length, absent })
  }
  return { settled, replaced, partial }
}

/** @throws {MigrationError} SQUASH_PARTIAL where an upgrade would run on a part of what was squashed */
export function refusePartial({ partial }: Squashed, steps: readonly Step[]): void {
  const [first] = partial
  if (!first || !steps.some(({ direction }) => direction === 'up')) return
  const { script, applied, absent } = first
  throw new MigrationError(
    'SQUASH_PARTIAL',
    `this database has ${applied} of the ${script.squashes?.length} scripts that ${labelOf(script)} stands for`,
    {
      detail: `Not applied, and without a file: ${absent.join(', ')}.`,
      hint: `Restore their files from version control and run upgrade; ${labelOf(script)} then counts as applied.`,
      file: script.file,
    },
  )
}
