/** Percent-decodes what is valid UTF-8 and leaves any other `%` as it is. Never throws. */
export function percentDecode(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (codes) => {
    try {
      return decodeURIComponent(codes)
    } catch {
      return codes // no UTF-8, so it was not meant as an encoding
    }
  })
}

/** Percent-encodes everything but letters, digits, `_` and the characters of `kept`. Never throws. */
export function percentEncode(text: string, kept = '.~-'): string {
  const bytes = new TextEncoder()
  let out = ''
  for (const character of text) {
    if (/^\w$/.test(character) || kept.includes(character)) out += character
    else for (const byte of bytes.encode(character)) out += '%' + hex2(byte)
  }
  return out
}

function hex2(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0')
}

/** A host as an address has it: IPv6 in brackets, since a port follows. Pure. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

/** The same in a URL. Pure. */
export function hostInUrl(host: string): string {
  return bracketed(percentEncode(host, '.:-'))
}
