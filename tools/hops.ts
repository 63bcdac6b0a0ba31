import { spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/*
 * Counts what one changed column of an entity passes until it is in a script: the named functions that
 * `migrate add_script` calls in the rooms of a change, by V8's coverage. docs/architecture.md has the figure.
 *
 *   node dist/tools/hops.js [ROOM…]   the functions of those folders of src, each with its file
 */

const root = resolve(__dirname, '../..')

/** The rooms that know what differs. */
const rooms = ['change', 'add-script/decide', 'add-script/difference', 'add-script/online']

const entity = (type: string) => `const { EntitySchema } = require('typeorm')
module.exports = new EntitySchema({
  name: 'person',
  columns: { id: { type: Number, primary: true }, age: { type: '${type}' } },
})
`

const ini = `[migration]
typeorm.url = embedded:%(here)s/.postgres
typeorm.entities = entity.js
package = scripts
vcs = none
`

/** What a run of V8 says of one file. */
interface FileCoverage {
  url: string
  functions: { functionName: string; ranges: { count: number }[] }[]
}

main(process.argv.slice(2))

function main(named: string[]): void {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'typetrek-hops-')))
  try {
    const called = calledIn(
      measured(folder),
      join(folder, 'dist', 'src'),
      named.length > 0 ? named : rooms,
    )
    for (const one of named.length > 0 ? called : []) console.log(`${one.file}: ${one.name}`)
    const files = new Set(called.map(({ file }) => file))
    console.log(`${called.length} functions in ${files.size} files`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The coverage of add_script for a column of another type, by a copy of the program without its bundles. */
function measured(folder: string): string {
  const coverage = join(folder, 'coverage')
  mkdirSync(join(folder, 'scripts'))
  cpSync(join(root, 'dist', 'src'), join(folder, 'dist', 'src'), {
    recursive: true,
    filter: (path) => !/[\\/]bundle(?:-[\w-]+)?\.js$/.test(path),
  })
  cpSync(join(root, 'package.json'), join(folder, 'package.json'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'development.ini'), ini)
  writeFileSync(join(folder, 'entity.js'), entity('integer'))
  migrate(folder, ['add_script', 'people'])
  writeFileSync(join(folder, 'entity.js'), entity('bigint'))
  migrate(folder, ['add_script', 'older people'], { NODE_V8_COVERAGE: coverage })
  return coverage
}

function migrate(cwd: string, args: string[], environment: NodeJS.ProcessEnv = {}): void {
  const start = `require(${JSON.stringify(join(cwd, 'dist', 'src', 'cli', 'run.js'))}).run()`
  const { status, stderr } = spawnSync(process.execPath, ['-e', start, 'migrate', ...args], {
    cwd,
    env: { ...process.env, ...environment },
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
}

function calledIn(coverage: string, compiled: string, folders: readonly string[]) {
  const files = readdirSync(coverage).flatMap((name) => {
    const text = readFileSync(join(coverage, name), 'utf8')
    return (JSON.parse(text) as { result: FileCoverage[] }).result
  })
  return files.flatMap(({ url, functions }) => {
    const file = url.startsWith('file:') ? relative(compiled, fileURLToPath(url)) : ''
    const folder = dirname(file).split(sep).join('/')
    if (!folders.some((room) => folder === room || folder.startsWith(`${room}/`))) return []
    return functions
      .filter(({ functionName, ranges: [whole] }) => functionName !== '' && whole!.count > 0)
      .map(({ functionName }) => ({ file: file.replace(/\.js$/, '.ts'), name: functionName }))
  })
}
