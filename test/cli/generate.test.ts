import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { readFolder } from '../../src/script/folder/read-folder'
import { migrate } from '../support/cli'
import { withFolder } from '../support/folder'

const ini = { 'development.ini': '[migration]\ntypeorm.url = postgres://nowhere/app\n' }

test('generate writes a SQL script with a place for each direction, without a database', async () => {
  await withFolder(ini, async (cwd) => {
    const { status, stdout, stderr } = await migrate(['generate', 'Add', 'customers!'], { cwd })

    assert.match(stdout, /^migration\/\d{14}_add_customers\.sql\n$/)
    assert.deepEqual([status, stderr], [0, ''])
    const text = await readFile(join(cwd, stdout.trim()), 'utf8')
    assert.match(text, /^-- add customers\n\n-- MIGRATE UP\n[^]*\n-- MIGRATE DOWN\n/)
  })
})

test('what generate writes is a script of the folder that has no downgrade yet', async () => {
  await withFolder(ini, async (cwd) => {
    await migrate(['generate', 'first'], { cwd })
    await migrate(['generate', '--ts', 'second'], { cwd })

    const scripts = await readFolder(join(cwd, 'migration'))
    assert.deepEqual(
      scripts.map(({ title, kind }) => [title, kind]),
      [
        ['first', 'sql'],
        ['second', 'ts'],
      ],
    )
    assert.equal(scripts[0]?.downgrade, undefined)
  })
})

test('generate numbers above the newest script, whatever its number is', async () => {
  await withFolder({ ...ini, 'migration/99991231235959_last.sql': 'select 1' }, async (cwd) => {
    const { stdout } = await migrate(['generate', 'x'], { cwd })

    assert.equal(stdout, 'migration/99991231235960_x.sql\n')
  })
})

test('generate takes a folder with a title, or a file', async () => {
  await withFolder({ 'other/readme.md': '' }, async (cwd) => {
    const inFolder = await migrate(['generate', 'other', 'add', 'tags'], { cwd })
    const option = await migrate(['generate', 'more', '-d', 'other'], { cwd })
    const file = await migrate(['generate', 'other/7_seven.ts', '--json'], { cwd })

    assert.match(inFolder.stdout, /^other\/\d{14}_add_tags\.sql\n$/)
    assert.match(option.stdout, /^other\/\d{14}_more\.sql\n$/)
    const { database, ...document } = JSON.parse(file.stdout) as Record<string, unknown>
    assert.equal(database, null)
    assert.deepEqual(document, {
      outcome: 'success',
      exitStatus: 0,
      revision: '7',
      title: 'seven',
      kind: 'ts',
      path: join(cwd, 'other/7_seven.ts'),
      text: null,
    })
    assert.equal((await readdir(join(cwd, 'other'))).length, 4)
  })
})

test('generate never overwrites a file', async () => {
  await withFolder({ 'm/7_seven.sql': 'precious' }, async (cwd) => {
    const { status, stderr } = await migrate(['generate', 'm/7_seven.sql'], { cwd })

    assert.equal(
      stderr,
      'error: the file already exists\n  at m/7_seven.sql\nhint: Give another title or path; no file is overwritten.\n',
    )
    assert.equal(status, 2)
    assert.equal(await readFile(join(cwd, 'm/7_seven.sql'), 'utf8'), 'precious')
  })
})

const refused: readonly [argv: string, message: string][] = [
  ['generate m/seven.sql', '"seven.sql" is no name of a script'],
  ['generate m/seven', '"m/seven" is neither a title nor a path to write'],
  ['generate m/7_x.sql --ts', '--ts and the name 7_x.sql contradict each other'],
  ['generate m x -d n', 'folder "m" and --directory n contradict each other'],
]

for (const [argv, message] of refused) {
  test(`"${argv}" is refused and writes nothing`, async () => {
    await withFolder({ ...ini, 'm/1.sql': '' }, async (cwd) => {
      const { status, stderr } = await migrate(argv.split(' '), { cwd })

      assert.equal(stderr.split('\n')[0], `error: ${message}`)
      assert.equal(status, 2)
      assert.deepEqual(await readdir(join(cwd, 'm')), ['1.sql'])
    })
  })
}
