import { keepExtra } from '../add-script/difference/keep-unmanaged'
import type { Catalog } from '../catalog/catalog'
import type { Engine } from '../catalog/engine'
import type { PlannedStep } from '../change/model/planned-step'
import type { ScriptPart } from '../change/model/script-part'
import type { Copy } from '../change/trial/trial'
import { driftItems } from '../drift/drift-words'
import type { ScriptSource } from '../settings/value/setting-types'
import type { AlignReport } from './align-options'
import type { AppliedRenames } from './apply-renames'
import type { RenameTrace } from './catalog-only'
import { itemName, nameOfObject, type NamedObject } from './named-objects'

/** What was compared, and on what the renames were run. */
export interface Compared {
  engine: Engine
  copy: Copy
  start: Catalog
  target: Catalog
}

/** What was found, before anything is written. */
export function reportOf(
  { engine, target }: Pick<Compared, 'engine' | 'target'>,
  applied: AppliedRenames,
  source: ScriptSource,
): Omit<AlignReport, 'notes'> {
  const { pairs, alike, refused, catalog } = applied
  // entities cannot describe everything
  const whole = source === 'entities' ? keepExtra(engine, catalog, target).catalog : target
  const undecided = new Set(undecidedItems(applied))
  return {
    outcome: 'nothing',
    source,
    renames: pairs.map(({ object, to }) => ({ object: nameOfObject(object), to })),
    undecided: [
      ...alike.map(({ objects, to }) => ({ objects: objects.map(nameOfObject), to, reason: null })),
      ...refused.map(({ object, to, reason }) => ({
        objects: [nameOfObject(object)],
        to: [to],
        reason,
      })),
    ],
    left: driftItems(catalog, whole).filter(({ object }) => !undecided.has(object)),
    locked: [],
    scripts: [],
  }
}

/** As a difference names them: what is undecided is not named once more. */
function undecidedItems({ alike, refused }: AppliedRenames): string[] {
  const both = (object: NamedObject, to: readonly string[]) =>
    [object.name, ...to].map((name) => itemName({ ...object, name }))
  return [
    ...alike.flatMap(({ objects, to }) => objects.flatMap((object) => both(object, to))),
    ...refused.flatMap(({ object, to }) => both(object, [to])),
  ]
}

/** The renames as a script, and back in the other order. */
export function partOf({ copy }: Pick<Compared, 'copy'>, { steps }: AppliedRenames): ScriptPart {
  const written = (one: PlannedStep, object: NamedObject) => ({
    ...copy.writer.write([one])[0]!,
    group: object.table ?? object.what,
  })
  const up = steps.map(({ pair, renaming }) => written(renaming.up, pair.object))
  const down = steps.map(({ pair, renaming }) => written(renaming.down, pair.object))
  return {
    purpose: '',
    transaction: true,
    up,
    down: down.toReversed(),
    downTransaction: true,
    reversible: 'yes',
    losses: [],
  }
}

/** What the header says of the renames beside their proof. Pure. */
export function lockRemark({ locked }: RenameTrace): string {
  const more = locked.length > 6 ? ` and ${locked.length - 6} more` : ''
  const names = `locks ${locked.slice(0, 6).join(', ')}${more} for a moment`
  const effect = locked.length > 0 ? names : 'stops no reader and no writer'
  return `Changes names alone: it writes no file of a table or an index, and ${effect}.`
}
