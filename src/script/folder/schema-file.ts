import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { requireRegular } from '../../regular-file'
import { lex } from '../lexer/lexer'
import type { SqlPart } from '../script'

/** A run of COPY data, left in its file. */
export interface CopyData {
  /** Byte offsets: the first of the data, the first behind it. */
  start: number
  end: number
  /** Line feeds in it. */
  lines: number
}

/** A SQL file whose COPY data stays on the disk. */
export interface SchemaFile {
  /** The SQL, each run of data taken out of it up to its `\.` line. */
  part: SqlPart
  /** What was taken out: one for each `COPY … FROM stdin;` that ends its line, in order. */
  data: readonly CopyData[]
}

/**
 * Reads a SQL file of any size: what stays in memory is its SQL, without the data of
 * `COPY … FROM stdin`. A file that turns `standard_conforming_strings` off is read as a whole, since
 * there the text before decides how a quote is read.
 *
 * @param chunk bytes that are read at once
 * @throws the file system's error, or IrregularFile
 */
export async function readSchemaFile(file: string, chunk = chunkSize): Promise<SchemaFile> {
  requireRegular(file)
  const scan = new Scan()
  for await (const bytes of createReadStream(file, { highWaterMark: chunk })) {
    scan.take(bytes as Buffer)
    if (scan.nonConforming) return { part: partOf(file, await readFile(file, 'utf8')), data: [] }
  }
  const { text, data } = scan.end()
  return { part: partOf(file, text), data }
}

/** The text of a file that a script names. @throws the file system's error, or IrregularFile */
export async function readSqlText(file: string): Promise<string> {
  requireRegular(file)
  return readFile(file, 'utf8')
}

function partOf(file: string, text: string): SqlPart {
  const options = { transaction: true, settings: [] }
  return { text: text.replace(/^\ufeff/, ''), file, line: 1, options }
}

/** Its data, chunk by chunk. */
export function dataOf({ part }: SchemaFile, { start, end }: CopyData): AsyncIterable<Buffer> {
  if (start === end) return none()
  return createReadStream(part.file, { start, end: end - 1, highWaterMark: chunkSize })
}

/** True where the data of a COPY, which starts at `dataStart`, is one that a scan took out. */
export function isDataLine(text: string, dataStart: number): boolean {
  return text.charCodeAt(dataStart - 1) === newline
}

const chunkSize = 1024 * 1024
const newline = 10
const byteOrderMark = Buffer.from('\ufeff')

class Scan {
  private readonly kept: Buffer[] = []
  private readonly data: { start: number; end: number; lines: number }[] = []
  private pending: Buffer = Buffer.alloc(0)
  /** Where `pending` begins in the file. */
  private at = 0
  private started = false
  private inData = false
  /** True once a backslash may escape a quote: then a piece cannot be read by itself. */
  nonConforming = false
  /** A statement that is not over is looked at again when twice as much of it is there. */
  private enough = 0

  take(chunk: Buffer): void {
    this.pending = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk])
    if (this.begin(false)) while (this.settle(false));
  }

  end(): { text: string; data: CopyData[] } {
    this.begin(true)
    while (this.settle(true));
    this.keep(this.pending.length)
    return { text: Buffer.concat(this.kept).toString('utf8'), data: this.data }
  }

  /** Takes a byte order mark off, once there is enough to see it; true when the reading may begin. */
  private begin(last: boolean): boolean {
    if (this.started) return true
    this.started = last || this.pending.length >= byteOrderMark.length
    if (this.pending.subarray(0, byteOrderMark.length).equals(byteOrderMark)) {
      this.drop(byteOrderMark.length)
    }
    return this.started
  }

  /** Settles what it can of `pending`; true when it is worth another call. */
  private settle(last: boolean): boolean {
    return this.inData ? this.settleData(last) : this.settleSql(last)
  }

  // Read as Latin-1 every byte is a character, so the lexer's offsets are the file's: what it looks for
  // is ASCII, and to it a letter beyond that is a letter whatever its name.
  private settleSql(last: boolean): boolean {
    if (!last && this.pending.length < this.enough) return false
    const text = this.pending.toString('latin1')
    const lexed = lex(text)
    if (lexed.backslashes) {
      this.nonConforming = true
      return false
    }
    const copy = lexed.copies.find(({ dataStart }) => isDataLine(text, dataStart))
    if (copy) {
      this.keep(copy.dataStart)
      this.data.push({ start: this.at, end: this.at, lines: 0 })
      this.inData = true
      this.enough = 0
      return true
    }
    if (last) return false
    const whole = lexed.statements.findLast(({ end }) => text[end] === ';')
    // the rest of a COPY's line says whether data follows
    const unsure = lexed.copies.some(({ dataStart }) => !text.includes('\n', dataStart))
    if (whole && !unsure) this.keep(whole.end + 1)
    this.enough = whole && !unsure ? 0 : 2 * this.pending.length
    return false
  }

  private settleData(last: boolean): boolean {
    const found = endOfData(this.pending, last)
    const range = this.data.at(-1)!
    const upTo = found ?? Math.max(0, lineStart(this.pending))
    range.lines += linesIn(this.pending.subarray(0, upTo))
    this.drop(upTo)
    range.end = this.at
    this.inData = found === undefined
    return !this.inData
  }

  private keep(length: number): void {
    // a copy, or a hundred bytes would keep their whole chunk in memory
    if (length > 0) this.kept.push(Buffer.from(this.pending.subarray(0, length)))
    this.drop(length)
  }

  private drop(length: number): void {
    this.pending = this.pending.subarray(length)
    this.at += length
  }
}

/** Where the line `\.` is, which ends the data; at the end of the file there need be none. */
function endOfData(bytes: Buffer, last: boolean): number | undefined {
  for (let at = bytes.indexOf('\\.'); at >= 0; at = bytes.indexOf('\\.', at + 2)) {
    if (at > 0 && bytes[at - 1] !== newline) continue
    const rest = bytes.subarray(at + 2, at + 4).toString('latin1')
    if (rest.startsWith('\n') || rest === '\r\n') return at
    if (last && (rest === '' || rest === '\r')) return at
  }
  return last ? bytes.length : undefined
}

/** The last line may be a `\.` of which more is to come. */
function lineStart(bytes: Buffer): number {
  return bytes.lastIndexOf(newline) + 1
}

function linesIn(bytes: Buffer): number {
  let lines = 0
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) lines++
  return lines
}

async function* none(): AsyncGenerator<Buffer> {}
