import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { readSettings } from '../../src/settings/read-settings'
import { failureOf } from '../support/failure'
import { withFolder } from '../support/folder'
import { startMigrate } from '../support/program'
import { refusalOf } from './with-settings'

/** What may stand in the place of a file; each is made at a path, and undone. */
const kinds: [problem: string, make: (path: string) => Promise<() => void>][] = [
  [
    'is a named pipe',
    (path) => {
      execFileSync('mkfifo', [path])
      return Promise.resolve(() => undefined)
    },
  ],
  ['is a device', async (path) => (await symlink('/dev/zero', path), () => undefined)],
  ['is a folder', async (path) => (await mkdir(path), () => undefined)],
  [
    'is a socket',
    (path) => {
      const server = createServer()
      return new Promise((done) => server.listen(path, () => done(() => server.close())))
    },
  ],
  [
    'is longer than 1024 KiB',
    async (path) => {
      await writeFile(path, '')
      await truncate(path, 2 ** 40)
      return () => undefined
    },
  ],
]

const names = ['development.ini', '.env', 'setup.cfg', 'package.json']
const ini = '[migration]\ntypeorm.url = postgres://h/d\n'

test('settings are read from regular files of a bounded size only', async () => {
  for (const name of names) {
    for (const [problem, make] of kinds) {
      await withFolder({ 'development.ini': ini }, async (cwd) => {
        await rm(join(cwd, name), { force: true })
        const undo = await make(join(cwd, name))
        const error = await failureOf(readSettings({ cwd, env: {} }))
        undo()
        assert.equal(error.code, 'SETTINGS_INVALID', name)
        assert.deepEqual([error.file, error.message], [name, `the file ${problem}`])
      })
    }
  }
})

test('a certificate is read from a regular file of a bounded size only', async () => {
  for (const [problem, make] of kinds) {
    const text = `${ini}typeorm.ssl.ca = ca.pem\n`
    await withFolder({ 'development.ini': text }, async (cwd) => {
      const undo = await make(join(cwd, 'ca.pem'))
      const error = await failureOf(readSettings({ cwd, env: {} }))
      undo()
      assert.equal(error.message, `typeorm.ssl.ca names what ${problem}`)
    })
  }
})

const doubling = (count: number, first: string, last: string) => [
  '[migration]',
  `a0 = ${first}`,
  ...Array.from({ length: count }, (_, n) => `a${n + 1} = %(a${n})s%(a${n})s`),
  `${last} = %(a${count})s`,
]

const laughs: [what: string, lines: string[], problem: RegExp][] = [
  ['text that doubles', doubling(12, 'x'.repeat(1000), 'package'), /expands to more than 1 MiB/],
  ['nothing that doubles', doubling(40, '', 'package'), /expands to more than 10000 references/],
  [
    'a long chain',
    [
      '[migration]',
      'a0 = x',
      ...Array.from({ length: 99 }, (_, n) => `a${n + 1} = %(a${n})s`),
      'package = %(a99)s',
    ],
    /expands to references more than 50 deep/,
  ],
  [
    'defaults in defaults',
    ['[migration]', `package = ${'${A:-'.repeat(99)}x${'}'.repeat(99)}`],
    /expands to references more than 50 deep/,
  ],
  [
    'a variable many times over',
    ['[migration]', `package = ${'${BIG}'.repeat(100)}`],
    /expands to more than 1 MiB/,
  ],
]

for (const [what, lines, problem] of laughs) {
  test(`a value that grows without bound is refused: ${what}`, async () => {
    const url = 'typeorm.url = postgres://h/d'
    const env = { BIG: 'x'.repeat(100_000) }
    const refusal = await refusalOf([...lines, url].join('\n'), { env })
    assert.match(refusal.join('\n'), problem)

    const development = lines.join('\n').replace('package', 'schema_diff_cmd')
    const files = { 'development.ini': ini, 'setup.cfg': development }
    assert.match((await refusalOf(files, { env })).join('\n'), problem)
  })
}

test('a value may refer to others as deep and as often as people write', async () => {
  const lines = doubling(5, 'x', 'package')
  await withFolder(
    { 'development.ini': [...lines, 'typeorm.url = postgres://h/d'].join('\n') },
    async (cwd) => {
      const { directory } = await readSettings({ cwd, env: {} })
      assert.equal(directory, join(cwd, 'x'.repeat(32)))
    },
  )
})

test('a list, a runner and what layouts keep beside scripts are read from regular files only', async () => {
  for (const [lines, name, shown] of [
    ['', 'migration/scripts.manifest.json', 'the list of scripts cannot be read'],
    ['runner = ./run.ts', 'run.ts', 'is neither postgres nor an existing file'],
    ['layout = flyway', 'migration/V1__a.sql.conf', 'cannot read: it is a named pipe'],
    ['layout = drizzle', 'migration/meta/_journal.json', 'cannot read: it is a named pipe'],
  ] as const) {
    const ini = `[migration]\ntypeorm.url = embedded:database\n${lines}\n`
    const script = lines.includes('flyway') ? 'V1__a.sql' : '1_a.sql'
    const files = { 'development.ini': ini, [`migration/${script}`]: '', 'migration/meta/a': '' }
    await withFolder(files, async (cwd) => {
      execFileSync('mkfifo', [join(cwd, name)])
      const { ended } = startMigrate(cwd, 'status')
      assert.ok((await ended).output.includes(shown), name)
    })
  }
})

test('scripts, a schema and a module that would never end to read are refused', async () => {
  for (const [lines, name, status] of [
    ['', 'migration/1_a.sql', 'is not a regular file'],
    ['', 'migration/1_a.ts', 'is not a regular file'],
    ['schema = schema.sql', 'schema.sql', 'is a named pipe'],
    ['typeorm.data_source = source.js', 'source.js', 'does not name a regular file'],
  ] as const) {
    const url = lines.includes('data_source') ? '' : 'typeorm.url = embedded:%(here)s/database'
    const files = {
      'development.ini': `[migration]\n${url}\n${lines}\n`,
      'migration/2_b.sql': 'SELECT 1',
    }
    await withFolder(files, async (cwd) => {
      execFileSync('mkfifo', [join(cwd, name)])
      const { ended } = startMigrate(cwd, 'setup')
      const ending = await ended
      assert.ok(ending.output.includes(status), ending.output)
      assert.notEqual(ending.status, 0)
    })
  }
})
