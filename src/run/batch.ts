import type { DatabaseError } from 'pg'
import type { MessageResult } from '../database/message'
import { offsetOfCodePoint } from '../script/position'
import { finishClaim, insertClaim, type Claim, type JournalName } from '../journal/table'

/** A SQL step as it travels in a message: its own transaction, claim first, finish last. */
export interface Parcel {
  claim: Claim
  /** What must come before any query of the transaction: `SET TRANSACTION …`, each one statement. */
  lead: readonly string[]
  /** The script's text, its own BEGIN and COMMIT blanked out. */
  text: string
  /** How many statements the text has; each answers with one command tag. */
  statements: number
  /** SQL to run before the script, each one statement: `SET LOCAL lock_timeout = '2s'`. */
  before: readonly string[]
  /** SQL that puts the session back, each one statement; empty where the script cannot have changed it. */
  after: readonly string[]
}

/** Where a failing parcel stopped. `commit` is where deferred constraints speak. */
export type Stage = 'claim' | 'before' | 'script' | 'after' | 'finish' | 'commit'

/** What became of the parcels of one message. */
export interface Verdict {
  /** Parcels done and committed (in `all` mode: done), from the first. */
  done: number
  /** Milliseconds of each one done, as the server measured. */
  durations: readonly number[]
  /** Nothing at all was run: a syntax error in the message; `failure` is absent when its place is unknown. */
  refused: boolean
  failure?: {
    parcel: number
    stage: Stage
    /** 0-based statement of the script, in stage `script`. */
    statement: number
    /** 0-based UTF-16 offset in the parcel's text, where the server gave one that lies there. */
    position?: number
    error: DatabaseError
  }
}

/** Parcels in one simple-query message; with `transaction` each is wrapped in BEGIN and COMMIT. Pure. */
export interface BatchMessage {
  text: string
  parcels: readonly Parcel[]
  /** UTF-16 offset of each parcel's own text in `text`. */
  offsets: readonly number[]
  transaction: boolean
}

/**
 * Builds the message. A `;` and a newline end every script, so that a last statement without one and
 * a comment at the end do no harm. Pure.
 */
export function buildMessage(
  parcels: readonly Parcel[],
  journal: JournalName,
  transaction: boolean,
): BatchMessage {
  let text = ''
  const offsets: number[] = []
  for (const { claim, lead, before, text: script, after } of parcels) {
    if (transaction) text += 'BEGIN;\n'
    for (const statement of lead) text += `${statement};\n`
    text += `${insertClaim(journal, claim)};\n`
    for (const statement of before) text += `${statement};\n`
    offsets.push(text.length)
    text += `${script}\n;\n`
    for (const statement of after) text += `${statement};\n`
    text += `${finishClaim(journal, claim)};\n`
    if (transaction) text += 'COMMIT;\n'
  }
  return { text, parcels, offsets, transaction }
}

/**
 * Reads the answer: command tags come in order, one a statement, so their number tells what was done
 * and where it stopped. Pure.
 */
export function judge(message: BatchMessage, result: MessageResult): Verdict {
  const durations = result.kept.map(([, duration]) => Number(duration ?? 0))
  if (!result.error) {
    return { done: message.parcels.length, durations, refused: false }
  }
  let left = result.tags.length
  for (const [index, parcel] of message.parcels.entries()) {
    const size = tagsOf(parcel, message.transaction)
    if (left >= size) {
      left -= size
      continue
    }
    if (result.tags.length === 0 && isRefusal(result.error)) return refusal(message, result.error)
    return {
      done: index,
      durations: durations.slice(0, index),
      refused: false,
      failure: {
        parcel: index,
        error: result.error,
        ...stageOf(parcel, left - (message.transaction ? 1 : 0)),
        ...positionIn(message, index, result.error),
      },
    }
  }
  throw new Error('the server sent more command tags than the message has statements')
}

/** A message is parsed whole before any of it runs, so its syntax errors leave no tag. */
function isRefusal({ code, position }: DatabaseError): boolean {
  return (
    code?.startsWith('22') === true ||
    code === '42601' ||
    code === '54001' ||
    position !== undefined
  )
}

function refusal(message: BatchMessage, error: DatabaseError): Verdict {
  const place = message.parcels.length === 1 ? 0 : placeOf(message, error)
  return {
    done: 0,
    durations: [],
    refused: true,
    ...(place !== undefined && {
      failure: {
        parcel: place,
        stage: 'script' as const,
        statement: 0,
        error,
        ...positionIn(message, place, error),
      },
    }),
  }
}

function tagsOf(parcel: Parcel, transaction: boolean): number {
  return (
    parcel.lead.length +
    1 +
    parcel.before.length +
    parcel.statements +
    parcel.after.length +
    1 +
    (transaction ? 2 : 0)
  )
}

function stageOf(parcel: Parcel, done: number): { stage: Stage; statement: number } {
  const script = parcel.lead.length + 1 + parcel.before.length
  const after = script + parcel.statements
  const finish = after + parcel.after.length
  const stage =
    done <= parcel.lead.length
      ? 'claim'
      : done < script
        ? 'before'
        : done < after
          ? 'script'
          : done < finish
            ? 'after'
            : done === finish
              ? 'finish'
              : 'commit'
  return { stage, statement: stage === 'script' ? done - script : 0 }
}

function placeOf(message: BatchMessage, error: DatabaseError): number | undefined {
  const offset = offsetOf(message.text, error)
  if (offset === undefined) return undefined
  const next = message.offsets.findIndex(
    (start, index) => offset < start + (message.parcels[index]?.text.length ?? 0) + 3,
  )
  return next < 0 ? undefined : next
}

function positionIn(message: BatchMessage, parcel: number, error: DatabaseError) {
  const offset = offsetOf(message.text, error)
  const start = message.offsets[parcel] ?? 0
  const length = message.parcels[parcel]?.text.length ?? 0
  if (offset === undefined || offset < start || offset > start + length + 2) return {}
  return { position: Math.min(offset - start, length) }
}

/** `position` counts code points from 1; JavaScript counts UTF-16 units from 0. */
function offsetOf(text: string, { position }: DatabaseError): number | undefined {
  return position === undefined ? undefined : offsetOfCodePoint(text, Number(position))
}
