import type { Settings } from '../settings/value/setting-types'
import { scratchJournal } from './scratch-settings'

/** A table, a view or one index of it that is no part of any difference: the journal, TypeORM's metadata. */
export interface Ignored {
  schema: string
  table: string
  /** Present: only this index is left out. */
  index?: string
}

/** Where TypeORM keeps what it must remember of views and generated columns. */
export function metadataTable({ typeorm }: Settings): Ignored {
  const { schema = 'public', metadataTableName = 'typeorm_metadata' } = typeorm as {
    schema?: string
    metadataTableName?: string
  }
  return { schema, table: metadataTableName }
}

/** The tables that are no part of any schema: the journal, and what TypeORM keeps for itself. */
export function ignoredTables(settings: Settings): Ignored[] {
  return [settings.journal, scratchJournal, metadataTable(settings)]
}
