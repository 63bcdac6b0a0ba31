/** Which of the strings that match a pattern is generated. */
interface Variant {
  /** Added to the smallest number of repetitions that a quantifier allows. */
  more: number
  /** Shifts every choice between alternatives and between characters. */
  shift: number
}

const variants: readonly Variant[] = [
  ...[0, 1, 2, 3, 5, 7, 9].map((more) => ({ more, shift: 0 })),
  ...[1, 2, 3, 4, 5].map((shift) => ({ more: shift % 3, shift })),
]

/**
 * Texts that a regular expression matches, found by reading it; look-ahead and back references are
 * ignored, so that the caller checks what comes out. Pure.
 * @returns none for a pattern that is not understood
 * @see https://www.postgresql.org/docs/current/functions-matching.html#POSIX-SYNTAX-DETAILS
 */
export function matchingTexts(pattern: string): string[] {
  const bare = pattern.replace(/^(?:\*\*\*[:=])?(?:\(\?[a-z]+\))?/, '')
  return [...new Set(variants.flatMap((variant) => new Sampler(bare, variant).sample() ?? []))]
}

/** Texts that a LIKE pattern matches. Pure. */
export function likeTexts(pattern: string): string[] {
  const filled = (any: string, one: string) =>
    pattern.replaceAll(/\\(.)|([%_])/g, (_, escaped?: string, wild?: string) => {
      if (escaped !== undefined) return escaped
      return wild === '%' ? any : one
    })
  return [...new Set([filled('', 'a'), filled('1', '1'), filled('a2', 'b'), filled('A', 'A')])]
}

/** Longer texts show nothing that shorter ones do not. */
const longest = 4000

class Sampler {
  private at = 0
  private choices = 0

  constructor(
    private readonly pattern: string,
    private readonly variant: Variant,
  ) {}

  sample(): string | undefined {
    const text = this.alternatives()
    return this.at >= this.pattern.length && text.length <= longest ? text : undefined
  }

  private alternatives(): string {
    const found = [this.sequence()]
    while (this.take('|')) found.push(this.sequence())
    return this.pick(found)
  }

  private sequence(): string {
    let text = ''
    while (this.at < this.pattern.length && !/[|)]/.test(this.next)) text += this.repeated()
    return text
  }

  /** Each repetition reads the atom again, so that it may make other choices. */
  private repeated(): string {
    const from = this.at
    let text = this.atom()
    const end = this.at
    const times = this.quantifier()
    const after = this.at
    if (times === 0) return ''
    for (let time = 1; time < times && text.length <= longest; time++) {
      this.at = from
      text += this.atom()
      if (this.at !== end) break
    }
    this.at = after
    return text
  }

  private quantifier(): number {
    const rest = this.pattern.slice(this.at)
    const [all = '', sign = '', least = '', comma, most] =
      /^(?:([*+?])|\{(\d+)(,)?(\d+)?\})[?+]?/.exec(rest) ?? []
    this.at += all.length
    if (all === '') return 1
    const { more } = this.variant
    if (sign === '*') return more
    if (sign === '+') return 1 + more
    if (sign === '?') return Math.min(1, more)
    const min = Number(least)
    if (comma === undefined) return min
    return most === undefined ? min + more : Math.min(Number(most), min + more)
  }

  private atom(): string {
    if (this.take('(')) return this.group()
    if (this.take('[')) return this.pick(this.bracket())
    const char = this.next
    this.at++
    if (char === '\\') return this.escape()
    if (char === '.') return this.pick(Array.from('a1bA'))
    return /[\^$]/.test(char) ? '' : char
  }

  private group(): string {
    const [opening = ''] = /^\?(?::|=|!|<=|<!)/.exec(this.pattern.slice(this.at)) ?? []
    this.at += opening.length
    const text = this.alternatives()
    this.take(')')
    return opening === '' || opening === '?:' ? text : ''
  }

  private escape(): string {
    const char = this.next
    this.at++
    const ofClass = classes[char.toLowerCase()]
    if (ofClass && /[dws]/.test(char)) return this.pick(Array.from(ofClass))
    if (/[DWS]/.test(char))
      return this.pick(Array.from(alphabet).filter((one) => !ofClass?.includes(one)))
    if (/[AZmMyYbB0-9]/.test(char)) return ''
    return { n: '\n', t: '\t', r: '\r' }[char] ?? char
  }

  private bracket(): string[] {
    const isNegated = this.take('^')
    const found: string[] = []
    for (let first = true; this.at < this.pattern.length; first = false) {
      if (!first && this.take(']')) break
      found.push(...this.bracketItem())
    }
    return isNegated ? Array.from(alphabet).filter((char) => !found.includes(char)) : found
  }

  private bracketItem(): readonly string[] {
    const [named, name = ''] = /^\[:(\w+):\]/.exec(this.pattern.slice(this.at)) ?? []
    if (named !== undefined) {
      this.at += named.length
      return Array.from(namedClasses[name] ?? '')
    }
    const from = this.bracketChar()
    if (from.length > 1) return Array.from(from)
    const isRange = this.next === '-' && !['', ']'].includes(this.pattern[this.at + 1] ?? '')
    if (!isRange) return [from]
    this.at++
    return range(from, this.bracketChar())
  }

  /** One character, or all of a class: `\d`. */
  private bracketChar(): string {
    const char = this.next
    this.at++
    if (char !== '\\') return char
    const escaped = this.next
    this.at++
    return classes[escaped] ?? { n: '\n', t: '\t', r: '\r' }[escaped] ?? escaped
  }

  private pick(from: readonly string[]): string {
    const { shift } = this.variant
    const choice = shift === 0 ? 0 : shift * 7 + this.choices++
    return from[choice % Math.max(1, from.length)] ?? ''
  }

  private get next(): string {
    return this.pattern[this.at] ?? ''
  }

  private take(char: string): boolean {
    if (this.next !== char) return false
    this.at++
    return true
  }
}

const lower = 'abcdefghijklmnopqrstuvwxyz'
const digits = '1234567890'
const alphabet = `a1${lower.slice(1)}${digits.slice(1)}A_-. @,;:/+#"'`
const classes: Readonly<Record<string, string>> = { d: digits, w: `a1${lower}_`, s: ' \t' }
const namedClasses: Readonly<Record<string, string>> = {
  alpha: lower,
  alnum: `a1${lower}${digits}`,
  digit: digits,
  lower,
  upper: lower.toUpperCase(),
  space: ' ',
  blank: ' ',
  punct: '.-_!',
  xdigit: `${digits}abcdef`,
  word: `a1${lower}_`,
}

function range(from: string, to: string): string[] {
  const [first, last] = [from.charCodeAt(0), to.charCodeAt(0)]
  const length = Math.max(0, Math.min(last - first + 1, 128))
  return Array.from({ length }, (_, at) => String.fromCharCode(first + at))
}
