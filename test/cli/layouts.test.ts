import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { closeMigratedDatabases, withMigratedDatabase } from '../../src/testing/testing'
import { migrate } from '../support/cli'
import { withDatabase } from '../support/database'
import { withFolder } from '../support/folder'
import { testServer } from '../support/server'

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

test('every command finds the scripts that the DataSource names', async () => {
  await withDatabase(async ({ url }) => {
    const made = (stamp: string) => `exports.A${stamp} = class { async up() {} async down() {} }`
    const files = {
      'development.ini': '[migration]\ntypeorm.data_source = source.js\nvcs = none\n',
      'source.js': `const { DataSource } = require('typeorm')
exports.source = new DataSource({ type: 'postgres', url: '${url}', migrations: [__dirname + '/m/*.js'] })`,
      'm/1700000000001-A.js': made('1700000000001'),
      'm/1700000000002-A.js': made('1700000000002'),
    }
    await withFolder(files, async (cwd) => {
      symlinkSync(join(__dirname, '../../../node_modules'), join(cwd, 'node_modules'))
      const lines = ['upgrade 1700000000001', 'repair', 'touch 1700000000002 --dry-run']
      for (const line of lines) {
        const { status, stdout, stderr } = await migrate(line.split(' '), { cwd })
        assert.equal(status, 0, `${line}: ${stdout}${stderr}`)
      }
      const one = await migrate(['squash', '1700000000001', '1700000000001'], { cwd })
      assert.match(one.stderr, /squash takes two scripts, found one/)
      const scripts = join(cwd, 'development.ini')
      const { host, port } = await testServer(18)
      const server = `postgres://postgres@/postgres?host=${encodeURIComponent(host)}&port=${port}`
      const name = await withMigratedDatabase((database) => Promise.resolve(database.name), {
        scripts,
        server,
      })
      assert.match(name, /^typetrek_/)
      await closeMigratedDatabases()
    })
  })
})
