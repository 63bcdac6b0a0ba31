import { statSync, writeSync } from 'node:fs'
import Module from 'node:module'
import { join } from 'node:path'
import { readVersions, versionsText } from './arguments/versions'

const [command, ...others] = process.argv.slice(2)
if (command === 'version' && others.length === 0) print(`${versionsText(readVersions())}\n`)
else program().run()

/** A stream for stdout takes longer to make than all the rest of this. */
function print(text: string): void {
  let rest = Buffer.from(text)
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(1, rest))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return failed(error as Error)
    process.stdout.on('error', failed)
    process.stdout.write(rest) // a pipe that is full now
  }
}

function failed(error: Error): void {
  const { outputFailure } =
    require('./terminal/output-failure') as typeof import('./terminal/output-failure')
  process.stderr.write(`${outputFailure('stdout', error)}\n`)
  process.exitCode = 1
}

/** From one file, unless what it was made of is newer, as after a bare `tsc`. */
function program(): typeof import('./run') {
  const bundle = join(__dirname, '..', 'bundle.js')
  if (modified(bundle) < modified(join(__dirname, 'run.js'))) return require('./run')
  if ('enableCompileCache' in Module || process.env['NODE_DISABLE_COMPILE_CACHE']) {
    return require(bundle) as typeof import('./run')
  }
  const { requireCompiled } = require('../start/compiled') as typeof import('../start/compiled')
  return requireCompiled(bundle) as typeof import('./run')
}

function modified(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
