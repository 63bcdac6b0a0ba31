import type { Context } from './command-context'
import { startMovingLine } from '../terminal/moving-line'
import { elapsed } from '../text/text'

/** What is going on, on a terminal's last line; not while somebody types there. */
export function progressOn({ io, output }: Context) {
  const startedAt = performance.now()
  let doing = ''
  const line = () => `${doing}  ${elapsed(performance.now() - startedAt)}`
  const begin = () => {
    if (!io.terminal.stderr || output.quiet || output.logs) return
    output.moving = startMovingLine((text) => output.draw(text), line)
  }
  const end = () => {
    output.moving?.stop()
    output.moving = undefined
  }
  const progress = (text: string) => {
    doing = text
    if (output.verbose) output.note(text)
  }
  begin()
  return { progress, begin, end }
}
