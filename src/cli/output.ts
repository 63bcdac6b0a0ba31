import { redactor } from '../settings/redact'
import type { Io } from './io'
import { documentText } from './json'
import type { MovingLine } from './moving-line'
import type { GivenOptions } from './options'
import { styleFor, type Style } from './style'

/** A message of the server or of a script, and whose it is. */
export interface SaidByScript {
  severity: string
  text: string
  revision?: string
  title?: string
}

/**
 * The one way out: all text passes here, and no secret gets by. Results go to stdout, progress and
 * diagnostics to stderr. With `--json` stdout gets one document and no other text; with `--quiet`
 * only that document and errors are written.
 */
export class Output {
  readonly json: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  /** For what goes to stdout. */
  readonly style: Style
  /** For what goes to stderr. */
  readonly noteStyle: Style
  /** The progress that other lines must not run into. */
  moving?: MovingLine | undefined
  /** What the server and the scripts have said, for the document. */
  readonly messages: SaidByScript[] = []
  readonly #io: Io
  readonly #secrets = new Set<string>()
  #redact: (text: string) => string = (text) => text
  #documented = false

  constructor(io: Io, options: GivenOptions) {
    this.#io = io
    this.json = options.json ?? false
    this.quiet = options.quiet ?? false
    this.verbose = options.verbose ?? false
    const allowed = options.color ?? true
    this.style = styleFor(io.terminal.stdout, io.env, allowed)
    this.noteStyle = styleFor(io.terminal.stderr, io.env, allowed)
  }

  /** These texts are never written from now on. */
  hide(secrets: Iterable<string>): void {
    for (const secret of secrets) this.#secrets.add(secret)
    this.#redact = redactor(this.#secrets)
  }

  /** Part of the answer, for a person. */
  result(text: string): void {
    if (this.json || this.quiet) return
    this.moving?.clear()
    this.#io.stdout(this.#redact(text) + '\n')
  }

  /** The answer as JSON; only with `--json`, and only once. */
  document(value: object): void {
    if (!this.json || this.#documented) return
    this.#documented = true
    this.moving?.clear()
    const whole = this.messages.length > 0 ? { ...value, messages: this.messages } : value
    this.#io.stdout(documentText(whole, this.#redact) + '\n')
  }

  /** What a person may like to know besides the answer. */
  note(text: string): void {
    if (!this.quiet) this.error(text)
  }

  /** What must be said, also with `--quiet`. */
  error(text: string): void {
    this.moving?.clear()
    this.#io.stderr(this.#redact(text) + '\n')
  }

  /** A question: without a line's end, also with `--quiet`. */
  ask(text: string): void {
    this.#io.stderr(this.#redact(text))
  }

  /** Text that moves on a terminal. */
  draw(text: string): void {
    this.#io.stderr(this.#redact(text))
  }
}
