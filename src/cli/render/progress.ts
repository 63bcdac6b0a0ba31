import type { Step } from '../../plan/plan'
import { cellWidth, elapsed, titleWords } from '../text/text'

/** What a moving line shows of a run. */
export interface ProgressFacts {
  /** Steps finished. */
  done: number
  /** 0 while the plan is not known: the lock may be held by another. */
  total: number
  /** The step that is running. */
  step?: NamedStep | undefined
  /** Since that step began; while it waits, since the run did. */
  elapsedMs: number
}

type NamedStep = Pick<Step, 'revision' | 'title'>

/** Follows which step is running, and since when. */
export class RunMeter {
  private steps: readonly NamedStep[] = []
  private step: NamedStep | undefined
  private done = 0
  private since: number

  constructor(private readonly clock: () => number) {
    this.since = clock()
  }

  planned(steps: readonly NamedStep[]): void {
    this.steps = steps
    this.begin(0)
  }

  started(step: NamedStep, index: number): void {
    this.begin(index)
    this.step = step
  }

  /** The next one begins where this one ends. */
  finished(index: number): void {
    this.begin(index + 1)
  }

  now(): ProgressFacts {
    const { done, step } = this
    return { done, step, total: this.steps.length, elapsedMs: this.clock() - this.since }
  }

  private begin(index: number): void {
    this.done = index
    this.step = this.steps[index]
    this.since = this.clock()
  }
}

/** `[2/12] 20260103120000 add orders  1.2 s`, cut so that it never wraps. Pure. */
export function progressText(
  { done, total, step, elapsedMs }: ProgressFacts,
  columns: number,
): string {
  const tail = `  ${elapsed(elapsedMs)}`
  const what = step ? ` ${step.revision} ${titleWords(step.title)}`.trimEnd() : ''
  const head = total === 0 ? '[waiting]' : `[${Math.min(done + 1, total)}/${total}]${what}`
  return cut(head, columns - 1 - tail.length) + tail
}

function cut(text: string, cells: number): string {
  if (cellWidth(text) <= cells) return text
  let kept = ''
  let width = 1
  for (const character of text) {
    width += cellWidth(character)
    if (width > cells) break
    kept += character
  }
  return `${kept}…`
}
