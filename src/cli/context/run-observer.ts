import type { Plan } from '../../plan/plan'
import { labelOf, type ScriptName } from '../../plan/notice'
import type { Notice, Observer, TimedStatement } from '../../run/context/events'
import type { Io } from '../terminal/io'
import { describeNotice } from '../../run/context/notice-text'
import { resultMember } from '../render/json'
import type { LogLevel } from '../terminal/log'
import { startMovingLine } from '../terminal/moving-line'
import type { Output } from '../terminal/output'
import { progressText, RunMeter } from '../render/progress'
import { renderResult, widthsOf, type StepWidths } from '../render/render-report'
import { elapsed, indented, visibleLines } from '../text/text'

/**
 * Follows a run: a line on stdout for each script as it is done, notices and messages on stderr, and
 * on a terminal a moving line that says which script is running. With `--log json` each is an event.
 */
export function follow(
  output: Output,
  io: Io,
  debug = false,
): { observer: Observer; end: () => void } {
  const progress = new RunMeter(() => performance.now())
  let widths: StepWidths = { revision: 0, title: 0 }
  const notice = noticesOnce(output)
  if (io.terminal.stderr && !output.quiet && !output.logs) {
    const line = () => progressText(progress.now(), io.columns ?? 80)
    output.moving = startMovingLine((text) => output.draw(text), line)
  }
  const observer: Observer = {
    planned(plan) {
      widths = widthsOf(plan.steps)
      progress.planned(plan.steps)
      logPlan(output, plan)
    },
    started(step, index, total) {
      progress.started(step, index)
      const { revision, title, kind, direction, operation } = step
      const what = { revision, title, kind, direction, operation, index, total }
      output.event('info', 'started', what)
    },
    finished(result, index, total) {
      progress.finished(index)
      const failed = result.outcome === 'error'
      const what = { ...resultMember(result), index, total }
      output.event(failed ? 'error' : 'info', failed ? 'failed' : 'finished', what)
      output.result(renderResult(result, widths, output.style))
    },
    notice,
    message: (severity, text, script) => showMessage(output, severity, text, script),
    ...((debug || output.verbose) && {
      statement: (statement, script) => showStatement(output, statement, script),
    }),
  }
  const end = () => {
    output.moving?.stop()
    output.moving = undefined
  }
  return { observer, end }
}

function logPlan(output: Output, { steps, applied, pending }: Plan): void {
  const counts = { applied: applied.length, pending: pending.length }
  output.event('info', 'planned', { steps: steps.map(({ revision }) => revision), ...counts })
}

/** A notice that comes again is said once to a person. */
function noticesOnce(output: Output): (notice: Notice) => void {
  const seen = new Set<string>()
  return (notice) => {
    const { kind, code } = notice
    const text = describeNotice(notice)
    output.event(kind === 'waiting' ? 'info' : 'warn', kind, { code, message: text })
    if (seen.has(text)) return
    seen.add(text)
    output.heading(`${output.noteStyle.yellow('notice:')} ${visibleLines(text)}`)
  }
}

/** What the server or a script says while it runs. */
function showMessage(
  output: Output,
  severity: string,
  text: string,
  script: ScriptName | undefined,
): void {
  if (!output.verbose && isChatter(severity)) return
  output.event(levelOf(severity), 'message', { severity, message: text, ...script })
  const said = visibleLines(text)
  const named = script ? `script ${labelOf(script)}: ${said}` : said
  output.heading(severity === 'LOG' ? `  ${said}` : `${severity.toLowerCase()}: ${named}`)
}

/** A statement as it stands in the script, with the time that it took. */
function showStatement(
  output: Output,
  { text, durationMs }: TimedStatement,
  script: ScriptName,
): void {
  const sql = text.trim()
  output.event('debug', 'statement', { ...script, sql, durationMs })
  const time = durationMs < 100 ? `${durationMs.toFixed(1)} ms` : elapsed(durationMs)
  const head = output.noteStyle.dim(`sql, ${time}:`)
  output.heading(`  ${head} ${indented(visibleLines(sql), '    ').trimStart()}`)
}

/** PostgreSQL means INFO and WARNING to be seen always; LOG is what a script says itself. */
function isChatter(severity: string): boolean {
  return /^(?:notice|debug\d?)$/i.test(severity)
}

function levelOf(severity: string): LogLevel {
  if (/^warning$/i.test(severity)) return 'warn'
  return isChatter(severity) ? 'debug' : 'info'
}
