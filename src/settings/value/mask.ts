/**
 * Writes `***` for what looks like a password in a text that quotes what a person wrote: the password of a
 * URL, also of a malformed one, and the values of `password=` and its like. For messages, which are about
 * the text: what a database or a script says is left to the redactor, which knows the secrets. Pure.
 */
export function maskPasswords(text: string): string {
  return text
    .replace(login, (_, mark: string) => `${mark}***@`)
    .replace(bare, (_, scheme: string) => `${scheme}***`)
    .replace(keyword, (_, name: string) => `${name}***`)
}

/** From a word's first colon to its last `@`. */
const login = /(:\/{0,2})[^\s"'\]]*@/g

/** An address without any `@`. */
const bare = /\b((?:postgres(?:ql)?|pgsql|psql):\/{0,2})[^\s"'\]@*/][^\s"'\]@*]*(?![^\s"'\]]*@)/gi

/** `password=…` of a URL's query or of libpq's keywords, quoted or not. */
const keyword =
  /\b((?:[a-z_]*pas+(?:word|wd|phrase)?|pwd|secret|[a-z_]*token|[a-z_]*api_?key)=)(?:'(?:[^'\\]|\\.)*'|"[^"]*"|[^\s&;,"']+)/gi

/**
 * True for a word that was meant as a database address, however it is written: `postgres:…`, `scheme://…`,
 * `user:password@host`, `host=… password=…`. Pure.
 */
export function meansAddress(text: string): boolean {
  const word = text.trim()
  return (
    /^(?:postgres(?:ql)?|pgsql|psql|pg|jdbc|mysql|embedded):/i.test(word) ||
    /^[a-z][a-z0-9+.-]*:\/\//i.test(word) ||
    /^[^\s@]*:[^\s]*@/.test(word) ||
    /\b(?:host|hostaddr|user|password|dbname|port)\s*=/.test(word)
  )
}

/** What may be the password in a word that was meant as an address and is none: more rather than less. Pure. */
export function suspectsIn(word: string): string[] {
  const query = Array.from(word.matchAll(valueOf), ([, quoted, bare]) => quoted ?? bare ?? '')
  const body = word.replace(/^[a-z][a-z0-9+.-]*:(?:\/\/)?/i, '')
  const end = body.lastIndexOf('@')
  const logins = (end === -1 ? [body] : [body.slice(0, end)]).flatMap((text) => {
    const starts = [...text.matchAll(/:/g)].map(({ index }) => text.slice(index + 1))
    return end === -1 && starts.length === 0 ? [] : [...starts, ...(end === -1 ? [] : [text])]
  })
  const whole = logins.flatMap((text) => [text, ...text.split(/[/?]/)])
  return [...new Set([...query, ...whole])].filter((text) => text !== '')
}

const valueOf = /(?:^|[?&;\s])[\w.]+\s*=\s*(?:'((?:[^'\\]|\\.)*)'|([^\s&;'"]+))/g
