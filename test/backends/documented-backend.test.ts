import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const repository = join(__dirname, '../../..')

test('the backend in docs/databases.md is the one that passes the contract, in under 80 lines', () => {
  const page = readFileSync(join(repository, 'docs/databases.md'), 'utf8')
  const [, documented = ''] = /^```ts json-backend\.ts\n([^]*?)^```$/m.exec(page) ?? []
  const tested = readFileSync(join(repository, 'test/backends/json-backend.ts'), 'utf8')

  assert.equal(documented, tested.replaceAll('../../src/backend-kit', 'typetrek/backend'))
  assert.ok(documented.trimEnd().split('\n').length < 80)
})

test('the port has at most seven methods, each with its comment', () => {
  const port = readFileSync(join(repository, 'src/run/context/backend.ts'), 'utf8')
  const methods = Array.from(
    port.matchAll(/(\*\/)?\n {2}(\w+)\([^]*?\): Promise</g),
    ([, end, name]) => [name, end],
  )

  assert.deepEqual(
    methods.map(([name]) => name),
    ['read', 'entries', 'complete', 'lock', 'run', 'close'],
  )
  assert.ok(methods.every(([, end]) => end === '*/'))
})
