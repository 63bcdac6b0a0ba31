/** What a character may begin, in PostgreSQL's lexical rules. */
export const enum Char {
  Space,
  Word,
  Digit,
  Single,
  Double,
  Dollar,
  Minus,
  Slash,
  Open,
  Close,
  Semicolon,
  Backslash,
  Other,
}

/** By code, up to 127; all above belong to words. */
export const charOf = new Uint8Array(128).fill(Char.Other)
for (const code of [9, 10, 11, 12, 13, 32]) charOf[code] = Char.Space
for (let code = 65; code <= 90; code++) charOf[code] = charOf[code + 32] = Char.Word
for (let code = 48; code <= 57; code++) charOf[code] = Char.Digit
charOf['_'.charCodeAt(0)] = Char.Word
const symbols = `'"$-/();\\` // in the order of the enum, from Single on
for (let n = 0; n < symbols.length; n++) charOf[symbols.charCodeAt(n)] = Char.Single + n

/** Letters and digits go on a word or a number, and `also`: in a name `$` too, so `a$$b` is one name. */
export function wordEnd(text: string, start: number, also: Char): number {
  let end = start + 1
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (code >= 128) continue
    const kind = charOf[code]
    if (kind !== Char.Word && kind !== Char.Digit && kind !== also) break
  }
  return end
}
