import { graphScheme } from '../plan/scheme/graph-scheme'
import { numbered, type Scheme } from '../plan/scheme/scheme'
import { readGraphFolder } from '../script/named/graph-folder'
import type { Script } from '../script/script'
import type { Settings } from '../settings/value/setting-types'

/** What the scripts of the settings' folder are to each other. */
export function folderScheme({ layout }: Pick<Settings, 'layout'>): Scheme {
  return layout === 'graph' ? graphScheme : numbered
}

/** Reads the scripts as the settings' layout says; `usual` reads those with numbers. */
export function readByScheme(
  settings: Pick<Settings, 'layout' | 'directory' | 'ignore' | 'packages'>,
  usual: () => Promise<readonly Script[]>,
  options?: { listed: boolean },
): Promise<readonly Script[]> {
  return settings.layout === 'graph' ? readGraphFolder(settings, options) : usual()
}
