/** One file's part of a unified diff. */
export interface FileDiff {
  /** As the `---` line has it, without `a/`; undefined for /dev/null. */
  from: string | undefined
  /** As the `+++` line has it, without `b/`; undefined for /dev/null. */
  to: string | undefined
  hunks: readonly Hunk[]
}

interface Hunk {
  /** 1-based line at which the lines stand, before and after. */
  start: { old: number; new: number }
  old: readonly Line[]
  new: readonly Line[]
}

interface Line {
  text: string
  /** False: the file ends here without a line's end. */
  ended: boolean
}

const hunkHeader = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/

/** True for a text that is a unified diff, as `git diff` and `diff -u` write it, rather than SQL. */
export function isUnifiedDiff(text: string): boolean {
  return /^--- .*\n\+\+\+ .*\n@@ -\d/m.test(text)
}

/**
 * Reads a unified diff; whatever stands between its files (`diff --git`, `index`) is passed over.
 * Undefined where a hunk does not have the lines that its header says. Pure.
 * @see https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html
 */
export function readUnifiedDiff(text: string): FileDiff[] | undefined {
  const lines = text.split('\n')
  const files: (FileDiff & { hunks: Hunk[] })[] = []
  for (let at = 0; at < lines.length;) {
    const line = lines[at]!
    const header = hunkHeader.exec(line)
    const file = files.at(-1)
    if (line.startsWith('--- ') && lines[at + 1]?.startsWith('+++ ')) {
      files.push({ from: pathOf(line, 'a/'), to: pathOf(lines[at + 1]!, 'b/'), hunks: [] })
      at += 2
    } else if (header && file) {
      const reading = readHunk(lines, at, header)
      if (!reading) return undefined
      file.hunks.push(reading.hunk)
      at = reading.next
    } else at += 1
  }
  return files
}

function readHunk(lines: readonly string[], at: number, header: RegExpExecArray) {
  const count = { old: Number(header[2] ?? 1), new: Number(header[4] ?? 1) }
  // a hunk of no lines names the line before it
  const startOf = (text: string | undefined, lineCount: number) =>
    Number(text) + (lineCount === 0 ? 1 : 0)
  const start = { old: startOf(header[1], count.old), new: startOf(header[3], count.new) }
  const sides: { old: Line[]; new: Line[] } = { old: [], new: [] }
  let next = at + 1
  for (; sides.old.length < count.old || sides.new.length < count.new; next++) {
    const line = lines[next]
    if (line === undefined) return undefined
    if (line.startsWith('\\')) continue
    const ended = !lines[next + 1]?.startsWith('\\')
    // an editor may have taken the one space of an empty context line away
    const sign = line === '' ? ' ' : line[0]!
    if (!' +-'.includes(sign)) return undefined
    if (sign !== '+') sides.old.push({ text: line.slice(1), ended })
    if (sign !== '-') sides.new.push({ text: line.slice(1), ended })
  }
  if (lines[next]?.startsWith('\\')) next += 1
  const whole = sides.old.length === count.old && sides.new.length === count.new
  return whole ? { hunk: { start, ...sides }, next } : undefined
}

/** git quotes unusual names as C does; `diff -u` puts a tab and a date behind. */
function pathOf(line: string, prefix: string): string | undefined {
  const rest = line.slice(4).replace(/\r$/, '')
  const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(rest)?.[1]
  const path = quoted === undefined ? rest.replace(/\t.*$/, '') : unquoted(quoted)
  if (path === '/dev/null') return undefined
  return path.replace(new RegExp(`^(?:${prefix}|[ciwo]/)`), '')
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }

function unquoted(text: string): string {
  const bytes: number[] = []
  for (const [part] of text.matchAll(/\\[0-7]{3}|\\.|[^\\]+/gs)) {
    if (/^\\[0-7]{3}$/.test(part)) bytes.push(Number.parseInt(part.slice(1), 8))
    else {
      const plain = part.startsWith('\\') ? (escapes[part[1]!] ?? part[1]!) : part
      bytes.push(...new TextEncoder().encode(plain))
    }
  }
  return new TextDecoder().decode(new Uint8Array(bytes))
}

/**
 * The other version of a file: `forward` makes the new one of the old, `backward` the old one of the
 * new. Undefined where the text is not the version that the diff was taken from. Pure.
 */
export function applyDiff(
  text: string,
  hunks: readonly Hunk[],
  direction: 'forward' | 'backward',
): string | undefined {
  const [from, to] = direction === 'forward' ? (['old', 'new'] as const) : (['new', 'old'] as const)
  const lines = linesOf(text)
  const result: Line[] = []
  let done = 0
  for (const hunk of hunks) {
    const start = hunk.start[from] - 1
    if (start < done) return undefined
    result.push(...lines.slice(done, start))
    const present = lines.slice(start, start + hunk[from].length)
    if (!same(present, hunk[from])) return undefined
    result.push(...hunk[to])
    done = start + present.length
  }
  result.push(...lines.slice(done))
  return result.map((line) => line.text + (line.ended ? '\n' : '')).join('')
}

function linesOf(text: string): Line[] {
  const texts = text.split('\n')
  const last = texts.pop()!
  const lines = texts.map((line) => ({ text: line, ended: true }))
  return last === '' ? lines : [...lines, { text: last, ended: false }]
}

function same(present: readonly Line[], wanted: readonly Line[]): boolean {
  return (
    present.length === wanted.length &&
    wanted.every(({ text, ended }, at) => {
      const line = present[at]!
      return line.text === text && line.ended === ended
    })
  )
}
