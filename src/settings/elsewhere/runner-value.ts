import { isAbsolute, resolve } from 'node:path'
import type { Problems, Sourced } from '../value/problems'
import { isFile } from './version-module'
import type { DatabaseAddress, SettingOrigin } from '../value/setting-types'

/** What `runner` says, and the folder that its path starts from. */
type RunnerValue = Sourced & { base: string }

/** The runner that needs no module: the database of the settings. */
const ownRunner = 'postgres'

/** What settings name instead of a database; undefined where they name one. */
export interface OtherDatabase {
  result: { database: DatabaseAddress; typeorm: Record<string, unknown> }
  origins: SettingOrigin[]
  secrets: Set<string>
}

/**
 * A module that keeps the version, or a runner: what they work on is their own affair.
 * @param module the absolute path of the module, where the settings are one
 */
export function otherDatabase(
  module: string | undefined,
  named: RunnerValue | undefined,
  problems: Problems,
  given: readonly string[] = [],
): OtherDatabase | undefined {
  const runner = named && readRunner(named, problems, given)
  // without a runner that is there, no database is needed, and none is missed
  if (named && !runner && named.value !== ownRunner) problems.throwIfAny(named.from)
  const versions = module !== undefined && ({ kind: 'versions', file: module } as const)
  const database = runner || versions
  return database
    ? { result: { database, typeorm: {} }, origins: [], secrets: new Set() }
    : undefined
}

/**
 * Reads the value of `runner`: `postgres`, or `./my-runner.ts:MyRunner` and what it is constructed with.
 * Undefined for `postgres`, and where a problem was added.
 * @param given further arguments, of the command line
 */
function readRunner(
  found: RunnerValue,
  problems: Problems,
  given: readonly string[],
): Extract<DatabaseAddress, { kind: 'runner' }> | undefined {
  const [module = '', ...own] = found.value.trim().split(/\s+/)
  if (module === ownRunner) return undefined
  const [, path = '', name] = /^(.*?)(?::([\p{L}_$][\p{L}\p{N}_$]*))?$/u.exec(module) ?? []
  const file = isAbsolute(path) ? path : resolve(found.base, path)
  if (isFile(file)) {
    return { kind: 'runner', file, args: [...own, ...given], ...(name !== undefined && { name }) }
  }
  const python = /^[\w.]+$/.test(path) && path.includes('.') && !/\.[cm]?[jt]s$/.test(path)
  const fact = python ? 'is a module of Python' : 'is neither postgres nor an existing file'
  problems.add(found, `runner "${module}" ${fact}`, 'Write postgres, or ./my-runner.ts:MyRunner.')
  return undefined
}
