import { statSync } from 'node:fs'
import { join } from 'node:path'

/** A TypeScript or JavaScript file, or a folder that holds one called conf or config. */
export function configModule(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.isFile()) return /\.[cm]?[jt]s$/.test(path) ? path : undefined
  if (!found?.isDirectory()) return undefined
  const names = ['ts', 'js', 'mts', 'mjs', 'cts', 'cjs']
  const files = ['conf', 'config'].flatMap((stem) => names.map((ending) => `${stem}.${ending}`))
  const name = files.find((file) => isFile(join(path, file)))
  return name === undefined ? undefined : join(path, name)
}

/** To import a pipe would wait for ever. */
export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}
