const shortest = 4

/**
 * Makes a function that writes `***` for every secret in a text: as it is, percent-encoded (either
 * case), and as JSON escapes it. A secret of fewer than 4 characters is replaced only where it
 * is isolated, that is with no letter, digit or `_` on either side: `abc` in `fabcd` stays.
 * Longer spellings are found before shorter ones; empty secrets are passed over.
 */
export function redactor(secrets: Iterable<string>): (text: string) => string {
  const spellings = new Set<string>()
  for (const secret of secrets) {
    if (secret === '') continue
    for (const spelling of spellingsOf(secret)) spellings.add(spelling)
  }
  if (spellings.size === 0) return (text) => text
  const patterns = [...spellings].toSorted((a, b) => b.length - a.length).map(patternOf)
  const anySecret = new RegExp(patterns.join('|'), 'gu')
  return (text) => text.replace(anySecret, '***')
}

function spellingsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1)
  const whole = secret.replace(/\p{Surrogate}/gu, '\uFFFD')
  return [secret, json, encodeURIComponent(whole), encodeURI(whole), percentEncoded(whole)]
}

/** Every character that is no letter or digit encoded, as careful writers of URLs do (`!` and `*` too). */
function percentEncoded(text: string): string {
  const encoded = encodeURIComponent(text)
  return encoded.replace(/[-_.!~*'()]/g, (mark) => '%' + mark.charCodeAt(0).toString(16))
}

function patternOf(spelling: string): string {
  const escaped = spelling.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  const anyCase = escaped.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => '%' + eitherCase(hex))
  if (spelling.length >= shortest) return anyCase
  return `(?<![\\p{L}\\p{N}_])${anyCase}(?![\\p{L}\\p{N}_])`
}

function eitherCase(hex: string): string {
  return hex.replace(/[a-f]/gi, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`)
}
