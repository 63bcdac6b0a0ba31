import { Readings } from '../catalog/readings'
import { readItemsOf } from '../inventory/inventory'
import { fillCopy } from '../sample-rows/filled-copy'
import { withScratch } from '../scratch/lifetime'
import { replayScripts } from '../scratch/replay-scripts'
import { hasOwnServer } from '../scratch/scratch-server'
import type { Scratch } from '../scratch/scratch'
import type { ScriptLayout } from '../script/layout/layout'
import type { Settings } from '../settings/value/setting-types'
import type { NextCall } from './deliver/add-script-options'
import { interrupted } from './proof/unproven'
import type { DifferenceTarget } from './source/target-schema'

/** Undefined where nothing is kept for it: on a server that is not typetrek's or does not stay. */
export function nextCall(
  settings: Settings,
  { own, major }: Scratch,
  before: DifferenceTarget | 'empty',
): NextCall | undefined {
  const isKept =
    before === 'empty' || (before.is !== 'nothing' && before.before.known !== undefined)
  return own && isKept && (settings.scratch.keep ?? 0) > 0 ? { settings, major } : undefined
}

/**
 * Makes on typetrek's own scratch server what the next call of `addScript` will begin with, if nothing has changed
 * until then: the scripts, the newest included, are replayed, read and filled with rows, and that is kept there. Writes
 * nothing else.
 * @throws {MigrationError} whatever a script ends in; INTERRUPTED
 */
export async function prepareNext(
  { settings, major }: NextCall,
  layout: ScriptLayout,
  signal: AbortSignal,
): Promise<void> {
  // a folder that was removed after the command is not made again
  if (!(await hasOwnServer(major))) return
  await withScratch(settings, major, { signal, interrupted }, async (scratch) => {
    if (scratch.own) await prepareOn(scratch, settings, layout, signal)
  })
}

/** The same on a server that is open. */
export async function prepareOn(
  scratch: Scratch,
  settings: Settings,
  layout: ScriptLayout,
  signal: AbortSignal,
): Promise<void> {
  const before = await replayScripts(scratch, settings, signal, layout)
  if (!before.known) return
  const trial = scratch.copy(before)
  await Promise.all([
    new Readings().of(before, trial),
    readItemsOf(before, trial),
    fillCopy(scratch, before),
  ])
  await before.known.settled()
}
