import { statSync } from 'node:fs'
import Module from 'node:module'
import { join } from 'node:path'
import { OutputStream } from './output-stream'
import { readVersions, versionsText } from './versions'

const [command, ...others] = process.argv.slice(2)
if (command === 'version' && others.length === 0)
  new OutputStream(1).write(`${versionsText(readVersions())}\n`)
else program().run()

/** From one file, unless what it was made of is newer, as after a bare `tsc`. */
function program(): typeof import('./run') {
  const bundle = join(__dirname, '..', 'bundle.js')
  if (modified(bundle) < modified(join(__dirname, 'run.js'))) return require('./run')
  if ('enableCompileCache' in Module || process.env['NODE_DISABLE_COMPILE_CACHE']) {
    return require(bundle) as typeof import('./run')
  }
  const { requireCompiled } = require('./compiled') as typeof import('./compiled')
  return requireCompiled(bundle) as typeof import('./run')
}

function modified(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
