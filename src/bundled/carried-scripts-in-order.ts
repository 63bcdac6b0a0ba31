import { MigrationError } from '../errors'
import { byRevision } from '../script/revision'
import type { Script } from '../script/script'
import { CarriedScript } from '../script/source/carried-script'
import { classScripts } from '../script/source/class-scripts'
import type * as usual from '../script/source/read-scripts'

/*
 * The scripts of a bundle, which were read when it was written. In its program this file is in the place of
 * script/source/read-scripts.
 */

/** @throws {MigrationError} USAGE for a folder that a script of the bundle wants to have read */
export const readScripts: typeof usual.readScripts = async ({ sources, classes }) => {
  if (!sources) throw noFolder()
  const listed = classes ? classScripts(classes.constructors, classes.file) : []
  return [...sources.map(scriptOf), ...listed].toSorted(byRevision)
}

function scriptOf(source: object): Script {
  if (source instanceof CarriedScript) return source
  const { scriptOfObject } =
    require('../script/source/script-object') as typeof import('../script/source/script-object')
  return scriptOfObject(source)
}

function noFolder(): MigrationError {
  return new MigrationError('USAGE', 'a bundle reads no folder of scripts', {
    hint: 'Give the scripts as values: { name, sql }.',
  })
}
