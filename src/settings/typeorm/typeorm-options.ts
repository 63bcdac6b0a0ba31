import { systemFact } from '../../system-error'
import { isAbsolute, join, resolve, sep } from 'node:path'
import { IrregularFile, readRegular } from '../../regular-file'
import { readPort } from '../address/address-query'
import { distance, nearest } from '../value/nearest'
import type { SettingPlace, Problems, Sourced } from '../value/problems'
import { kindOf, knownKeysBeside, type ValueKind } from './typeorm-keys'
import { parseBoolean, parseList, valueReader } from '../value/value-reader'

interface Context {
  /** Folder that paths start from. */
  here: string
  problems: Problems
}

export type Options = Record<string, unknown>

/**
 * Turns `typeorm.*` keys (given without `typeorm.`) into DataSource options of the right types; dots
 * make nested objects. Unknown keys are passed on as text, unless they are a misspelt known one.
 * `ssl.ca`, `ssl.cert`, `ssl.key` and their like hold PEM text or else the path of a file, which is
 * read. What is wrong is added to `problems`.
 */
export function typeormOptions(values: ReadonlyMap<string, Sourced>, context: Context): Options {
  const options: Options = {}
  const shallowFirst = [...values].toSorted(([a], [b]) => depth(a) - depth(b))
  for (const [key, found] of shallowFirst) {
    if (found.value === '' || !isAcceptable(key, found, context)) continue
    const path = key.split('.')
    const value = convert(`typeorm.${key}`, kindOf(path) ?? 'text', found, context)
    if (value !== undefined) place(options, path, value, found, context)
  }
  return options
}

function depth(key: string): number {
  return key.split('.').length
}

function isAcceptable(key: string, found: Sourced, { problems }: Context): boolean {
  const path = key.split('.')
  if (path.some((name) => name === '' || name === '__proto__')) {
    problems.add(found, `typeorm.${key} is no name of an option`)
    return false
  }
  if (kindOf(path)) return true
  const known = knownKeysBeside(path).filter((name) => distance(key, name) <= 2)
  const meant = nearest(key, known, 2)
  if (meant === undefined) return true
  problems.add(found, `unknown key "typeorm.${key}"`, `Did you mean typeorm.${meant}?`)
  return false
}

function place(
  options: Options,
  path: readonly string[],
  value: unknown,
  found: Sourced,
  { problems }: Context,
): void {
  let target = options
  for (const name of path.slice(0, -1)) {
    const inner = Object.hasOwn(target, name) ? target[name] : true
    if (inner === false) {
      const message = `typeorm.${path.join('.')} has no meaning while ${name} is false`
      problems.add(found, message, `Set typeorm.${name} to true, or leave it out.`)
    }
    target = target[name] = isOptions(inner) ? inner : {}
  }
  target[path.at(-1) ?? ''] = value
}

/** True for a nested object of options. */
export function isOptions(value: unknown): value is Options {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function convert(key: string, kind: ValueKind, found: Sourced, context: Context): unknown {
  const { problems, here } = context
  const read = valueReader(problems)
  switch (kind) {
    case 'text':
      return found.value
    case 'number':
      return read.number(key, found)
    case 'boolean':
    case 'switch':
      return read.boolean(key, found)
    case 'list':
      return parseList(found.value)
    case 'paths':
      return parseList(found.value).map((pattern) => absolutePattern(pattern, here))
    case 'file':
      return fileText(key, found.value, found, context)
    case 'logging':
      return logging(key, found, problems)
    case 'port': {
      const port = readPort(found.value)
      if (port === undefined) problems.add(found, `port is no number from 1 to 65535`)
      return port
    }
    case 'code':
      problems.add(
        found,
        `${key} cannot be said in an ini`,
        'Name a module that exports a DataSource with typeorm.data_source.',
      )
      return undefined
  }
}

const logLevels = ['query', 'schema', 'error', 'warn', 'info', 'log', 'migration']

function logging(key: string, found: Sourced, problems: Problems): unknown {
  if (found.value === 'all') return 'all'
  const answer = parseBoolean(found.value)
  if (answer !== undefined) return answer
  const levels = parseList(found.value)
  for (const level of levels) {
    if (logLevels.includes(level)) continue
    const meant = nearest(level, logLevels)
    const message = `${key} has none of true, false, all, ${logLevels.join(', ')}: "${level}"`
    problems.add(found, message, meant && `Did you mean ${meant}?`)
  }
  return levels
}

/** A `!` stays in front; what is special to a glob is escaped in the folder, which is meant literally. */
function absolutePattern(pattern: string, here: string): string {
  const negation = pattern.startsWith('!') && !pattern.startsWith('!(') ? '!' : ''
  const bare = pattern.slice(negation.length)
  if (isAbsolute(bare)) return negation + bare
  const folder = sep === '/' ? here.replace(/[\\()[\]{}*?|]/g, '\\$&') : here
  return negation + join(folder, bare).replaceAll(sep, '/')
}

const longestText = 1024 * 1024

/** PEM text as it is; else the text of the file that `value` names, from `here`. */
export function fileText(
  key: string,
  value: string,
  found: SettingPlace,
  { here, problems }: Context,
): string | undefined {
  if (value.includes('-----BEGIN ')) return value
  try {
    return readRegular(resolve(here, value), longestText).toString('utf8')
  } catch (error) {
    const hint = 'Write the PEM text or the path of a file that holds it.'
    if (error instanceof IrregularFile) {
      problems.add(found, `${key} names what ${error.problem}`, hint)
      return undefined
    }
    const why = systemFact(error)?.fact ?? (error as Error).message
    problems.add(found, `${key} names a file that cannot be read: ${why}`, hint)
    return undefined
  }
}
