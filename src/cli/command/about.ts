import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { toolVersion } from '../../version'
import { isCommand } from '../commands'
import { renderCompletion } from '../completion'
import type { Handler } from '../context'
import { renderCommandHelp, renderHelp } from '../help'
import { alignColumns } from '../table'

/** Shows all commands, or one of them in full. */
export const help: Handler = async ({ call, output }) => {
  const [topic] = call.words
  const { style } = output
  output.result(topic && isCommand(topic) ? renderCommandHelp(topic, style) : renderHelp(style))
  return 0
}

/** Prints the versions of this program and of what it stands on, without loading any of it. */
export const version: Handler = async ({ output }) => {
  const versions = {
    typetrek: toolVersion,
    node: process.versions.node,
    pg: packageVersion('pg'),
    typeorm: packageVersion('typeorm'),
  }
  output.document(versions)
  const rows = Object.entries(versions).map(([name, found]) => [name, found ?? 'not installed'])
  output.result(alignColumns(rows, ' ').join('\n'))
  return 0
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

/** Prints a completion script. */
export const completion: Handler = async ({ call, output }) => {
  output.result(renderCompletion(call.words[0] ?? ''))
  return 0
}
