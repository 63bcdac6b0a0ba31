import { writeSync } from 'node:fs'
import { join } from 'node:path'

const [command, ...others] = process.argv.slice(2)
if (command === 'version' && others.length === 0) printVersions()
else run()

/** From one file, unless what it was made of is newer, as after a bare `tsc`. */
function run(): void {
  const { requirePart } = require('../start/compiled') as typeof import('../start/compiled')
  const program = requirePart(join(__dirname, '..', 'bundle.js'), join(__dirname, 'run.js'))
  ;(program as typeof import('./run')).run()
}

function printVersions(): void {
  const { readVersions, versionsText } =
    require('./arguments/versions') as typeof import('./arguments/versions')
  print(`${versionsText(readVersions())}\n`)
}

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
