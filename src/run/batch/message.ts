import type { DatabaseError } from 'pg'
import type { MessageResult } from '../../database/postgres/simple-query'
import { offsetOfCodePoint } from '../../script/position'

/** Where a failing envelope stopped. `commit` is where deferred constraints speak. */
export type PartKind = 'claim' | 'before' | 'script' | 'finish' | 'commit'

/** A part of a envelope: statements that follow each other in the message, and how many they are. */
export interface MessagePart {
  stage: PartKind
  text: string
  /** Each answers with one command tag. */
  statements: number
}

/** A script as it travels in a message: its claim first, its text, what finishes it. */
export type Envelope = readonly MessagePart[]

/** What became of the envelopes of one message. */
export interface MessageVerdict {
  /** Parcels done and committed (in `all` mode: done), from the first. */
  done: number
  /** Milliseconds of each one done, as the server measured; none where it failed before it could say. */
  durations: readonly number[]
  /** When each claim was made, by the server's clock in milliseconds, whatever became of it. */
  began: readonly number[]
  /** Nothing at all was run: a syntax error in the message; `failure` is absent when its place is unknown. */
  refused: boolean
  failure?: {
    envelope: number
    stage: PartKind
    /** 0-based statement of the script, in stage `script`. */
    statement: number
    /** 0-based UTF-16 offset in the script's text, where the server gave one that lies there. */
    position?: number
    error: DatabaseError
  }
}

/** Parcels in one simple-query message. */
export interface BatchMessage {
  text: string
  envelopes: readonly Envelope[]
  /** Where each envelope's script lies in `text`, in UTF-16 units. */
  scripts: readonly { start: number; end: number }[]
}

/** The statements that typetrek adds to make a part of a message. Pure. */
export function messagePart(stage: PartKind, ...statements: readonly string[]): MessagePart {
  const text = statements.map((statement) => `${statement};\n`).join('')
  return { stage, text, statements: statements.length }
}

/**
 * The script's own messagePart. A `;` and a newline end it, so that a last statement without one and a comment
 * at the end do no harm. Pure.
 */
export function scriptPart(text: string, statements: number): MessagePart {
  return { stage: 'script', text: `${text}\n;\n`, statements }
}

/** How many command tags a script's part of a message answers with. Pure. */
export function statementsIn(envelope: Envelope): number {
  return envelope.reduce((sum, { statements }) => sum + statements, 0)
}

/** Builds the message. Pure. */
export function buildMessage(envelopes: readonly Envelope[]): BatchMessage {
  let text = ''
  const scripts: { start: number; end: number }[] = []
  for (const one of envelopes.flat()) {
    if (one.stage === 'script') {
      scripts.push({ start: text.length, end: text.length + one.text.length - ending })
    }
    text += one.text
  }
  return { text, envelopes, scripts }
}

/** Length of what ends a script. */
const ending = '\n;\n'.length

/**
 * Reads the answer: command tags come in order, one a statement, so their number shows what was done
 * and where it stopped. Pure.
 */
export function judge(message: BatchMessage, result: MessageResult): MessageVerdict {
  const durations = durationsOf(result)
  const began = beganOf(result)
  if (!result.error) return { done: message.envelopes.length, durations, began, refused: false }
  if (result.tags.length === 0 && isRefusal(result.error)) return refusal(message, result.error)
  let left = result.tags.length
  for (const [index, envelope] of message.envelopes.entries()) {
    for (const { stage, statements } of envelope) {
      if (left >= statements) {
        left -= statements
        continue
      }
      return {
        done: index,
        durations: [],
        began,
        refused: false,
        failure: {
          envelope: index,
          stage,
          statement: stage === 'script' ? left : 0,
          error: result.error,
          ...positionIn(message, index, result.error),
        },
      }
    }
  }
  throw new Error('the server sent more command tags than the message has statements')
}

/** Rows of typetrek's own say how long each script took, in milliseconds: at its end, or all of them at the message's. */
export function durationsOf({ rows }: MessageResult): number[] {
  const own = rows.filter(([what]) => what !== 'began')
  return own.map(([, milliseconds]) => Number(milliseconds ?? 0))
}

function beganOf({ rows }: MessageResult): number[] {
  return rows.filter(([what]) => what === 'began').map(([, milliseconds]) => Number(milliseconds))
}

/**
 * A message is parsed whole before any of it runs, so its syntax errors leave no tag. Who divides by zero
 * has run.
 */
function isRefusal({ code, position }: DatabaseError): boolean {
  return (
    (code?.startsWith('22') === true && code !== '22012') ||
    code === '42601' ||
    code === '54001' ||
    position !== undefined
  )
}

function refusal(message: BatchMessage, error: DatabaseError): MessageVerdict {
  const place = message.envelopes.length === 1 ? 0 : placeOf(message, error)
  return {
    done: 0,
    durations: [],
    began: [],
    refused: true,
    ...(place !== undefined && {
      failure: {
        envelope: place,
        stage: 'script' as const,
        statement: 0,
        error,
        ...positionIn(message, place, error),
      },
    }),
  }
}

function placeOf(message: BatchMessage, error: DatabaseError): number | undefined {
  const offset = offsetOf(message.text, error)
  if (offset === undefined) return undefined
  const next = message.scripts.findIndex(({ end }) => offset < end + ending)
  return next < 0 ? undefined : next
}

function positionIn(message: BatchMessage, envelope: number, error: DatabaseError) {
  const offset = offsetOf(message.text, error)
  const { start, end } = message.scripts[envelope] ?? { start: 0, end: 0 }
  if (offset === undefined || offset < start || offset >= end + ending) return {}
  return { position: Math.min(offset, end) - start }
}

/** `position` counts code points from 1; JavaScript counts UTF-16 units from 0. */
function offsetOf(text: string, { position }: DatabaseError): number | undefined {
  return position === undefined ? undefined : offsetOfCodePoint(text, Number(position))
}
