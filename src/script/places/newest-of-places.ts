import { usualLayout, type ScriptLayout } from '../layout/layout'
import { newestRevision } from '../layout/newest'
import { newestOf } from '../revision'
import { sourceFolders } from './source-folders'

/** Where scripts are: one folder, or several folders and globs (absolute). */
export interface NamedPlaces {
  directory: string
  packages?: readonly string[] | undefined
}

/** The newest revision of all folders together, since they share one history; by names alone. */
export async function newestOfPlaces(
  { directory, packages }: NamedPlaces,
  layout: ScriptLayout = usualLayout,
): Promise<string | undefined> {
  const others = packages ? (await sourceFolders(packages)).map(({ path }) => path) : []
  const folders = [...new Set([directory, ...others])]
  const found = await Promise.all(folders.map((folder) => newestRevision(folder, layout)))
  return newestOf(found.filter((one) => one !== undefined))
}
