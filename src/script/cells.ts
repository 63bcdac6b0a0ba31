/** One grapheme as a terminal shows it, and how many cells it takes: wide ones two, marks none. */
export interface Cell {
  shown: string
  width: number
}

let graphemes: Intl.Segmenter | undefined // 5 ms to make, and seldom needed

/** Whoever names classes of characters waits for them to be looked up, so only who has text to measure does. */
const patterns = () => ({
  wide: /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]|\ufe0f/u,
  halfwidth: /^[\uff61-\uffdc]/,
  invisible: /^[\p{M}\p{Cf}]+$/u,
  control: /^[\p{Cc}\p{Cs}]/u,
})
let classes: ReturnType<typeof patterns> | undefined

/** A line's graphemes; control characters are shown as U+FFFD, so that none moves the cursor. */
export function cellsOf(text: string): Cell[] {
  const { wide, halfwidth, invisible, control } = (classes ??= patterns())
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  return Array.from(graphemes.segment(text), ({ segment }) => {
    if (segment === '\t') return { shown: segment, width: 1 }
    if (control.test(segment)) return { shown: '\ufffd', width: 1 }
    if (invisible.test(segment)) return { shown: segment, width: 0 }
    return { shown: segment, width: wide.test(segment) && !halfwidth.test(segment) ? 2 : 1 }
  })
}
