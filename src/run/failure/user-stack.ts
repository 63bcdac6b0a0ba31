import { join, sep } from 'node:path'
import type { MigrationError } from '../../errors'

/** Where the files of typetrek itself are, in one file or in many. */
const own = __dirname.endsWith(`${sep}run${sep}failure`) ? join(__dirname, '../..') : __dirname

const foreign =
  /\(?(?:node:|internal\/)|[/\\]node_modules[/\\](?:typetrek|pg|pg-protocol|pg-pool|typeorm)[/\\]/

/**
 * The frames of a stack that a user's own code has: without those of typetrek, of Node itself and of the
 * drivers, and without the messages between them. Pure.
 */
export function userFrames(stack: string): string[] {
  return stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at ') && !foreign.test(line) && !isOwn(line))
}

/** In a bundle, the files of typetrek are below its one file, or are that. */
function isOwn(line: string): boolean {
  return line.includes(`${own}${sep}`) || line.includes(`${own}:`)
}

/** The message, and where in the user's own code it came from; a SQL script has no stack. */
export function traceOf({ message, cause }: MigrationError): string {
  const stack = cause instanceof Error ? (cause.stack ?? '') : ''
  return [message, ...userFrames(stack).map((frame) => `    ${frame}`)].join('\n')
}
