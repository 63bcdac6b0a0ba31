import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const repository = join(__dirname, '../../..')

test('each of the 75 rows of docs/features/ancestors.md names a test that is there', () => {
  const page = readFileSync(join(repository, 'docs/features/ancestors.md'), 'utf8')
  const rows = page.split('\n').filter((line) => /^\| \d/.test(line))
  assert.deepEqual(
    rows.map((row) => Number(/\d+/.exec(row)?.[0])),
    Array.from({ length: 75 }, (_, index) => index + 1),
  )
  const shown = rows.map((row) => row.split('|').at(-2) ?? '')
  assert.deepEqual(
    shown.filter((cell) => !/\.test\.ts`/.test(cell) && cell.trim() !== 'the same'),
    [],
  )
  const unknown = shown.flatMap((cell) =>
    Array.from(cell.matchAll(/`([\w/.-]+\.test\.ts)`((?:,? "[^"]*")*)/g)).filter(
      ([, file = '', names = '']) => !hasTests(file, names),
    ),
  )
  assert.deepEqual(
    unknown.map(([text]) => text),
    [],
  )
})

/** The parts of a name round each "…" stand in the file. */
function hasTests(file: string, names: string): boolean {
  const path = join(repository, 'test', file)
  if (!existsSync(path)) return false
  const text = readFileSync(path, 'utf8')
  const parts = Array.from(names.matchAll(/"([^"]*)"/g), ([, name = '']) => name.split('…')).flat()
  return parts.every((part) => text.includes(part.trim()))
}
