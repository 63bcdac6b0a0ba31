import { isAbsent } from './absence'
import { MigrationError, type ErrorFields } from './errors'
import { IrregularFile, readSmall } from './regular-file'

interface SystemFact {
  /** What is the matter, in the words of the system's manual. */
  fact: string
  hint: string
}

const rights =
  'Check the owner and the rights of the file and its folder, and the user that runs this.'
const files = 'Raise the limit (ulimit -n), or let fewer processes run at once.'
const room = 'Make room, or name another place.'

/** By the code of Node's own error. */
const facts: Readonly<Record<string, SystemFact>> = {
  EACCES: { fact: 'permission denied', hint: rights },
  EPERM: { fact: 'operation not permitted', hint: rights },
  EROFS: { fact: 'the file system is read-only', hint: 'Name a writable place.' },
  EMFILE: { fact: 'this process has too many open files', hint: files },
  ENFILE: { fact: 'the system has too many open files', hint: files },
  ENOSPC: { fact: 'no space is left on the device', hint: room },
  EDQUOT: { fact: 'the disk quota is exceeded', hint: room },
  EFBIG: { fact: 'the file is too large', hint: room },
  EISDIR: { fact: 'it is a folder', hint: 'Name a file.' },
  ENOTDIR: { fact: 'a part of its path is not a folder', hint: 'Check the path.' },
  ENOENT: { fact: 'it does not exist', hint: 'Check the path.' },
  EEXIST: {
    fact: 'something of that name is there already',
    hint: 'Remove it, or give another name.',
  },
  ENOTEMPTY: { fact: 'the folder is not empty', hint: 'Remove what it holds, or name another.' },
  ELOOP: { fact: 'its symbolic links lead in a circle', hint: 'Check the links in the path.' },
  ENAMETOOLONG: { fact: 'its name is too long', hint: 'Give a shorter name.' },
  EBUSY: { fact: 'it is in use', hint: 'Check which process uses it.' },
  ETXTBSY: { fact: 'the program is running', hint: 'Check which process uses it.' },
  EXDEV: { fact: 'it is on another file system', hint: 'Name a place on the same one.' },
  EIO: { fact: 'the device failed', hint: 'Check the disk and the log of the system.' },
  ENODEV: { fact: 'there is no such device', hint: 'Check the path.' },
  ENXIO: { fact: 'there is no such device', hint: 'Check the path.' },
  ESTALE: { fact: 'its server no longer has it', hint: 'Mount the network file system again.' },
  ENOMEM: { fact: 'memory is used up', hint: 'Give the process, or its container, more memory.' },
  EAGAIN: { fact: 'the system has no resource left', hint: 'Check the limits (ulimit -a).' },
}

/** What a system call was to do; any other is named as it is. */
const acts: Readonly<Record<string, string>> = {
  access: 'look at',
  chmod: 'change the rights of',
  chown: 'change the owner of',
  connect: 'connect to',
  copyfile: 'copy',
  link: 'link',
  listen: 'listen on',
  lstat: 'look at',
  mkdir: 'make the folder',
  mkdtemp: 'make the folder',
  open: 'open',
  opendir: 'read the folder',
  read: 'read',
  readlink: 'follow the link',
  realpath: 'find',
  rename: 'rename',
  rmdir: 'remove the folder',
  scandir: 'read the folder',
  stat: 'look at',
  symlink: 'make the link',
  unlink: 'remove',
  write: 'write',
}

/** An error that the operating system gave to Node. */
interface SystemError extends Error {
  code: string
  syscall: string
  path?: string
  dest?: string
  address?: string
}

/** What is the matter, for a sentence that names the file by itself; undefined for any other error. Pure. */
export function systemFact(error: unknown): SystemFact | undefined {
  return isSystemError(error) ? facts[error.code] : undefined
}

/**
 * An error of the operating system (rights, limits, a full disk, a path that leads nowhere) as a failure
 * that says what to look at; undefined for any other error. Pure.
 */
export function systemFailure(
  error: unknown,
  fields: ErrorFields = {},
): MigrationError | undefined {
  const missing = missingPackage(error)
  if (missing !== undefined) return packageMissing(missing, error)
  if (error instanceof IrregularFile) {
    const hint = 'Put a regular file in its place.'
    return new MigrationError('SYSTEM_FAILED', `cannot read ${error.message}`, { hint, ...fields })
  }
  const found = systemFact(error)
  if (!found || !isSystemError(error)) return undefined
  const { syscall, path, dest, address } = error
  const act = syscall.startsWith('spawn') ? 'start' : (acts[syscall] ?? syscall)
  const object = syscall.startsWith('spawn') ? syscall.slice('spawn '.length) : (path ?? address)
  const target = dest === undefined ? '' : ` to ${dest}`
  const what = object === undefined ? act : `${act} ${object}${target}`
  return new MigrationError('SYSTEM_FAILED', `cannot ${what}: ${found.fact}`, {
    detail: `${error.code}: the system call ${syscall} failed`,
    hint: found.hint,
    ...fields,
    cause: error,
  })
}

/** What development needs and production does not: `npm install --omit=optional` leaves it out. */
const optionalPackages = ['@supabase/pg-delta', '@swc/core', 'diff', 'get-tsconfig', 'simple-git']

/** Node says in words which package it did not find. */
function missingPackage(error: unknown): string | undefined {
  const { code, message = '' } = (error ?? {}) as Partial<NodeJS.ErrnoException>
  if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_MODULE_NOT_FOUND') return undefined
  const [, name = ''] = /'([^']+)'/.exec(message) ?? []
  return optionalPackages.find((one) => name === one || name.startsWith(`${one}/`))
}

function packageMissing(name: string, cause: unknown): MigrationError {
  return new MigrationError('PACKAGE_MISSING', `the package ${name} is not installed`, {
    hint: 'It is for development: run npm install without --omit=optional, or do this where it is installed.',
    cause,
  })
}

/** The same for what a task throws; every other error stays as it is. */
export async function withSystemFailures<Result>(task: Promise<Result>): Promise<Result> {
  try {
    return await task
  } catch (error) {
    throw systemFailure(error) ?? error
  }
}

/**
 * The text of a small file beside another one; undefined where there is none.
 * @throws {MigrationError} SYSTEM_FAILED with its name where it cannot be read
 */
export function textIfThere(file: string): string | undefined {
  try {
    return readSmall(file)
  } catch (error) {
    if (isAbsent(error)) return undefined
    if (error instanceof IrregularFile)
      throw new MigrationError('SYSTEM_FAILED', `cannot read: it ${error.problem}`, { file })
    throw systemFailure(error, { file }) ?? error
  }
}

function isSystemError(error: unknown): error is SystemError {
  if (!(error instanceof Error) || error instanceof MigrationError) return false
  const { code, syscall } = error as Partial<SystemError>
  return typeof code === 'string' && typeof syscall === 'string'
}
