import { basename } from 'node:path'
import { dumpSchemaIn } from '../../dump-schema/dump-schema'
import { MigrationError } from '../../errors'
import type { ScriptLayout } from '../../script/layout/layout'
import type { Script } from '../../script/script'
import type { Settings } from '../../settings/value/setting-types'

/**
 * The schema that the scripts before `after` come to, as SQL that is proven.
 * @throws {MigrationError} SQUASH_REFUSED where they insert rows, which no schema holds
 */
export async function schemaPart(
  settings: Settings,
  after: readonly Script[],
  {
    layout,
    signal,
    progress,
  }: { layout: ScriptLayout; signal: AbortSignal; progress?: (text: string) => void },
): Promise<string> {
  const later = after.flatMap(({ files }) => files.map((file) => basename(file)))
  const own = { ...settings, ignore: [...settings.ignore, ...later] }
  const { text = '', filled } = await dumpSchemaIn(layout, own, {
    file: false,
    signal,
    ...(progress && { progress }),
  })
  if (filled.length === 0) return text
  throw new MigrationError(
    'SQUASH_REFUSED',
    'the scripts insert rows, which a schema does not hold',
    {
      detail: `Rows in: ${filled.join(', ')}.`,
      hint: 'Squash without --from-schema, or leave those scripts out.',
    },
  )
}
