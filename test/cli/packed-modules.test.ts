import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { appendFile, chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { withFolder } from '../support/folder'

const call = promisify(execFile)

const files = {
  'node_modules/pkg/package.json': '{"name": "pkg", "version": "1.0.0"}',
  'node_modules/pkg/index.js': `exports.a = require('./a')
exports.b = require('./sub/b.cjs')
exports.later = () => require('./later').value`,
  'node_modules/pkg/a.js': `exports.value = 'a'
exports.fail = () => {
  throw new Error('é')
}`,
  'node_modules/pkg/sub/b.cjs': `exports.a = require('../a')`,
  'node_modules/pkg/later.js': `exports.value = 'later'`,
}

/** What a process gets, and which files Node has loaded for it. */
interface Found {
  loaded: string[]
  same: boolean[]
  values: string[]
  place: string
}

/** Loads the package in a process that is typetrek's own. */
async function packageOf(folder: string, ...options: string[]): Promise<Found> {
  const source = join(__dirname, '../../src/start/packed-modules.js')
  const code = `const Module = require('node:module')
Module[Symbol.for('typetrek parts')] = new Map()
const { requirePacked } = require(${JSON.stringify(source)})
const load = Module._extensions['.js']
const loaded = []
Module._extensions['.js'] = (module, file) => void (loaded.push(file), load(module, file))
const entry = require.resolve(process.cwd() + '/node_modules/pkg')
const { a, b, later } = requirePacked(entry)
const near = (name) => require(process.cwd() + '/node_modules/pkg/' + name)
const values = [a.value, later()]
let place = ''
try { a.fail() } catch (error) { place = error.stack.split('\\n')[1] }
process.stdout.write(JSON.stringify({
  loaded: loaded.map((file) => file.replace(/.*pkg./, '')).sort(),
  same: [require(entry).a === a, near('a') === a, near('sub/b.cjs') === b, b.a === a],
  values,
  place: place.replace(/.*pkg./, ''),
}))`
  const { stdout } = await call(process.execPath, [...options, '-e', code], { cwd: folder })
  return JSON.parse(stdout) as Found
}

const whole = ['a.js', 'index.js', 'later.js', 'sub/b.cjs']

test('a package comes from one file after the first time, and is what Node would have loaded', () =>
  withFolder(files, async (folder) => {
    const all = [await packageOf(folder), await packageOf(folder), await packageOf(folder)]

    assert.deepEqual(
      all.map(({ loaded }) => loaded),
      [whole, ['later.js'], ['later.js']],
    )
    for (const { same, values, place } of all) {
      assert.deepEqual(same, [true, true, true, true])
      assert.deepEqual(values, ['a', 'later'])
      assert.match(place, /^a\.js:3:9/)
    }
  }))

test('a package that was changed, or that a hook may wait for, is loaded as Node does', () =>
  withFolder(files, async (folder) => {
    await packageOf(folder)
    const hooked = await packageOf(folder, '--require', 'node:path')
    await appendFile(join(folder, 'node_modules/pkg/a.js'), `\nexports.value = 'mine'`)
    const changed = await packageOf(folder)
    const again = await packageOf(folder)

    assert.deepEqual([hooked.loaded, changed.loaded, again.loaded], [whole, whole, ['later.js']])
    assert.deepEqual([changed.values[0], again.values[0]], ['mine', 'mine'])
  }))

test('a folder into which others may put files gives nobody code to run', () =>
  withFolder(files, async (folder) => {
    await packageOf(folder)
    await chmod(join(folder, 'node_modules/.cache/typetrek'), 0o777)

    const all = [await packageOf(folder), await packageOf(folder)]
    assert.deepEqual(
      all.map(({ loaded }) => loaded),
      [whole, whole],
    )
  }))
