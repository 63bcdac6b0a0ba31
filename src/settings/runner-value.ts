import { existsSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import type { MigrationValue } from './migration-keys'
import type { Problems } from './value/problems'
import type { DatabaseAddress } from './value/setting-types'

/** The runner that needs no module: the database of the settings. */
const ownRunner = 'postgres'

/**
 * Reads the value of `runner`: `postgres`, or `./my-runner.ts:MyRunner` and what it is constructed with.
 * Undefined for `postgres`, and where a problem was added.
 * @param given further arguments, of the command line
 */
export function readRunner(
  found: MigrationValue,
  problems: Problems,
  given: readonly string[],
): Extract<DatabaseAddress, { kind: 'runner' }> | undefined {
  const [module = '', ...own] = found.value.trim().split(/\s+/)
  if (module === ownRunner) return undefined
  const [, path = '', name] = /^(.*?)(?::([\p{L}_$][\p{L}\p{N}_$]*))?$/u.exec(module) ?? []
  const file = isAbsolute(path) ? path : resolve(found.base, path)
  if (existsSync(file)) {
    return { kind: 'runner', file, args: [...own, ...given], ...(name !== undefined && { name }) }
  }
  const python = /^[\w.]+$/.test(path) && path.includes('.') && !/\.[cm]?[jt]s$/.test(path)
  const fact = python ? 'is a module of Python' : 'is neither postgres nor an existing file'
  problems.add(found, `runner "${module}" ${fact}`, 'Write postgres, or ./my-runner.ts:MyRunner.')
  return undefined
}
