import {
  readBackfill,
  readConversion,
  readEnumMapping,
  readRename,
} from '../../change/model/option-values'
import type { Answers } from '../../change/model/answers'
import type { GivenOptions } from '../arguments/option-table'

/** What the options of a call decide beforehand. @throws {MigrationError} USAGE */
export function toldAnswers(options: GivenOptions): Partial<Answers> {
  return {
    renames: (options.rename ?? []).map(readRename),
    using: (options.using ?? []).map(readConversion),
    map: (options.map ?? []).map(readEnumMapping),
    backfills: (options.backfill ?? []).map(readBackfill),
    ...(options.dropExtra && { extra: 'drop' as const }),
    ...(options.yes && { yes: true }),
    ...(options.online && { online: true }),
  }
}
