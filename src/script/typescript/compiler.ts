import { accessSync, constants, existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { MigrationError } from '../../errors'
import { cacheFolder, ownFolderIn } from './compile-cache'

type Compiler = typeof import('@swc/core')

/** Where the compiler's package unpacks its native code; by itself it takes the user's cache folder. */
const variable = 'SWC_NATIVE_BINDING_CACHE'

/**
 * The compiler. Its package unpacks native code into a cache folder, which a container with a read-only
 * file system and no home does not have; then another folder of this user is found for it.
 *
 * @param file the one to compile: its project's own cache is tried first.
 * @throws {MigrationError} SCRIPT_NOT_LOADABLE where no folder can be written, or the package is damaged
 */
export function compilerFor(file: string): Compiler {
  try {
    return load()
  } catch (error) {
    const given = process.env[variable]
    for (const folder of otherFolders(file)) {
      process.env[variable] = folder
      const compiler = loadOrNothing()
      if (compiler) return compiler
    }
    if (given === undefined) Reflect.deleteProperty(process.env, variable)
    else process.env[variable] = given
    throw unusable(file, error)
  }
}

/**
 * Makes sure that a thread of Node's own, whose environment the native code does not see, can load the
 * compiler. Loads it here only where its usual folder cannot be written.
 */
export function prepareCompiler(file: string): void {
  if (process.env[variable] !== undefined || isWritable(usualFolder())) return
  compilerFor(file)
}

const load = (): Compiler => require('@swc/core') as Compiler

function loadOrNothing(): Compiler | undefined {
  try {
    return load()
  } catch {
    return undefined // the next folder may do
  }
}

function* otherFolders(file: string): Generator<string> {
  const projects = cacheFolder(dirname(file))
  if (projects !== undefined) yield projects
  for (const place of ['/dev/shm', '/var/tmp', '/tmp'].filter((one) => existsSync(one))) {
    const own = ownFolderIn(place)
    if (own !== undefined) yield own
  }
}

function usualFolder(): string {
  return process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache')
}

/** True where it, or else the nearest folder above it that exists, can be written. */
function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT'
    return absent && dirname(folder) !== folder && isWritable(dirname(folder))
  }
}

function unusable(file: string, error: unknown): MigrationError {
  const { cause, message } = error as Error & { cause?: unknown }
  const causes: readonly unknown[] = Array.isArray(cause) ? cause : [cause]
  const cacheError = causes.find(
    (one) => (one as { code?: string } | undefined)?.code === 'ERR_SWC_NATIVE_CACHE',
  )
  return new MigrationError('SCRIPT_NOT_LOADABLE', 'the TypeScript compiler cannot be loaded', {
    file,
    detail: cacheError ? 'It finds no folder that this user may write to.' : message,
    hint: cacheError
      ? 'Let HOME or TMPDIR name a folder that this user may write to, or run the scripts compiled to JavaScript.'
      : 'Install @swc/core for this platform: npm install, without copying node_modules from another machine.',
    cause: error,
  })
}
