import type { BundleContents } from '../bundle/bundle-contents'
import type * as usual from '../database/classes-of-files'
import { loadModule } from './carried-modules'

/*
 * The classes of a bundle. In its program this file is in the place of database/classes-of-files.
 */

let carried: Pick<BundleContents, 'entities' | 'subscribers'> = { entities: [], subscribers: [] }
let placeOf: (path: string) => string = (path) => path

/** Says which modules have them. */
export function carryClasses(
  contents: Pick<BundleContents, 'entities' | 'subscribers'>,
  fileOf: (path: string) => string,
): void {
  carried = contents
  placeOf = fileOf
}

/** Those that `typeorm.entities` and `typeorm.subscribers` named as files. */
export const classesOfFiles: typeof usual.classesOfFiles = async () => {
  const { entities, subscribers } = carried
  return {
    ...(entities.length > 0 && { entities: (await load(entities)).filter(isEntity) }),
    ...(subscribers.length > 0 && { subscribers: (await load(subscribers)).filter(isClass) }),
  }
}

async function load(paths: readonly string[]): Promise<unknown[]> {
  const modules = await Promise.all(paths.map((path) => loadModule(placeOf(path))))
  return modules.flatMap((one) => Object.values(one))
}

function isClass(value: unknown): boolean {
  return typeof value === 'function'
}

/** A class, or what `new EntitySchema` makes. */
function isEntity(value: unknown): boolean {
  return isClass(value) || value?.constructor?.name === 'EntitySchema'
}
