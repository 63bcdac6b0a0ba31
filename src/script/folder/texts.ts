import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { systemFact } from '../../system-error'
import { MigrationError } from '../../errors'
import { excerpt } from '../position'

/**
 * A script's text, its BOM taken off and its line ends left as they are.
 *
 * @throws {MigrationError} SCRIPT_INVALID when the file cannot be read, is not UTF-8 or holds a NUL
 * byte, with the line.
 */
export function readText({ path, shown }: { path: string; shown: string }): string {
  return readPlain(path) ?? readCarefully(path, shown)
}

/** An object, since a word would be made into one a thousand times. */
const utf8 = { encoding: 'utf8', flag: 'r' } as const

/** One call of the system's where nothing is wrong with the file, as nearly always. */
function readPlain(path: string): string | undefined {
  try {
    const text = readFileSync(path, utf8)
    if (text.includes('\ufffd') || text.includes('\0')) return undefined
    return text.startsWith('\ufeff') ? text.slice(1) : text
  } catch {
    return undefined // what is wrong is found out by reading it again
  }
}

function readCarefully(path: string, shown: string): string {
  const bytes = readBytes(path, shown)
  if (!isUtf8(bytes)) throw notUtf8(bytes, shown)
  const text = bytes.toString('utf8').replace(/^\ufeff/, '')
  const nul = text.indexOf('\0')
  if (nul < 0) return text
  throw new MigrationError('SCRIPT_INVALID', `a NUL byte at byte ${bytes.indexOf(0)}`, {
    hint: 'Remove the byte: PostgreSQL takes no text with a NUL in it.',
    file: shown,
    ...excerpt(text, nul),
  })
}

// Scripts are small and many: one call each is a fifth of the time that node:fs/promises takes.
function readBytes(path: string, shown: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    const known = systemFact(cause)
    const why = known?.fact ?? (cause as Error).message
    throw new MigrationError('SCRIPT_INVALID', `the file cannot be read: ${why}`, {
      hint: known?.hint,
      file: shown,
      cause,
    })
  }
}

function notUtf8(bytes: Buffer, shown: string): MigrationError {
  const [first, second] = bytes
  const utf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  const text = bytes.toString('utf8')
  const offset = badOffset(bytes, text)
  const place = Buffer.byteLength(text.slice(0, offset))
  const byte = bytes[place]!.toString(16).padStart(2, '0')
  return new MigrationError('SCRIPT_INVALID', `not UTF-8: byte 0x${byte} at byte ${place}`, {
    detail: utf16 ? 'The file starts like UTF-16.' : undefined,
    hint: 'Save the file as UTF-8.',
    file: shown,
    ...excerpt(text, offset),
  })
}

/** Decoding puts U+FFFD in the place of a bad byte; one that the file itself holds is no fault. */
function badOffset(bytes: Buffer, text: string): number {
  const replacement = Buffer.from('\ufffd')
  for (let at = text.indexOf('\ufffd'), byte = 0, from = 0; ; at = text.indexOf('\ufffd', at + 1)) {
    byte += Buffer.byteLength(text.slice(from, at))
    if (!bytes.subarray(byte, byte + replacement.length).equals(replacement)) return at
    from = at
  }
}
