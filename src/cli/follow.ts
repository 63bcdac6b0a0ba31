import { labelOf } from '../run/label'
import type { Observer } from '../run/report'
import type { Io } from './io'
import { startMovingLine } from './moving-line'
import type { Output } from './output'
import { progressText, type Progress } from './progress'
import { renderResult, widthsOf, type StepWidths } from './render-report'
import { visibleLines } from './text'

/**
 * Follows a run: a line on stdout for each script as it is done, notices and messages on stderr, and
 * on a terminal a moving line that says which script is running.
 */
export function follow(output: Output, io: Io): { observer: Observer; end: () => void } {
  const startedAt = performance.now()
  const progress: Progress = { done: 0, total: 0, elapsedMs: 0 }
  const seen = new Set<string>()
  let widths: StepWidths = { revision: 0, title: 0 }
  const notice = (text: string) => {
    if (seen.has(text)) return
    seen.add(text)
    output.note(`${output.noteStyle.yellow('notice:')} ${visibleLines(text)}`)
  }
  const line = () => {
    progress.elapsedMs = performance.now() - startedAt
    return progressText(progress, io.columns ?? 80)
  }
  if (io.terminal.stderr && !output.quiet) {
    output.moving = startMovingLine((text) => output.draw(text), line)
  }
  const observer: Observer = {
    planned(plan) {
      widths = widthsOf(plan.steps)
      progress.total = plan.steps.length
      plan.notices.forEach(notice)
    },
    started(step, index, total) {
      Object.assign(progress, { step, total, done: index })
    },
    finished(result, index, total) {
      Object.assign(progress, { total, done: index + 1 })
      output.result(renderResult(result, widths, output.style))
    },
    notice,
    message(severity, text, script) {
      if (!output.verbose && isChatter(severity)) return
      output.messages.push({ severity, text, ...script })
      const said = visibleLines(text)
      const named = script ? `script ${labelOf(script)}: ${said}` : said
      output.note(severity === 'LOG' ? `  ${said}` : `${severity.toLowerCase()}: ${named}`)
    },
  }
  const end = () => {
    output.moving?.stop()
    output.moving = undefined
  }
  return { observer, end }
}

/** PostgreSQL means INFO and WARNING to be seen always; LOG is what a script says itself. */
function isChatter(severity: string): boolean {
  return /^(?:notice|debug\d?)$/i.test(severity)
}
