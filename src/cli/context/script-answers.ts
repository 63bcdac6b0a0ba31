import {
  readBackfill,
  readConversion,
  readEnumMapping,
  readRename,
} from '../../change/model/option-values'
import type { Answers } from '../../change/model/answers'
import type { ScriptSource } from '../../settings/value/setting-types'
import type { GivenOptions } from '../arguments/option-table'
import { didYouMean, usageError } from '../arguments/usage-error'

/** What the options of a call decide beforehand. @throws {MigrationError} USAGE */
export function toldAnswers(options: GivenOptions): Partial<Answers> {
  return {
    renames: (options.rename ?? []).map(readRename),
    using: (options.using ?? []).map(readConversion),
    map: (options.map ?? []).map(readEnumMapping),
    backfills: (options.backfill ?? []).map(readBackfill),
    ...(options.dropExtra && { extra: 'drop' as const }),
    ...(options.renameStyle && { renameStyle: true }),
    ...(options.yes && { yes: true }),
    ...(options.online !== undefined && { online: onlineFrom(options.online) }),
  }
}

/** @throws {MigrationError} USAGE for another value than `rewrite` */
function onlineFrom(value: string): true | 'rewrite' {
  if (value === '') return true
  if (value === 'rewrite') return value
  throw usageError(`--online=${value} is not known`, 'Write --online or --online=rewrite.')
}

const sources = ['schema', 'entities', 'command', 'none'] as const

/** What `--from` names. @throws {MigrationError} USAGE */
export function sourceFrom(from: string | undefined): ScriptSource | undefined {
  const source = sources.find((one) => one === from)
  if (from === undefined || source) return source
  const all = 'Write schema, entities, command or none.'
  throw usageError(`--from ${from} is no source`, didYouMean(from, sources, all))
}
