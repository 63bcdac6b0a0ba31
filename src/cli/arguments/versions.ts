import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { toolVersion } from '../../version'

/** The versions of this program and of its dependencies, without loading any of it; null = not installed. */
export function readVersions(): Record<string, string | null> {
  return {
    typetrek: toolVersion,
    node: process.versions.node,
    pg: packageVersion('pg'),
    typeorm: packageVersion('typeorm'),
  }
}

/** The same for people, a line each. */
export function versionsText(versions: Readonly<Record<string, string | null>>): string {
  const width = Math.max(...Object.keys(versions).map(({ length }) => length))
  const lines = Object.entries(versions).map(([name, found]) => {
    return `${name.padEnd(width)} ${found ?? 'not installed'}`
  })
  return lines.join('\n')
}

/** Read, not asked of the package: that would load it. */
function packageVersion(name: string): string | null {
  for (const folder of require.resolve.paths(name) ?? []) {
    const file = join(folder, name, 'package.json')
    if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as Package).version
  }
  return null
}

interface Package {
  version: string
}
