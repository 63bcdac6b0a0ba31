import { existsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { MigrationError } from '../../errors'
import { readSmall } from '../../regular-file'
import { loadModule } from '../../script/typescript/load-module'
import { writeWhole } from '../../whole-file'

/** What a configuration module says. */
export interface VersionConfig {
  exports: Readonly<Record<string, unknown>>
  /** Absolute path of the folder of the migrations. */
  directory: string
  /** Where the files of `changelog` go. */
  changelogFolder: string
  /** Absolute path of the file that keeps every operation; absent: none is kept. */
  journal?: string
  get(self: object): unknown
  set(self: object, version: number | string, migration: object): unknown
  /** Makes what DRIVER means; undefined where there is none. */
  driver(): unknown
}

type Exports = Record<string, unknown>
type AnyFunction = (...values: unknown[]) => unknown

/**
 * Loads a configuration module: `getCurrentVersion()` and `setCurrentVersion(version, migration)`, or
 * `folder`, where a file keeps the version; `MIGRATIONS_DIR`, `DRIVER` with `DRIVER_ARGS` and
 * `DRIVER_KWARGS`, `MIGRATIONS_ABS_PATH`, `JOURNAL`. The names that Python has are understood too.
 * @throws {MigrationError} SCRIPT_NOT_LOADABLE, SETTINGS_INVALID
 */
export async function loadVersionConfig(file: string): Promise<VersionConfig> {
  const loaded = await loadModule(file)
  const byDefault = loaded['default']
  const inner = typeof byDefault === 'object' && byDefault !== null ? (byDefault as Exports) : {}
  const exports: Exports = { ...inner, ...loaded }
  const here = dirname(file)
  const { get, set } = storeOf(exports, file)
  const directory = migrationsFolder(here, exports['MIGRATIONS_DIR'])
  const absolute = exports['MIGRATIONS_ABS_PATH']
  const journal = exports['JOURNAL'] ?? 'migration_journal.jsonl'
  return {
    exports,
    directory,
    changelogFolder: typeof absolute === 'string' ? resolve(here, absolute) : directory,
    ...(typeof journal === 'string' && { journal: resolve(here, journal) }),
    get: (self) => get.call(self, self),
    set: (self, version, migration) => set.call(self, version, migration),
    driver: () => makeDriver(exports, file),
  }
}

const getters = ['getCurrentVersion', 'get_current_version', 'currentVersion', 'current_version']
const setters = ['setCurrentVersion', 'set_current_version']

/** Both functions; or the file that `folder` names, or has in it. */
function storeOf(exports: Exports, file: string): { get: AnyFunction; set: AnyFunction } {
  const get = functionOf(exports, getters)
  const set = functionOf(exports, setters)
  if (get && set) return { get, set }
  const { folder } = exports
  if (typeof folder === 'string' && !get && !set) return versionFile(resolve(dirname(file), folder))
  const missing = get ? setters[0] : getters[0]
  throw new MigrationError('SETTINGS_INVALID', `the configuration exports no ${missing}`, {
    file,
    hint: 'Export getCurrentVersion() and setCurrentVersion(version), sync or async.',
  })
}

function functionOf(exports: Exports, names: readonly string[]): AnyFunction | undefined {
  const found = names.map((name) => exports[name]).find((one) => typeof one === 'function')
  return found as AnyFunction | undefined
}

function versionFile(path: string): { get: AnyFunction; set: AnyFunction } {
  const file = /\.\w+$/.test(path) ? path : join(path, 'current_version.txt')
  return {
    get: () => (existsSync(file) ? readSmall(file) : '0'),
    // in one piece: half a version, or none, would run what is done again
    set: (version) => writeWhole(file, String(version)),
  }
}

/** A folder beside the module, else its own; a dotted name, as a package of Python has, is one too. */
function migrationsFolder(here: string, named: unknown): string {
  if (typeof named !== 'string' || named === '') {
    const usual = resolve(here, 'migrations')
    return existsSync(usual) ? usual : here
  }
  const name = named
  const path = resolve(here, name)
  const dotted = resolve(here, name.replaceAll('.', '/'))
  const isFolder = existsSync(path) && statSync(path).isDirectory()
  return !isFolder && existsSync(dotted) ? dotted : path
}

function makeDriver(exports: Exports, file: string): unknown {
  const { DRIVER: driver, DRIVER_ARGS: args = [], DRIVER_KWARGS: named = {} } = exports
  const values = [...(args as unknown[]), ...(Object.keys(named as object).length ? [named] : [])]
  if (typeof driver === 'string') {
    throw new MigrationError('SETTINGS_INVALID', `DRIVER is the text "${driver}"`, {
      file,
      hint: 'Import the class or the function that makes the driver, and export it as DRIVER.',
    })
  }
  if (typeof driver !== 'function') return driver
  const isClass = /^class\b/.test(Function.prototype.toString.call(driver))
  if (!isClass) return (driver as AnyFunction)(...values)
  return new (driver as new (...all: unknown[]) => unknown)(...values)
}
