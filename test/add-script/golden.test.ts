import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'

const sources = resolve(__dirname, '../../../test/add-script')

test('every file of recorded scripts is of a test file that has change cases', () => {
  const files = readdirSync(join(sources, 'golden'))
  assert.ok(files.length > 10)
  const stale = files.filter((file) => {
    const source = join(sources, file.replace(/\.sql$/, '.test.ts'))
    return (
      !existsSync(source) || !/changeTests?\(|announceGolden\(/.test(readFileSync(source, 'utf8'))
    )
  })

  assert.deepEqual(stale, [])
})
