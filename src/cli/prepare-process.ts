import { setPriority } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { deserialize } from 'node:v8'
import { requireAddScript, requirePart } from '../start/compiled'
import type { NextCall } from '../add-script/deliver/add-script-options'

/*
 * A process that `prepareNext` runs in, after the command that wrote a script has ended: it gets a NextCall on
 * stdin, serialized, and says nothing. Where it fails, the next call makes what it needs, and reports.
 */

/** Milliseconds; then nobody needs it any more. */
const limit = 120_000

async function main(): Promise<void> {
  setPriority(10) // whatever the user does now comes first
  const next = deserialize(await buffer(process.stdin)) as NextCall
  requirePart(join(__dirname, '..', 'bundle.js'), join(__dirname, '..', 'errors.js'))
  const { prepareNext } = requireAddScript(
    join(__dirname, '..', 'add-script', 'prepare-next.js'),
  ) as typeof import('../add-script/prepare-next')
  const { layoutNamed } =
    require('../script/other-layouts/layouts') as typeof import('../script/other-layouts/layouts')
  await prepareNext(next, layoutNamed(next.settings.layout), AbortSignal.timeout(limit))
}

main().then(
  () => process.exit(0),
  () => process.exit(1),
)
