import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { appendFile, cp, mkdir, readdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { withFolder } from '../support/folder'

const call = promisify(execFile)
const repository = join(__dirname, '../../..')

/** Which `pg` a process has after a command that connects, and whose code it is. */
interface Found {
  same: boolean
  bundled: boolean
  marker?: string
}

/** Gives a test the built program with packages of its own. */
async function withProgram(work: (folder: string) => Promise<void>): Promise<void> {
  await withFolder({ 'a.ini': ini, 'migration/1_a.sql': 'SELECT 1;' }, async (folder) => {
    const packages = join(folder, 'node_modules')
    await mkdir(packages)
    for (const name of ['package.json', 'dist/src'])
      await cp(join(repository, name), join(folder, name), { recursive: true })
    for (const name of await readdir(join(repository, 'node_modules'))) {
      const from = join(repository, 'node_modules', name)
      if (/^(pg|postgres-|xtend)/.test(name))
        await cp(from, join(packages, name), { recursive: true })
      else if (!name.startsWith('.')) await symlink(from, join(packages, name))
    }
    await work(folder)
  })
}

const ini = '[migration]\ntypeorm.url = postgres://nobody@127.0.0.1:1/nothing\n'

async function pgOf(folder: string, ...options: string[]): Promise<Found> {
  const code = `process.argv.splice(1, 0, 'migrate')
require('./dist/src/bundle.js')(require.resolve('./dist/src/cli/run.js')).run()
process.on('exit', () => {
  const file = require.resolve('pg/lib/client')
  const known = require.cache[file]
  const pg = require('pg')
  let place = ''
  try { pg.escapeIdentifier(null) } catch (error) { place = error.stack.split('\\n    at ')[1] }
  process.exitCode = 0
  process.stdout.write(JSON.stringify({ same: pg.Client === known?.exports, bundled: place.includes('bundle.js'), marker: pg.marker }))
})`
  const arguments_ = [...options, '-e', code, '--', 'a.ini', 'upgrade']
  const { stdout } = await call(process.execPath, arguments_, { cwd: folder })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Found
}

test('pg comes from the one file, and whoever requires it gets the same', async () => {
  await withProgram(async (folder) => {
    assert.deepEqual(await pgOf(folder), { same: true, bundled: true })
  })
})

test('a package that somebody has changed since the last start is loaded from its own file', async () => {
  await withProgram(async (folder) => {
    assert.deepEqual(await pgOf(folder), { same: true, bundled: true })
    assert.ok(existsSync(join(folder, 'dist/src/bundle.js.packages.cache')))
    await appendFile(
      join(folder, 'node_modules/pg/lib/index.js'),
      "\nmodule.exports.marker = 'mine'",
    )
    assert.deepEqual(await pgOf(folder), { same: true, bundled: false, marker: 'mine' })
  })
})

test('a package that gets one of its own below it is loaded from its own file', async () => {
  await withProgram(async (folder) => {
    assert.deepEqual(await pgOf(folder), { same: true, bundled: true })
    const packages = join(folder, 'node_modules')
    await cp(join(packages, 'pg-types'), join(packages, 'pg/node_modules/pg-types'), {
      recursive: true,
    })
    assert.deepEqual(await pgOf(folder), { same: true, bundled: false })
  })
})

test('what was asked to be loaded before everything may still hook pg', async () => {
  await withProgram(async (folder) => {
    assert.deepEqual(await pgOf(folder, '--require', 'node:path'), { same: true, bundled: false })
  })
})

test('the licences of what is in the one file lie beside it', async () => {
  const text = await readFile(join(repository, 'dist/src/bundle.licences.txt'), 'utf8')
  for (const name of ['commander', 'ini', 'picocolors', 'pg', 'pg-protocol', 'pg-types'])
    assert.match(text, new RegExp(`^${name}\\n\\n.*licen[cs]e`, 'ims'))
})

test('add_script, and pg for it, come from the two files', async () => {
  const source = join(repository, 'dist/src')
  const code = `const Module = require('node:module')
const load = Module._extensions['.js']
const files = []
Module._extensions['.js'] = (module, file) => void (files.push(file), load(module, file))
const source = ${JSON.stringify(source)}
require(source + '/bundle.js')(source + '/cli/run.js')
const { requireAddScript } = require(source + '/start/compiled.js')
requireAddScript(source + '/add-script/workflow.js')
requireAddScript(source + '/cli/command/add-script.js')
process.stdout.write(JSON.stringify(files))`
  const { stdout } = await call(process.execPath, ['-e', code])
  const files = (JSON.parse(stdout) as string[]).filter(
    (file) => !/\/(?:bundle(?:-add-script)?|start\/compiled)\.js$/.test(file),
  )
  // which imports an ES module, and so is a file
  assert.deepEqual(files, [join(source, 'git/git-open.js')])
})
