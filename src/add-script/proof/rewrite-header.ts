import { commentLines } from '../../script/sections/comment'
import { endsProof, saysProven, startsProof } from './header'

/**
 * Puts what a proof came to into the comment lines at the head of a script, in place of what they said of
 * the last one; everything else stays as it is. A script without such lines gets them at its head. Pure.
 * @param lines without their comment signs
 * @param sign `--` for SQL, `//` for TypeScript
 */
export function rewriteHeader(text: string, lines: readonly string[], sign: '--' | '//'): string {
  const end = text.includes('\r\n') ? '\r\n' : '\n'
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : ''
  const all = text.slice(mark.length).split(end)
  const written = lines.flatMap(commentLines).map((line) => `${sign} ${line}`.trimEnd())
  const count = headLength(all, sign)
  const head = all.slice(0, count)
  const first = head.findIndex((line) => startsProof(bare(line, sign)))
  if (first < 0) {
    const above = count === 0 && all[0]?.trim() !== '' ? [''] : []
    return mark + [...head, ...written, ...above, ...all.slice(count)].join(end)
  }
  const length = head.slice(first + 1).findIndex((line) => endsProof(bare(line, sign)))
  const last = length < 0 ? count : first + 1 + length
  return mark + [...head.slice(0, first), ...written, ...all.slice(last)].join(end)
}

/** True where the comment lines at the head say that the script was proven. */
export function claimsProof(text: string, sign: '--' | '//'): boolean {
  const all = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  return all.slice(0, headLength(all, sign)).some((line) => saysProven(bare(line, sign)))
}

/** Without its comment sign. */
function bare(line: string, sign: string): string {
  return line.slice(sign.length).trim()
}

/** How many comment lines stand at the head; markers and directives are none. */
function headLength(lines: readonly string[], sign: string): number {
  const isHead = (line: string) => line.startsWith(sign) && !/^\S+\s*migrate\b/i.test(line)
  const at = lines.findIndex((line) => !isHead(line))
  return at < 0 ? lines.length : at
}
