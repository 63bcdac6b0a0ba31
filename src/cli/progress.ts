import { cellWidth, elapsed, titleWords } from './text'

/** What a moving line tells of a run. */
export interface Progress {
  /** Steps finished. */
  done: number
  /** 0 while the plan is not known: the lock may be held by another. */
  total: number
  /** The step that is running. */
  step?: { revision: string; title: string }
  elapsedMs: number
}

/** `[2/12] 20260103120000 add orders  1.2 s`, cut so that it never wraps. Pure. */
export function progressText({ done, total, step, elapsedMs }: Progress, columns: number): string {
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
