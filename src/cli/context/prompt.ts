import { createInterface, type Interface } from 'node:readline'
import type { Question } from '../../change/model/answers'
import { MigrationError } from '../../errors'
import { canAsk } from './ask'
import type { Context } from './command-context'
import { visibleLines } from '../text/text'

/** A question, whatever it is about. */
type Asked = Omit<Question, 'about'>

/** Asks questions one after the other; `close` lets the terminal go. */
export interface Asker {
  /** Undefined goes back to the question before. */
  ask(question: Asked): Promise<string | undefined>
  close(): void
}

/** Somebody to ask, where there is a terminal on both sides. */
export function askerOf(context: Context, signal: AbortSignal): Asker | undefined {
  const { io, output } = context
  const { stdin } = io
  if (!stdin || !canAsk(context)) return undefined
  const lines = new Lines(stdin, signal)
  return {
    ask: async (question) => {
      output.moving?.clear()
      output.ask(visibleLines(questionText(question)))
      for (;;) {
        output.ask(promptFor(question))
        const line = await lines.next()
        if (line === undefined) throw declined(question)
        const read = readAnswer(line.trim(), question)
        if (read.is === 'back') return undefined
        if (read.is === 'answer') return read.answer
        output.error(read.why)
      }
    },
    close: () => lines.close(),
  }
}

/** The question with its place among the others, and the answers to choose from. Pure. */
export function questionText({ number, of, text, facts, offers }: Asked): string {
  const width = Math.min(40, Math.max(...offers.map(({ answer }) => wordsFor(answer).length)))
  const list = offers.map(
    ({ answer, effect }, at) => `  ${at + 1}  ${wordsFor(answer).padEnd(width)}  ${effect}\n`,
  )
  const place = `${number} of ${of}`
  const known = facts.map((fact) => `  ${fact}`)
  return `\n${[`${place}  ${text}`, ...known].join('\n')}\n${list.join('')}`
}

function wordsFor(answer: string): string {
  return answer === '' ? 'empty' : answer
}

function promptFor({ choices, offers, suggestion, number }: Asked): string {
  const ways = [
    ...(offers.length > 0 ? ['a number'] : []),
    ...(choices ? [] : ['SQL']),
    ...(number > 1 ? ['back'] : []),
  ]
  const at = offers.findIndex(({ answer }) => answer === suggestion)
  const usual = at < 0 ? '' : ` [${at + 1}]`
  const last = ways.length > 1 ? ` or ${ways.pop()}` : ''
  const text = `${ways.join(', ')}${last}`
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${usual}: `
}

type Reading = { is: 'answer'; answer: string } | { is: 'back' } | { is: 'unread'; why: string }

/**
 * What a person means by a line: enter is the suggestion, a number the offer in that place, `empty` the
 * empty answer, `back` the question before; `= 1` is the SQL 1 where a number would be an offer. Pure.
 */
export function readAnswer(line: string, question: Asked): Reading {
  const { offers, choices, suggestion } = question
  const answers = offers.map(({ answer }) => answer)
  const answer = (text: string): Reading => ({ is: 'answer', answer: text })
  if (line === '') {
    if (suggestion !== undefined) return answer(suggestion)
    return {
      is: 'unread',
      why: 'Enter alone chooses nothing here: more than one answer may be meant.',
    }
  }
  const offered = answers[Number(line) - 1]
  if (offered !== undefined) return answer(offered)
  if (answers.includes(line)) return answer(line)
  if (line === 'back') return { is: 'back' }
  if (line === 'empty') {
    if (answers.includes('')) return answer('')
    return { is: 'unread', why: 'Empty is no answer here.' }
  }
  if (choices) return { is: 'unread', why: `"${line}" is none of the choices.` }
  return answer(line.replace(/^=\s*/, ''))
}

function declined({ flag, text }: Asked): MigrationError {
  return new MigrationError('DECLINED', 'nothing was written, since a question was left open', {
    detail: text,
    hint: `Answer it, or give ${flag}.`,
  })
}

/** The lines of a terminal, none lost between two questions; undefined at its end. */
class Lines {
  private reader: Interface | undefined
  private readonly waiting: ((line: string | undefined) => void)[] = []
  private readonly read: string[] = []
  private ended = false

  constructor(
    private readonly input: NodeJS.ReadableStream,
    signal: AbortSignal,
  ) {
    signal.addEventListener('abort', () => this.end())
  }

  next(): Promise<string | undefined> {
    this.reader ??= this.open()
    const line = this.read.shift()
    if (line !== undefined || this.ended) return Promise.resolve(line)
    return new Promise((settle) => this.waiting.push(settle))
  }

  close(): void {
    this.reader?.close()
    if (this.reader) this.input.pause()
  }

  private open(): Interface {
    const reader = createInterface({ input: this.input, terminal: false })
    reader.on('line', (line) => {
      const first = this.waiting.shift()
      if (first) first(line)
      else this.read.push(line)
    })
    reader.once('close', () => this.end())
    return reader
  }

  private end(): void {
    this.ended = true
    for (const settle of this.waiting.splice(0)) settle(undefined)
  }
}
