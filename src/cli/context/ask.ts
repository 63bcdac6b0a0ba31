import { MigrationError } from '../../errors'
import type { Context } from './command-context'

/**
 * Asks a question whose answer is yes or no, on a terminal and without `--yes`; elsewhere the answer
 * is yes.
 * @throws {MigrationError} DECLINED
 */
export async function confirm(context: Context, question: string): Promise<void> {
  const { call, io, output } = context
  if (call.options.yes || !canAsk(context) || !io.stdin) return
  output.ask(`${question} [y/N] `)
  const answer = await readLine(io.stdin)
  if (/^\s*y(es)?\s*$/i.test(answer)) return
  throw new MigrationError('DECLINED', 'nothing was done, since the answer was not yes', {
    hint: 'Answer y, or give --yes.',
  })
}

/** True where the answer is yes; a terminal must be there. */
export async function isAgreed({ io, output }: Context, question: string): Promise<boolean> {
  if (!io.stdin) return false
  output.ask(`${question} [y/N] `)
  return /^\s*y(es)?\s*$/i.test(await readLine(io.stdin))
}

/**
 * The same for what ends somebody else's work: where nobody can be asked, the answer is no.
 * @throws {MigrationError} DECLINED
 */
export async function confirmSurely(context: Context, question: string): Promise<void> {
  if (context.call.options.yes || canAsk(context)) return confirm(context, question)
  throw new MigrationError('DECLINED', 'nothing was done, since nobody could be asked', {
    hint: 'Give --yes.',
  })
}

/** True with a terminal on both sides; not where stderr is read by a program. */
export function canAsk({ io, output }: Context): boolean {
  return io.terminal.stdin && io.terminal.stderr && io.stdin !== undefined && !output.logs
}

/** The first line; empty at the end of the input. */
function readLine(input: NodeJS.ReadableStream): Promise<string> {
  // few are asked, and it takes its time to load
  const { createInterface } = require('node:readline') as typeof import('node:readline')
  return new Promise((resolve) => {
    const lines = createInterface({ input, terminal: false })
    lines.once('line', (line) => {
      resolve(line)
      lines.close()
    })
    lines.once('close', () => {
      resolve('')
      input.pause()
    })
  })
}
