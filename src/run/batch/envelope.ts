import {
  enterClaim,
  finishClaim,
  insertClaim,
  insertDone,
  leaveClaim,
} from '../../journal/model/claim'
import { answerBegan } from '../../journal/model/write-times'
import type { Settings } from '../../settings/value/setting-types'
import type { Session } from '../../database/postgres/session'
import { startOfStatement, type FailurePlace } from '../failure/script-failure'
import { type Envelope, messagePart, scriptPart, type MessageVerdict } from './message'
import type { PreparedSql } from '../prepare/prepared-step'
import { asRole } from '../context/script-role'
import { restoreSession, timeoutsFor } from '../context/session-settings'

/** How a script travels. */
export interface Packing {
  /** False in `all` mode, where one transaction is open already. */
  transaction: boolean
  /** True where only we can end the transaction: its entry is a success from the claim on. */
  sealed: boolean
  /** The id of that one transaction, for a sealed script. */
  within?: string | undefined
  /** True for the first of its message. */
  first: boolean
  /** Statements just before COMMIT. */
  last: readonly string[]
}

/** A SQL script with its claim and what finishes it, each in a transaction of its own where asked for. */
export function envelopeOf(
  prepared: PreparedSql,
  work: Session,
  settings: Settings,
  packing: Packing,
): Envelope {
  const { claim, sql } = prepared
  const { journal } = settings
  const { transaction, sealed, within, first, last } = packing
  const lead = leadOf(sql)
  const statements = sql.statements.length - (lead ? lead.statements.length : 0)
  const insert = sealed ? insertDone(journal, claim, within) : insertClaim(journal, claim)
  // More than 64 savepoints in one transaction would slow down everybody else's snapshots: there the next
  // claim shows that the transaction is still the same.
  const [put, check] = sealed && transaction ? [[enterClaim(claim)], [leaveClaim(claim)]] : [[], []]
  const restore = restoreSession(work, sql.text)
  const finish = sealed ? restore : [...restore, finishClaim(journal, claim)]
  const timeouts = timeoutsFor(work, settings, { part: prepared.part, local: true, wire: first })
  const role = asRole(settings, true)
  return [
    ...(transaction ? [messagePart('claim', 'BEGIN')] : []),
    messagePart('claim', ...(lead?.statements ?? []), insert + answerBegan),
    messagePart('before', ...timeouts, ...role, ...put),
    scriptPart(lead?.text ?? sql.text, statements),
    messagePart('finish', ...check, ...finish, ...last),
    ...(transaction ? [messagePart('commit', 'COMMIT')] : []),
  ]
}

/** SET TRANSACTION must come before any query, so before the claim; it is no work that a claim guards. */
function leadOf({ statements, text }: PreparedSql['sql']) {
  const count = statements.findIndex(({ words: [first, second] }) => {
    return first !== 'SET' || second !== 'TRANSACTION'
  })
  const lead = statements.slice(0, count < 0 ? statements.length : count)
  const end = lead.at(-1)?.end
  if (end === undefined) return undefined
  return {
    statements: lead.map(({ firstTokenStart, end: last }) => text.slice(firstTokenStart, last)),
    text: text.slice(0, end + 1).replace(/[^\n]/g, ' ') + text.slice(end + 1),
  }
}

/** Where in a SQL script a message stopped: at the server's position, else at the start of its statement. */
export function placeOfFailure(
  { part, sql }: PreparedSql,
  { stage, statement, position }: NonNullable<MessageVerdict['failure']>,
): FailurePlace | undefined {
  const lead = leadOf(sql)
  const start = (index: number) => startOfStatement(sql.statements, index) ?? 0
  // what a SET TRANSACTION asks for shows at the claim, which comes after it
  if (stage === 'claim' || stage === 'before')
    return lead && { part, offset: start(0), stage: 'finish' }
  if (stage !== 'script')
    return { part, offset: start(Math.max(0, sql.statements.length - 1)), stage: 'finish' }
  return { part, offset: position ?? start((lead?.statements.length ?? 0) + statement), stage }
}
