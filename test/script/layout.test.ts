import assert from 'node:assert/strict'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { renderScript } from '../../src/add-script/render/render'
import { draftOf, filesOf } from '../../src/add-script/render/script-draft'
import { sqlDraft } from '../../src/add-script/render/sql-draft'
import { step } from '../../src/change/model/planned-step'
import { writtenAsIs } from '../../src/change/render/write-steps'
import type { ScriptPart } from '../../src/change/model/script-part'
import type { ScriptLayout } from '../../src/script/layout/layout'
import { readSqlPart } from '../../src/script/sections/sections'
import { migrate } from '../support/cli'
import { withDatabase } from '../support/database'
import { withFolder } from '../support/folder'

const name = /^v(\d+)-([a-z_]*)\.sql$/

/** `v<n>-<title>.sql`, with what reverts it below a line of equals signs. */
const layout: ScriptLayout = {
  readName(file) {
    const [, revision, title = ''] = name.exec(file) ?? []
    if (revision === undefined) return { is: 'ignored' }
    return { is: 'script', revision, title, extension: 'sql', role: 'script' }
  },
  nameFor: ({ revision, title, extension }) => `v${revision}-${title}.${extension}`,
  sections(text, file, shown) {
    const [upgrade = '', downgrade] = text.split(/^-- ====$/m)
    const part = (sql: string) => readSqlPart(sql, file, shown)
    return {
      upgrade: part(upgrade),
      ...(downgrade !== undefined && { downgrade: part(downgrade) }),
    }
  },
  markers: { up: '-- up to the line of equals signs', down: '-- ====' },
}

test('another layout goes from the folder through plan, upgrade and downgrade to generate and add_script', async () => {
  await withDatabase(async ({ url, query }) => {
    const files = {
      'development.ini': `[migration]\ntypeorm.url = ${url.replaceAll('%', '%%')}\npackage = scripts\nvcs = none\n`,
      'scripts/v1-people.sql': 'CREATE TABLE people (id int);\n-- ====\nDROP TABLE people;\n',
      'scripts/v10-pets.sql': 'CREATE TABLE pets (id int);\n-- ====\nDROP TABLE pets;\n',
    }
    await withFolder(files, async (cwd) => {
      const run = async (...argv: string[]) => {
        const { status, stdout, stderr } = await migrate(argv, { cwd, program: { layout } })
        assert.equal(status, 0, stderr)
        return stdout
      }
      const tables = async () =>
        (
          await query(
            "SELECT to_regclass('people') IS NOT NULL AS people, to_regclass('pets') IS NOT NULL AS pets",
          )
        )[0]

      assert.match(await run('plan'), /1 +people[^]*10 +pets/)
      await run('upgrade')
      assert.deepEqual(await tables(), { people: true, pets: true })
      await run('downgrade')
      assert.deepEqual(await tables(), { people: true, pets: false })

      await run('generate', 'More', 'toys')
      const written = (await readdir(join(cwd, 'scripts'))).find((file) =>
        file.endsWith('-more_toys.sql'),
      )
      assert.match(written ?? '', /^v\d{14}-more_toys\.sql$/)
      const path = join(cwd, 'scripts', written ?? '')
      const text = await readFile(path, 'utf8')
      assert.match(text, /^-- ====$/m)
      await writeFile(path, text.replace('-- ====', 'CREATE TABLE toys (id int);\n-- ===='))
      await run('add_script', 'By hand', '--from', 'none')
      const [empty = ''] = (await readdir(join(cwd, 'scripts'))).filter((file) =>
        file.endsWith('-by_hand.sql'),
      )
      const template = await readFile(join(cwd, 'scripts', empty), 'utf8')
      assert.match(template, /^-- ====$/m)
      assert.doesNotMatch(template, /MIGRATE/)
      await rm(join(cwd, 'scripts', empty))
      await run('upgrade')
      assert.match(await run('status'), /more toys/)
      assert.deepEqual(await query('SELECT file FROM migration_journal ORDER BY id DESC LIMIT 1'), [
        { file: written },
      ])
    })
  })
})

const part: ScriptPart = {
  purpose: '',
  transaction: true,
  up: writtenAsIs([step({ kind: 'engine', sql: 'CREATE TABLE toys ()' }, [])]),
  down: writtenAsIs([step({ kind: 'engine', sql: 'DROP TABLE toys' }, [])]),
  downTransaction: true,
  reversible: 'yes',
  losses: [],
}

test('add_script writes the markers of the layout, in each form and around a command’s SQL', async () => {
  const sql = renderScript(part, { lines: ['Toys.'], markers: layout.markers })
  const pair = filesOf(draftOf(part, sql), 'pair', [], layout)
  const command = await sqlDraft(
    'CREATE TABLE toys ();',
    ['Toys.'],
    { ...part, up: part.down },
    layout,
  )

  assert.match(
    sql,
    /^-- Toys\.\n\n-- up to [^]*CREATE TABLE toys \(\);\n\n-- ====\n\nDROP TABLE toys;\n$/,
  )
  assert.equal(pair.find(({ role }) => role === 'downgrade')?.text, 'DROP TABLE toys;\n')
  assert.match(command.sql, /\n-- up to [^]*;\n\n-- ====\n\nDROP TABLE toys;\n$/)
})
