import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
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

for (const page of readdirSync(join(repository, 'docs/features'))) {
  test(`each test that docs/features/${page} names is there`, () => {
    const text = readFileSync(join(repository, 'docs/features', page), 'utf8')
    const rows = text.split('\n').filter((line) => /^\| \d+ /.test(line))
    const problems = rows.flatMap((row) => problemsOf(row.split('|').at(-2) ?? ''))

    assert.ok(rows.length >= 50)
    assert.deepEqual(
      rows.map((row) => Number(/\d+/.exec(row)?.[0])),
      rows.map((_, at) => at + 1),
    )
    assert.deepEqual(problems, [])
  })
}

/** The files of a cell are there, and each has the names that follow it, as far as "…". */
function problemsOf(cell: string): string[] {
  const problems: string[] = []
  let source: string | undefined
  for (const [, path, name] of cell.matchAll(/`([\w./-]+)`|"([^"]+)"/g)) {
    if (path !== undefined) {
      const file = join(repository, path.endsWith('.md') ? path : `test/${path}`)
      source = existsSync(file) ? readFileSync(file, 'utf8') : undefined
      if (source === undefined) problems.push(`${path} is not there`)
    } else if (name !== undefined && source !== undefined) {
      const [beginning = ''] = name.split('…')
      const starts = [`'${beginning}`, `"${beginning}`, `\`${beginning}`]
      if (!starts.some((start) => source?.includes(start))) problems.push(`no test "${name}"`)
    }
  }
  return problems
}
