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
  ask(question: Asked): Promise<string>
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
      for (;;) {
        output.moving?.clear()
        output.ask(promptFor(question))
        const line = await lines.next()
        if (line === undefined) throw declined(question)
        const answer = meant(line.trim(), question)
        if (answer !== undefined) return answer
        output.error(`"${line.trim()}" is none of the choices.`)
      }
    },
    close: () => lines.close(),
  }
}

function promptFor({ text, choices, suggestion }: Asked): string {
  const list = choices?.map((choice, at) => `  ${at + 1}  ${choice}\n`).join('') ?? ''
  const usual = suggestion === undefined ? '' : ` [${suggestion}]`
  return visibleLines(`${text}\n${list}${choices ? 'Number or words' : 'SQL'}${usual}: `)
}

/** A number stands for the choice in that place. */
function meant(line: string, { choices, suggestion }: Asked): string | undefined {
  if (line === '') return suggestion
  if (!choices) return line
  return choices[Number(line) - 1] ?? choices.find((choice) => choice === line)
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
