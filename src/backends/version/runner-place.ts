import { MigrationError } from '../../errors'
import { compareNames, versionScheme } from '../../plan/scheme/version-scheme'
import { readScripts } from '../../script/source/read-scripts'
import { readRunnerFolder } from '../../script/named/runner-folder'
import type { Script } from '../../script/script'
import { loadModule } from '../../script/typescript/load-module'
import { describeAddress } from '../../settings/address/address'
import type { DatabaseAddress, Settings } from '../../settings/value/setting-types'
import type { Backend, OpenBackend } from '../../run/context/backend'
import type { ExecutionContext } from '../../run/context/run-context'
import { folderScheme, readByScheme } from '../folder-scheme'
import { refuseOfScripts } from '../said-in-vain'
import type { Place } from '../backend-place'
import { RunnerKeeper, type Runner } from './user-runner'
import { VersionBackend } from './version-backend'

type RunnerAddress = Extract<DatabaseAddress, { kind: 'runner' }>
type MakeRunner = (args: readonly string[]) => Runner
/** A backend of the user's own: constructed for each execution. */
type MakeBackend = new (context: ExecutionContext, args: readonly string[]) => Backend

const runnerMethods = ['version', 'up', 'down'] as const
const backendMethods = ['read', 'lock', 'run', 'close'] as const

/**
 * A runner of the user's own, with the scripts of a folder; or a backend of the user's own.
 * @throws {MigrationError} SCRIPT_NOT_LOADABLE, SETTINGS_INVALID where the module exports neither, or where an
 *   option says what a runner cannot follow
 */
export async function runnerPlace(settings: Settings, address: RunnerAddress): Promise<Place> {
  const exported = await loadModule(address.file)
  const label = describeAddress(address)
  const backend = findExport(exported, address, backendMethods)
  if (backend) {
    const Made = backend as MakeBackend
    return backendPlace(settings, label, (context) => new Made(context, address.args))
  }
  const found = findExport(exported, address, runnerMethods)
  if (!found) throw noRunner(address, Object.keys(exported))
  refuseOfScripts(settings)
  return placeOf(settings, label, address, makerOf(found))
}

/** A backend of the user's own, with the scripts that the settings name. */
export function backendPlace(settings: Settings, label: string, open: OpenBackend): Place {
  let reading: Promise<readonly Script[]> | undefined
  return {
    label,
    scheme: folderScheme(settings),
    scripts: () => (reading ??= readByScheme(settings, () => readScripts(settings))),
    backend: async (context) => checked(await open(context)),
    close: () => Promise.resolve(),
  }
}

const ports = ['read', 'entries', 'complete', 'lock', 'run', 'close'] as const

/** JavaScript has no types: what a function of the user's own gives back may be anything. */
function checked(backend: Backend): Backend {
  const methods = (backend as Partial<Backend> | undefined) ?? {}
  const lacking = ports.filter((name) => typeof methods[name] !== 'function')
  if (lacking.length === 0) return backend
  throw new MigrationError('USAGE', `the backend has no method ${lacking[0]}`, {
    hint: `A backend is an object with the methods ${ports.join(', ')}.`,
  })
}

function placeOf(
  settings: Settings,
  label: string,
  { file, args }: RunnerAddress,
  make: MakeRunner,
): Place {
  let reading: Promise<readonly Script[]> | undefined
  let keeper: RunnerKeeper | undefined
  const opened = () => (keeper ??= new RunnerKeeper(make(args), JSON.stringify([file, args])))
  return {
    label,
    scheme: versionScheme(compareNames),
    scripts: () => (reading ??= readRunnerFolder(settings)),
    backend: async (context) => new VersionBackend(context, opened()),
    close: async () => keeper?.close(),
  }
}

function makerOf(found: object): MakeRunner {
  if (typeof found !== 'function') return () => found as Runner
  const Made = found as new (args: readonly string[]) => Runner
  return (args) => new Made(args)
}

/** A class whose objects have the methods, or an object that has them. */
function findExport(
  exported: Record<string, unknown>,
  { name }: RunnerAddress,
  methods: readonly string[],
): object | undefined {
  const named = name === undefined ? Object.values(exported) : [exported[name]]
  return named.find((one): one is object => {
    const holder: unknown = typeof one === 'function' ? one.prototype : one
    if (typeof holder !== 'object' || holder === null) return false
    return methods.every((method) => method in holder)
  })
}

function noRunner({ file, name }: RunnerAddress, names: readonly string[]): MigrationError {
  const fact =
    name === undefined ? 'the module exports no runner' : `the module exports no runner ${name}`
  return new MigrationError('SETTINGS_INVALID', fact, {
    file,
    detail: names.length > 0 ? `It exports ${names.join(', ')}.` : undefined,
    hint: 'A runner is a class with version(), up(name, migration) and down(name, migration); nothing applied is null.',
  })
}
