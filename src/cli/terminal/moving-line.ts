/** The last line of a terminal, drawn again and again. */
export interface MovingLine {
  /** Takes it away, so that other text can be written; the next tick draws it again. */
  clear(): void
  /** Draws nothing until the function that it gives is called: a question is on the line. */
  hold(): () => void
  /** Takes it away for good. */
  stop(): void
}

const firstAfter = 400
const every = 100
const clearLine = '\r\u001b[2K'

/**
 * Draws `text()` on the terminal's last line ten times a second, first after 0.4 seconds: a short
 * run shows none. The timer keeps no process alive.
 */
export function startMovingLine(write: (text: string) => void, text: () => string): MovingLine {
  const startedAt = performance.now()
  let drawn = false
  let held = false
  const draw = () => {
    if (held || performance.now() - startedAt < firstAfter) return
    write(clearLine + text())
    drawn = true
  }
  const clear = () => {
    if (drawn) write(clearLine)
    drawn = false
  }
  const timer = setInterval(draw, every).unref()
  const stop = () => {
    clearInterval(timer)
    clear()
  }
  const hold = () => {
    clear()
    held = true
    return () => (held = false)
  }
  return { clear, hold, stop }
}
