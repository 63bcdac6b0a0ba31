import type { Plan, Step } from '../../plan/plan'
import type { StepResult } from '../../errors'
import type { Style } from '../text/style'
import { cellWidth, counted, elapsed, titleWords } from '../text/text'

/** Widths that align the lines of one run. */
export interface StepWidths {
  revision: number
  title: number
}

type Named = Pick<Step, 'revision' | 'title'>

const widestTitle = 48

export function widthsOf(steps: readonly Named[]): StepWidths {
  const widest = (texts: string[]) =>
    texts.reduce((most, text) => Math.max(most, cellWidth(text)), 0)
  return {
    revision: widest(steps.map(({ revision }) => revision)),
    title: Math.min(widestTitle, widest(steps.map(({ title }) => titleWords(title)))),
  }
}

/** `up`, `down` or `mark`: what is done to a script. */
export function verbOf({ direction, operation }: Pick<Step, 'direction' | 'operation'>): string {
  if (operation === 'run_skip') return 'mark'
  return direction
}

/** `up   20260101120000 create customers  12 ms`. Pure. */
export function renderResult(result: StepResult, widths: StepWidths, style: Style): string {
  const failed = result.outcome === 'error'
  const paint = failed ? style.red : result.direction === 'up' ? style.green : style.yellow
  const title = padded(titleWords(result.title), widths.title)
  const revision = padded(result.revision, widths.revision)
  const duration = elapsed(result.durationMs)
  const end = failed ? `${style.red('failed')} after ${duration}` : style.dim(duration)
  return `${paint(verbOf(result).padEnd(4))} ${revision} ${title}  ${end}`
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - cellWidth(text)))
}

/** The last line of a run: what was done, or that there was nothing to do. Pure. */
export function renderSummary(steps: readonly StepResult[], plan: Plan, ms: number): string {
  if (steps.length === 0) return `nothing to do: ${standing(plan)}`
  const down = steps.filter(({ direction }) => direction === 'down').length
  const marked = steps.filter(({ operation }) => operation === 'run_skip').length
  const up = steps.length - down - marked
  const parts = [
    ...(down ? [`${counted(down, 'script')} reverted`] : []),
    ...(up ? [`${counted(up, 'script')} applied`] : []),
    ...(marked ? [`${counted(marked, 'script')} marked as applied`] : []),
  ]
  return `${parts.join(', ')} in ${elapsed(ms)}`
}

/** The last line of `setup`. Pure. */
export function renderSetUp(
  setUp: boolean,
  steps: readonly StepResult[],
  plan: Plan,
  ms: number,
): string {
  if (!setUp) return `set up already: ${standing(plan)}`
  return steps.length === 0
    ? `set up in ${elapsed(ms)}`
    : `set up: ${renderSummary(steps, plan, ms)}`
}

/** `12 applied, none pending`. */
export function standing({ applied, pending }: Plan): string {
  return `${applied.length} applied, ${pending.length === 0 ? 'none' : pending.length} pending`
}
