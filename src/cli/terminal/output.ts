import { redactor } from '../../settings/value/redact'
import type { Io } from './io'
import { documentText } from '../render/json'
import { logFormat, type LogLevel } from './log'
import type { MovingLine } from './moving-line'
import type { GivenOptions } from '../arguments/option-table'
import { styleFor, type Style } from '../text/style'

/**
 * The one way out: all text passes here, and no secret gets by. Results go to stdout, progress and
 * diagnostics to stderr. With `--json` stdout gets one document and no other text; with `--quiet`
 * only that document and errors are written. With `--log json` stderr gets one JSON object a line, and
 * nothing is painted or moves.
 */
export class Output {
  readonly json: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  /** True where stderr is read by a program. */
  readonly logs: boolean
  /** For what goes to stdout. */
  readonly style: Style
  /** For what goes to stderr. */
  readonly noteStyle: Style
  /** The progress that other lines must not run into. */
  moving?: MovingLine | undefined
  readonly #io: Io
  readonly #secrets: (readonly string[])[] = []
  #known = 0
  #redactor: (text: string) => string = (text) => text
  #documented = false

  constructor(io: Io, options: GivenOptions) {
    this.#io = io
    this.json = options.json ?? false
    this.quiet = options.quiet ?? false
    this.verbose = options.verbose ?? false
    this.logs = logFormat(options.log, io.env) === 'json'
    const allowed = (options.color ?? true) && !this.logs
    this.style = styleFor(io.terminal.stdout, io.env, allowed)
    this.noteStyle = styleFor(io.terminal.stderr, io.env, allowed)
  }

  /** These texts, and those that join them, are never written from now on. */
  hide(secrets: readonly string[]): void {
    this.#secrets.push(secrets)
  }

  /** Part of the answer, for a person. */
  result(text: string): void {
    if (this.json || this.quiet) return
    this.moving?.clear()
    this.#io.stdout(this.#redact(text) + '\n')
  }

  /** The answer as JSON; only with `--json`, and only once. */
  document(value: unknown): void {
    if (!this.json || this.#documented) return
    this.#documented = true
    this.moving?.clear()
    this.#io.stdout(documentText(value, this.#redact) + '\n')
  }

  /** What a person may like to know besides the answer. */
  note(text: string): void {
    if (this.logs) this.event('info', 'note', { message: text })
    else if (!this.quiet) this.#say(text)
  }

  /** The same for people alone: events say it otherwise. */
  heading(text: string): void {
    if (!this.logs && !this.quiet) this.#say(text)
  }

  /** What must be said, also with `--quiet`. */
  error(text: string): void {
    if (this.logs) this.event('error', 'note', { message: text })
    else this.#say(text)
  }

  /** Something that happened, for programs; of `--quiet` only errors are left. */
  event(level: LogLevel, event: string, members: object): void {
    if (!this.logs || (this.quiet && level !== 'error')) return
    const record = { time: new Date().toISOString(), level, event, ...members }
    this.#io.stderr(documentText(record, this.#redact, 0) + '\n')
  }

  /** A question: without a line's end, also with `--quiet`. */
  ask(text: string): void {
    this.#io.stderr(this.#redact(text))
  }

  /** Text that moves on a terminal. */
  draw(text: string): void {
    this.#io.stderr(this.#redact(text))
  }

  readonly #redact = (text: string): string => {
    const count = this.#secrets.reduce((sum, { length }) => sum + length, 0)
    if (count !== this.#known) this.#redactor = redactor(this.#secrets.flat())
    this.#known = count
    return this.#redactor(text)
  }

  #say(text: string): void {
    this.moving?.clear()
    this.#io.stderr(this.#redact(text) + '\n')
  }
}
