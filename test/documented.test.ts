import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const repository = join(__dirname, '../..')

for (const page of ['docs/architecture.md', 'CONTRIBUTING.md']) {
  test(`each file that ${page} names is there`, () => {
    const text = readFileSync(join(repository, page), 'utf8')
    const named = Array.from(
      text.matchAll(/`((?:src|test|docs)\/[\w./-]+)`/g),
      ([, path = '']) => path,
    )

    assert.ok(named.length > 10)
    assert.deepEqual(
      named.filter((path) => !existsSync(join(repository, path))),
      [],
    )
  })
}
