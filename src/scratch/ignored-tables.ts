import type { Settings } from '../settings/value/setting-types'
import { scratchJournal } from './scratch-settings'

/** A table that is no part of any difference: the journal, TypeORM's metadata. */
export interface Ignored {
  schema: string
  table: string
}

/** The tables that are no part of any schema: the journal, and what TypeORM keeps for itself. */
export function ignoredTables({ journal, typeorm }: Settings): Ignored[] {
  const { schema = 'public', metadataTableName = 'typeorm_metadata' } = typeorm as {
    schema?: string
    metadataTableName?: string
  }
  return [journal, scratchJournal, { schema, table: metadataTableName }]
}
