import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { withFolder } from '../support/folder'

const compiled = join(__dirname, '../../src/start/compiled.js')

/** What a fresh process gets from the file. */
function load(file: string): string {
  const code = `console.log(require(${JSON.stringify(compiled)}).requireCompiled(${JSON.stringify(file)}).say())`
  return execFileSync(process.execPath, ['-e', code], { encoding: 'utf8' }).trim()
}

const saying = (word: string) => `exports.say = () => require('./word') + '${word}'`

async function withModule(work: (file: string, cache: string) => void): Promise<void> {
  const files = { 'a.js': saying('one'), 'word.js': "module.exports = 'word '" }
  await withFolder(files, (folder) => {
    const file = join(folder, 'a.js')
    work(file, `${file}.cache`)
    return Promise.resolve()
  })
}

test('compiled code is kept at the first start and used by the next', async () => {
  await withModule((file, cache) => {
    assert.equal(load(file), 'word one')
    const { mtimeMs } = statSync(cache)
    assert.equal(load(file), 'word one')
    assert.equal(statSync(cache).mtimeMs, mtimeMs)
  })
})

test('code of another text of the same length and time is never run', async () => {
  await withModule((file) => {
    load(file)
    const { atime, mtime } = statSync(file)
    writeFileSync(file, saying('two'))
    utimesSync(file, atime, mtime)

    assert.equal(load(file), 'word two')
    assert.equal(load(file), 'word two')
  })
})

test('a cache that was cut or altered is made again', async () => {
  await withModule((file, cache) => {
    load(file)
    const whole = readFileSync(cache)
    const altered = Buffer.from(whole)
    altered[whole.length - 9] = altered[whole.length - 9]! ^ 1
    for (const bad of [whole.subarray(0, whole.length / 2), altered, Buffer.alloc(0)]) {
      writeFileSync(cache, bad)
      assert.equal(load(file), 'word one')
      assert.ok(readFileSync(cache).length > whole.length / 2)
    }
  })
})

test('where nothing can be kept the file runs all the same', async () => {
  await withModule((file, cache) => {
    execFileSync('mkdir', [cache])
    assert.equal(load(file), 'word one')
    assert.ok(existsSync(cache))
  })
})
