import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { variable, type Environment } from './environment'
import type { MigrationKey, MigrationValue } from './migration-keys'
import type { Problems, Sourced } from './value/problems'

/**
 * migratore's `SAFE` and `DEBUG` of the environment. `DEBUG` belongs to many programs (`DEBUG=express:*`),
 * so that only 0 and 1 count.
 */
export function switches(environment: Environment, base: string): [MigrationKey, MigrationValue][] {
  const safe = variable(environment, 'SAFE')
  const debug = variable(environment, 'DEBUG')
  return [
    ...(safe ? [['safe', { ...safe, base }] as [MigrationKey, MigrationValue]] : []),
    ...(debug && /^[01]$/.test(debug.value)
      ? [['debug', { ...debug, base }] as [MigrationKey, MigrationValue]]
      : []),
  ]
}

/** migratore's `FS`: the folder that relative paths start from where no ini says it. */
export function baseFolder(
  environment: Environment,
  cwd: string,
  problems: Problems,
): Sourced | undefined {
  const found = variable(environment, 'FS')
  if (!found) return undefined
  const value = resolve(cwd, found.value)
  if (statSync(value, { throwIfNoEntry: false })?.isDirectory()) return { ...found, value }
  problems.add(found, `FS names no folder: "${found.value}"`, 'Make the folder, or leave FS out.')
  return undefined
}
