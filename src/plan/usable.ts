import { MigrationError } from '../errors'
import { together } from '../script/folder/folder-problems'
import type { Step } from './plan'
import { labelOf } from './notice'
import type { Squashed, Survey } from './survey'

/**
 * Refuses texts that cannot run, where one may: of what is pending, and of what was changed since it was
 * applied. What is applied and unchanged could run then, and is not parsed. Pure.
 *
 * @throws {MigrationError} SCRIPT_INVALID; several problems come as one error
 */
export function refuseUnusable({ pending, changed }: Survey): void {
  refuse([...pending, ...changed].flatMap(({ script }) => script.problem ?? []))
}

/**
 * Refuses to run a template that nobody has written anything into: what is written later would never
 * run. It can be marked, since a person says so. Pure.
 *
 * @throws {MigrationError} SCRIPT_INVALID
 */
export function refuseUnwritten(steps: readonly Step[]): void {
  const run = steps.filter(
    ({ direction, operation }) => direction === 'up' && operation !== 'run_skip',
  )
  refuse(run.flatMap(({ script }) => script?.unwritten ?? []))
}

/** Refuses both, of everything that is pending or changed. Pure. */
export function refuseAll(survey: Survey): void {
  refuseUnusable(survey)
  refuse(survey.pending.flatMap(({ script }) => script.unwritten ?? []))
}

function refuse(problems: readonly MigrationError[]): void {
  const [first] = problems
  if (!first) return
  const { file = '' } = first
  throw together(problems, file.slice(0, Math.max(0, file.lastIndexOf('/'))))
}

/** @throws {MigrationError} SQUASH_PARTIAL where an upgrade would run on a part of what was squashed */
export function refusePartial({ partial }: Squashed): void {
  const [first] = partial
  if (!first) return
  const { script, applied, absent } = first
  throw new MigrationError(
    'SQUASH_PARTIAL',
    `this database has ${applied} of the ${script.squashes?.length} scripts that ${labelOf(script)} replaces`,
    {
      detail: `Not applied, and without a file: ${absent.join(', ')}.`,
      hint: `Restore their files from version control and run upgrade; ${labelOf(script)} then counts as applied.`,
      file: script.file,
    },
  )
}
