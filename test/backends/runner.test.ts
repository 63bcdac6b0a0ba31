import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { migrate } from '../support/cli'
import { withDatabase } from '../support/database'
import { withFolder } from '../support/folder'

/** A runner as trek's README has it: shell-like scripts, and a list of names in a file. */
const runner = `
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

type Migration = { up: string; down: string }

export class MyRunner {
  file: string
  constructor(args: string[]) {
    this.file = args[0]!
  }
  get names(): string[] {
    return existsSync(this.file) ? JSON.parse(readFileSync(this.file, 'utf8')) : []
  }
  version() {
    return this.names.at(-1) ?? null
  }
  *up(name: string, { up }: Migration) {
    yield 'applying ' + name
    if (up.includes('explode')) {
      yield ['error', 'it exploded'] as const
      return
    }
    yield ['raw', up.trim()] as const
    writeFileSync(this.file, JSON.stringify([...this.names, name]))
  }
  async *down(name: string, { down }: Migration) {
    yield ['info', 'reverting: ' + down.trim()] as const
    writeFileSync(this.file, JSON.stringify(this.names.filter((one) => one !== name)))
  }
}
`

const scripts = {
  'my-runner.ts': runner,
  'migrations/2014-01-01T00-00-00_first.sh':
    '# MIGRATE UP\necho one\n# MIGRATE DOWN\necho no one\n',
  'migrations/2014-01-02T00-00-00_second.vim':
    '" MIGRATE UP\necho "two"\n" MIGRATE DOWN\necho "no two"\n',
  'migrations/2014-01-03T00-00-00_third.html':
    '<!-- MIGRATE UP -->\n<p>three</p>\n<!-- MIGRATE DOWN -->\n<p></p>\n',
}

test('a runner of your own runs scripts of any name and language, up, down, by count and to a name', async () => {
  await withFolder(scripts, async (cwd) => {
    const run = async (...argv: string[]) => {
      const result = await migrate(['-r', './my-runner.ts:MyRunner', '-d', 'migrations', ...argv], {
        cwd,
      })
      assert.equal(result.status, 0, result.stderr)
      return result
    }
    const store = async () =>
      JSON.parse(await readFile(join(cwd, 'store.json'), 'utf8')) as string[]

    assert.match(
      (await run('up', join(cwd, 'store.json'), '--dry-run')).stdout,
      /3 scripts would be applied$/m,
    )
    const first = await run('-c', '1', 'up', join(cwd, 'store.json'))
    assert.match(first.stderr, /info: script 2014-01-01T00-00-00_first.sh: applying/)
    assert.match(first.stderr, /^ {2}echo one$/m)
    // -1 is trek's default: all of them up, one down
    await run('-c', '-1', 'up', join(cwd, 'store.json'))
    assert.equal((await store()).length, 3)
    const down = await run('-c', '-1', 'down', join(cwd, 'store.json'))
    assert.match(down.stderr, /reverting: <p><\/p>/)
    assert.equal((await store()).length, 2)
    assert.match(
      (await run('status', join(cwd, 'store.json'))).stdout,
      /pending +2014-01-03T00-00-00_third.html/,
    )
    assert.equal(
      (await run('--current', join(cwd, 'store.json'))).stdout,
      '2014-01-02T00-00-00_second.vim\n',
    )
    await run('to', join(cwd, 'store.json'), '--to', '2014-01-01T00-00-00_first')
    assert.deepEqual(await store(), ['2014-01-01T00-00-00_first.sh'])
    await run('--up', join(cwd, 'store.json'))
    assert.equal((await store()).length, 3)
  })
})

test('an error that a runner yields fails the run, and what comes after it is not run', async () => {
  const bad = {
    ...scripts,
    'migrations/2014-01-02T00-00-00_second.vim': '" MIGRATE UP\nexplode\n" MIGRATE DOWN\n',
  }
  await withFolder(bad, async (cwd) => {
    const { status, stderr } = await migrate(
      ['-r', './my-runner.ts:MyRunner', '-d', 'migrations', 'up', join(cwd, 's.json')],
      { cwd },
    )
    assert.equal(status, 1)
    assert.match(stderr, /it exploded/)
    assert.deepEqual(JSON.parse(await readFile(join(cwd, 's.json'), 'utf8')), [
      '2014-01-01T00-00-00_first.sh',
    ])
  })
})

test('what is no runner, and a text without its markers, are refused by name', async () => {
  await withFolder({ ...scripts, 'migrations/extra.txt': 'nothing' }, async (cwd) => {
    const refused = async (...argv: string[]) => (await migrate(argv, { cwd })).stderr
    const own = ['-d', 'migrations', 'up', join(cwd, 's.json')]
    assert.match(await refused('-r', './my-runner.ts:MyRunner', ...own), /no MIGRATE UP marker/)
    assert.match(await refused('-r', './my-runner.ts:Other', ...own), /exports no runner Other/)
    assert.match(
      await refused('-r', 'trek.runners.postgres:PostgresRunner', ...own),
      /module of Python/,
    )
    assert.match(
      await refused('-r', './none.ts:X', ...own),
      /neither postgres nor an existing file/,
    )
  })
})

test('where versions lead on from each other, setup runs the scripts, and none goes alone', async () => {
  await withFolder(scripts, async (cwd) => {
    const file = join(cwd, 'names.json')
    const run = (...argv: string[]) =>
      migrate(['-r', './my-runner.ts:MyRunner', '-d', 'migrations', ...argv, file], { cwd })
    const alone = await run('up', '--only', '2014-01-02T00-00-00_second.vim')
    assert.equal(alone.status, 2)
    assert.match(alone.stderr, /no script runs alone where each builds on another/)
    const { status, stderr } = await run('setup', '--run-scripts')
    assert.equal(status, 0, stderr)
    const names = JSON.parse(await readFile(file, 'utf8')) as string[]
    assert.equal(names.length, 3)
    const layout = await run('up', '--layout', 'goose')
    assert.match(layout.stderr, /layout has no meaning for a runner/)
  })
})

test("trek's own runner is PostgreSQL: the address stands behind up and down", async () => {
  await withDatabase(async ({ url, query }) => {
    const migrations = {
      'migrations/2014-01-01T00-00-00_people.sql':
        '-- MIGRATE UP\nCREATE TABLE people (id int);\n-- MIGRATE DOWN\nDROP TABLE people;\n',
    }
    await withFolder(migrations, async (cwd) => {
      const run = (...argv: string[]) =>
        migrate(['--runner=postgres', '-d', 'migrations', ...argv, url], { cwd })
      const up = await run('up')
      assert.equal(up.status, 0, up.stderr)
      assert.equal(
        (await query("SELECT to_regclass('people') IS NOT NULL AS there"))[0]?.['there'],
        true,
      )
      assert.equal((await run('down')).status, 0)
      assert.equal(
        (await query("SELECT to_regclass('people') IS NOT NULL AS there"))[0]?.['there'],
        false,
      )
    })
  })
})

test('--down reverts one, asks on a terminal for the others, and with --yes reverts all', async () => {
  await withFolder(scripts, async (cwd) => {
    const store = join(cwd, 'store.json')
    const run = (argv: string[], input?: string) =>
      migrate(['-r', './my-runner.ts:MyRunner', '-d', 'migrations', ...argv, store], {
        cwd,
        ...(input !== undefined && { input, terminal: { stdin: true, stderr: true } }),
      })
    const left = async () => (JSON.parse(await readFile(store, 'utf8')) as string[]).length

    await run(['up'])
    await run(['--down'])
    assert.equal(await left(), 2)
    await run(['--down'], 'n\n')
    assert.equal(await left(), 1)
    await run(['up'])
    const asked = await run(['--down'], 'y\n')
    assert.match(asked.stderr, /Revert the other 2 too\?/)
    assert.equal(await left(), 0)
    await run(['up'])
    await run(['--down', '--yes'])
    assert.equal(await left(), 0)
    await writeFile(store, '[]')
  })
})
