import { statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { readVersions, versionsText } from './versions'

const [command, ...others] = process.argv.slice(2)
if (command === 'version' && others.length === 0) print(`${versionsText(readVersions())}\n`)
else program().run()

/** A stream for stdout takes longer to make than all the rest of this. */
function print(text: string): void {
  try {
    for (let rest = Buffer.from(text); rest.length > 0;) rest = rest.subarray(writeSync(1, rest))
  } catch {
    process.stdout.write(text) // a pipe that is full now, or closed
  }
}

/** From one file, unless what it was made of is newer, as after a bare `tsc`. */
function program(): typeof import('./run') {
  const bundle = join(__dirname, '..', 'bundle.js')
  const file = modified(bundle) >= modified(join(__dirname, 'run.js')) ? bundle : './run'
  return require(file) as typeof import('./run')
}

function modified(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
