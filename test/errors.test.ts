import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { exitStatusOf, MigrationError, type ErrorCode } from '../src/errors'

const codes = Object.keys(exitStatusOf) as ErrorCode[]

async function chapters(): Promise<Map<string, string>> {
  const text = await readFile(join(__dirname, '..', '..', 'docs', 'errors.md'), 'utf8')
  const parts = text.split(/^### /m).slice(1)
  return new Map(parts.map((part) => [part.split('\n', 1)[0] ?? '', part]))
}

test('docs/errors.md has a chapter for every code, and for nothing else', async () => {
  const documented = [...(await chapters()).keys()]

  assert.deepEqual(documented.toSorted(), codes.toSorted())
})

test('a chapter names the exit status and shows an example', async () => {
  for (const [code, chapter] of await chapters()) {
    const own =
      code === 'INTERRUPTED'
        ? 'Exit status 130 or 143'
        : `Exit status ${exitStatusOf[code as ErrorCode]}.`
    assert.ok(chapter.includes(own), `${code}: ${own}`)
    assert.match(chapter, /^ {4}error: [a-z\d"]/m, code)
  }
})

test('an error knows its exit status', () => {
  const statuses = codes.map((code) => new MigrationError(code, 'a fact').exitStatus)

  assert.deepEqual(statuses, Object.values(exitStatusOf))
})
