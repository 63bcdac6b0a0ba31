import { readFileSync } from 'node:fs'
import { basename, dirname, isAbsolute, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { exitStatusOf, MigrationError, type ErrorCode, type ErrorFields } from '../../errors'
import { systemFailure } from '../../system-error'
import { isLibrary, isTypeScript, moduleKind } from './project'

const notFound = new Set([
  'MODULE_NOT_FOUND',
  'ERR_MODULE_NOT_FOUND',
  'ERR_UNSUPPORTED_DIR_IMPORT',
  'ERR_PACKAGE_PATH_NOT_EXPORTED',
  'ERR_PACKAGE_IMPORT_NOT_DEFINED',
])

/** The error for a module that did not load: what is wrong, in which file and line, what to do. */
export function loadFailure(file: string, error: unknown): MigrationError {
  const known = migrationErrorOf(error)
  if (known) return known
  if (!(error instanceof Error)) return thrown(file, error, String(error))
  const unreadable = unreadableModule(file, error)
  if (unreadable) return unreadable
  const code = 'code' in error ? String(error.code) : ''
  if (notFound.has(code)) return missingModule(file, error)
  const missingName = /requested module (['"])(.*?)\1 .*export named '(.*?)'/.exec(error.message)
  if (missingName) return missingExport(file, error, missingName[2] ?? '', missingName[3] ?? '')
  if (error instanceof SyntaxError && /\bawait\b/.test(error.message))
    return topLevelAwait(file, error)
  return thrown(file, error, error.message)
}

/** What the system says of the file itself, or of any file at all; what a script opens is its own matter. */
function unreadableModule(file: string, error: Error): MigrationError | undefined {
  const { code, path } = error as NodeJS.ErrnoException
  const general = code === 'EMFILE' || code === 'ENFILE'
  return path === file || general ? systemFailure(error, { file }) : undefined
}

// The hooks' own thread hands over a copy that has the fields, but not the class.
function migrationErrorOf(error: unknown): MigrationError | undefined {
  if (error instanceof MigrationError) return error
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return
  if (!Object.hasOwn(exitStatusOf, error.code)) return undefined
  const fields: ErrorFields = Object.assign({ cause: error.cause }, error)
  return new MigrationError(error.code as ErrorCode, error.message, fields)
}

function missingModule(file: string, error: Error): MigrationError {
  const message = error.message.split('\n', 1)[0] ?? ''
  const requested = /'([^']*)'/.exec(message)?.[1] ?? message
  const importer = importerOf(error) ?? file
  const found = placeOf(requested, importer)
  const name =
    found?.specifier ?? (isAbsolute(requested) ? relative(dirname(importer), requested) : requested)
  const local = isAbsolute(requested) || /^[./]/.test(name)
  return new MigrationError(
    'SCRIPT_NOT_LOADABLE',
    `${basename(importer)} imports "${name}", which ${local ? 'does not exist' : 'is not installed'}`,
    {
      file: importer,
      line: found?.line,
      column: found?.column,
      detail: message,
      hint: local
        ? 'Correct the path; it is looked up from the file that imports it.'
        : 'Install the package, or, for a path of your own, name it under paths in tsconfig.json.',
      cause: error,
    },
  )
}

function importerOf(error: Error): string | undefined {
  if ('requireStack' in error && Array.isArray(error.requireStack)) {
    const [first] = error.requireStack as unknown[]
    return typeof first === 'string' ? first : undefined
  }
  const from = / imported from (.*)$/m.exec(error.message)?.[1]
  return from?.startsWith('file:') ? fileURLToPath(from) : from
}

function missingExport(file: string, error: Error, from: string, name: string): MigrationError {
  const importer = framesOf(error)[0]?.file ?? file
  const found = placeOf(from, importer)
  return new MigrationError(
    'SCRIPT_NOT_LOADABLE',
    `${basename(importer)} imports "${name}", which "${from}" does not export`,
    {
      file: importer,
      line: found?.line,
      column: found?.column,
      hint: 'Correct the name, or write import type where it is only a type.',
      cause: error,
    },
  )
}

function topLevelAwait(file: string, error: Error): MigrationError {
  const at = framesOf(error)[0]?.file ?? file
  const kind = moduleKind(at) === 'commonjs' ? 'a CommonJS module' : 'this place'
  return new MigrationError('SCRIPT_NOT_LOADABLE', `${basename(at)} awaits where ${kind} cannot`, {
    file: at,
    detail: error.message,
    hint: 'Await inside a function, or make it an ES module: name it .mts, or set "type": "module" in package.json.',
    cause: error,
  })
}

function thrown(file: string, error: unknown, text: string): MigrationError {
  const frames = error instanceof Error ? framesOf(error) : []
  const place = frames.find(
    (frame) => !isLibrary(frame.file) && frame.file.startsWith(dirname(file)),
  )
  const fact = text.split('\n', 1)[0] ?? ''
  return new MigrationError(
    'SCRIPT_NOT_LOADABLE',
    `${basename(file)} threw while it was loaded: ${fact}`,
    {
      file: place?.file ?? file,
      line: place?.line,
      column: place?.column,
      detail: text.includes('\n') ? text : undefined,
      cause: error,
    },
  )
}

interface Place {
  file: string
  line: number
  column: number | undefined
}

// Frames as Node prints them; a SyntaxError has its file and line on the stack's first line.
function framesOf(error: Error): Place[] {
  const lines = (error.stack ?? '').split('\n')
  return lines.flatMap((line) => {
    const match =
      /(?:\(|at (?:async )?|^)((?:file:\/\/)?(?:[A-Za-z]:)?[\\/][^()]*?):(\d+)(?::(\d+))?\)?$/.exec(
        line,
      )
    const path = match?.[1]
    if (path === undefined) return []
    const file = path.startsWith('file:') ? fileURLToPath(path) : path
    return [{ file, line: Number(match?.[2]), column: match?.[3] ? Number(match[3]) : undefined }]
  })
}

// Where the importer names a module: by the very text, or by a path that leads there.
function placeOf(
  requested: string,
  importer: string,
): { specifier: string; line: number; column: number } | undefined {
  if (!isTypeScript(importer) && !/\.[cm]?js$/.test(importer)) return undefined
  const lines = readFileSync(importer, 'utf8').split(/\r\n?|\n/)
  for (const [index, line] of lines.entries()) {
    for (const match of line.matchAll(/(?:from|import|require|\()\s*\(?(['"])([^'"]+)\1/g)) {
      const specifier = match[2] ?? ''
      const leads = specifier.startsWith('.') && resolve(dirname(importer), specifier) === requested
      if (specifier !== requested && !leads) continue
      const before = line.slice(0, match.index + match[0].indexOf(specifier) - 1)
      return { specifier, line: index + 1, column: Array.from(before).length + 1 }
    }
  }
  return undefined
}
