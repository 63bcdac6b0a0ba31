import { compareNumbers, versionScheme } from '../../plan/scheme/version-scheme'
import { readModuleFolder } from '../../script/named/module-folder'
import type { Script } from '../../script/script'
import { describeAddress } from '../../settings/address/address'
import type { DatabaseAddress, Settings } from '../../settings/value/setting-types'
import type { Place } from '../backend-place'
import { refuseOfScripts } from '../said-in-vain'
import { loadVersionConfig } from './config-module'
import { ModuleKeeper } from './module-keeper'
import { VersionBackend } from './version-backend'

/** A configuration module that keeps a version anywhere, with its migrations. */
export async function configPlace(
  settings: Settings,
  address: Extract<DatabaseAddress, { kind: 'versions' }>,
): Promise<Place> {
  refuseOfScripts(settings)
  const config = await loadVersionConfig(address.file)
  const isNamed = settings.origins.some(
    ({ key, from }) => (key === 'package' || key === 'directory') && from !== 'default',
  )
  const directory = isNamed ? settings.directory : config.directory
  const keeper = new ModuleKeeper(config, address.file)
  let reading: Promise<readonly Script[]> | undefined
  return {
    label: describeAddress(address),
    scheme: versionScheme(compareNumbers),
    scripts: () => (reading ??= readModuleFolder({ ...settings, directory })),
    backend: (context) => Promise.resolve(new VersionBackend(context, keeper)),
    close: () => keeper.close(),
  }
}
