import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { migrate } from '../support/cli'
import { withDatabase } from '../support/database'
import { withFolder } from '../support/folder'

const script = (name: string) =>
  `-- +goose Up\nCREATE TABLE ${name} (id int);\n-- +goose Down\nDROP TABLE ${name};\n`

test('every command reads and writes the folder by the layout of the settings', async () => {
  await withDatabase(async ({ url }) => {
    const files = {
      'development.ini': `[migration]\ntypeorm.url = ${url.replaceAll('%', '%%')}\npackage = m\nlayout = goose\nvcs = none\n`,
      'm/1_a.sql': script('a'),
      'm/2_b.sql': script('b'),
      'm/5_c.sql': script('c'),
    }
    await withFolder(files, async (cwd) => {
      const lines = [
        'upgrade 2',
        'status',
        'plan',
        'doctor',
        'repair',
        'touch 5 --dry-run',
        'drift',
        'squash 1 2 --dry-run',
        'prove 5 --dry-run',
        'manifest',
        'generate m/99_x.sql',
      ]
      for (const line of lines) {
        const { status, stdout, stderr } = await migrate(line.split(' '), { cwd })
        assert.equal(status, 0, `${line}: ${stdout}${stderr}`)
      }
      assert.match(await readFile(join(cwd, 'm/99_x.sql'), 'utf8'), /^-- \+goose Up$/m)
    })
  })
})
