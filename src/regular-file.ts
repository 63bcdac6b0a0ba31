import { closeSync, constants, fstatSync, openSync, readSync, statSync, type Stats } from 'node:fs'

/** A path whose text cannot be read in full, and in finite time: a pipe, a device, a socket, a huge file. */
export class IrregularFile extends Error {
  constructor(
    path: string,
    /** `is a named pipe`: a fact about the path. */
    readonly problem: string,
  ) {
    super(`${path}, which ${problem}`)
  }
}

/** @throws {IrregularFile} for what is no regular file; the system's error where there is nothing */
export function requireRegular(path: string): void {
  refuseOther(path, statSync(path))
}

/**
 * The bytes of a regular file, without waiting for a writer and without reading more than `limit` bytes.
 * What the path leads to is looked at before it is opened: to open a device may do something.
 *
 * @throws {IrregularFile} for anything else and for a longer one; the system's error
 */
export function readRegular(path: string, limit: number): Buffer {
  requireRegular(path)
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const stats = fstatSync(file)
    refuseOther(path, stats)
    if (stats.size > limit) throw tooLong(path, limit)
    return readUpTo(file, limit, stats.size) ?? refuse(tooLong(path, limit))
  } finally {
    closeSync(file)
  }
}

/** The text of a file that lists or describes others; throws as `readRegular` does. */
export function readSmall(path: string): string {
  return readRegular(path, 16 * 1024 * 1024).toString('utf8')
}

/** Undefined for more than `limit`: a file may grow, and those of /proc have no size. */
function readUpTo(file: number, limit: number, size: number): Buffer | undefined {
  const parts: Buffer[] = []
  let total = 0
  for (let room = size + 1; ; room = chunk) {
    const part = Buffer.allocUnsafe(room)
    const length = readSync(file, part, 0, room, null)
    if (length === 0) return parts.length === 1 ? parts[0]! : Buffer.concat(parts)
    total += length
    if (total > limit) return undefined
    parts.push(part.subarray(0, length))
  }
}

const chunk = 64 * 1024

function refuseOther(path: string, stats: Stats): void {
  if (!stats.isFile()) throw new IrregularFile(path, problemOf(stats))
}

function problemOf(stats: Stats): string {
  if (stats.isDirectory()) return 'is a folder'
  if (stats.isFIFO()) return 'is a named pipe'
  if (stats.isSocket()) return 'is a socket'
  return 'is a device'
}

function tooLong(path: string, limit: number): IrregularFile {
  return new IrregularFile(path, `is longer than ${Math.floor(limit / 1024)} KiB`)
}

function refuse(error: Error): never {
  throw error
}
