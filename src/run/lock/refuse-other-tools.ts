import type { Database } from '../../database/postgres/database'
import type { Session } from '../../database/postgres/session'
import { MigrationError } from '../../errors'
import type { OtherHistory } from '../../journal/histories'
import type { JournalState } from '../../journal/model/applied-state'
import type { PlanNotice } from '../../plan/notice'
import type { Settings } from '../../settings/value/setting-types'

/**
 * The histories of other tools, where the journal records nothing yet and the settings do not say to
 * ignore them. It costs a question only then. Reads only.
 */
export async function historiesOf(
  session: Session,
  state: JournalState,
  { otherTools, typeorm }: Settings,
  { migrationsTable }: Pick<Database, 'migrationsTable'>,
): Promise<OtherHistory[]> {
  if (otherTools === 'ignore' || state.ordinals.size > 0) return []
  const names = [typeorm['migrationsTableName'], migrationsTable]
  const texts = names.filter((name) => typeof name === 'string' && name !== '') as string[]
  const { readHistories } =
    require('../../journal/histories') as typeof import('../../journal/histories')
  return readHistories(
    session,
    texts.map((name) => name.slice(name.lastIndexOf('.') + 1)),
  )
}

/**
 * What another tool has applied would be applied again: `UPDATE … SET price = price * 1.19` is done twice
 * without an error.
 * @throws {MigrationError} OTHER_TOOL
 */
export function refuseHistories(histories: readonly OtherHistory[]): void {
  if (histories.length === 0) return
  const { describeHistory } =
    require('../../journal/histories') as typeof import('../../journal/histories')
  throw new MigrationError(
    'OTHER_TOOL',
    'another tool has migrated this database, and the journal records nothing',
    {
      detail: histories.map((history) => `found ${describeHistory(history)}`).join('\n'),
      hint: 'Run adopt, which records exactly what that tool has applied, then run this again. Where the other tool keeps to its own part of the database, set other_tools = ignore.',
    },
  )
}

/** What other tools have recorded in the database. */
export interface FoundHistories {
  otherTools: readonly OtherHistory[]
}

/** What a plan is made from. */
export interface FoundSituation extends FoundHistories {
  state: JournalState
}

/** The notices of what only looks, with those about other tools. Pure. */
export function noticed(
  notices: readonly PlanNotice[],
  otherTools: readonly OtherHistory[],
): { notices: readonly PlanNotice[] } & Partial<FoundHistories> {
  if (otherTools.length === 0) return { notices }
  const more = otherTools.map((history) => {
    return { kind: 'notice', code: 'OTHER_TOOL', history } as const
  })
  return { notices: [...notices, ...more], otherTools }
}
