import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { format } from 'prettier'
import { apiPage, apiReport, entries } from '../tools/api-page'

const repository = join(__dirname, '../..')
/** As in .oxfmtrc.json. oxfmt leaves declarations alone that are no statements by themselves. */
const style = { semi: false, singleQuote: true, printWidth: 100 }

for (const [page, make] of [
  ['docs/api.md', apiPage],
  ['docs/api-report.md', apiReport],
] as const) {
  test(`${page} is what the declarations say; UPDATE_GOLDEN=1 writes it`, async () => {
    const path = join(repository, page)
    const made = await format(make(), { ...style, filepath: path })
    if (process.env['UPDATE_GOLDEN']) writeFileSync(path, made)

    assert.equal(readFileSync(path, 'utf8'), made)
  })
}

test('the subpaths of the package are those that are documented', () => {
  const { exports } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
    exports: Record<string, { types: string }>
  }
  const subpaths = Object.entries(exports).flatMap(([path, { types }]) =>
    types ? [[path.replace(/^\./, 'typetrek'), types]] : [],
  )

  assert.deepEqual(
    subpaths,
    Object.entries(entries).map(([path, file]) => [path, `./dist/src/${file}.d.ts`]),
  )
})
