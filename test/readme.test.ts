import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { join } from 'node:path'
import { commandTable } from '../src/cli/commands'
import { migrationDefaults, migrationKeys } from '../src/settings/migration-keys'
import { normalised } from './support/cli'
import { type Clone, withClone } from './support/clone'

const repository = join(__dirname, '../..')
const readme = readFileSync(join(repository, 'README.md'), 'utf8')

test('every command of the README works, in its order', async () => {
  const lines = blocks('sh').flatMap((block) => block.trimEnd().split('\n'))
  assert.ok(lines.length > 10)

  await withClone({}, async (clone) => {
    for (const line of lines) await runLine(clone, line)
  })
})

test('the code of the README boots an application on a database that is new', async () => {
  const [code = ''] = blocks('ts')
  const load = `require('./dist/src/script/load').loadModule(process.cwd() + '/boot.ts')`

  await withClone({}, async ({ folder, run }) => {
    await writeFile(join(folder, 'boot.ts'), code)
    const booted = await run(process.execPath, '-e', `${load}.then(({ boot }) => boot())`)
    assert.equal(booted.status, 0, booted.stderr)

    const status = await run('bin/migrate', 'status', '--check')
    assert.equal(status.status, 0, status.stdout)
  })
})

test('the README names every command', () => {
  for (const name of Object.keys(commandTable)) {
    assert.match(readme, new RegExp(`\`${name}( [^\`]*)?\``), name)
  }
})

test('the README names every setting with its default', () => {
  const rows = Array.from(readme.matchAll(/^\|(.*)\|(.*)\|.*\|$/gm), ([, keys = '', value = '']) =>
    [keys, value].map((cell) => cell.trim().replaceAll('`', '')),
  )

  for (const key of migrationKeys.filter((one) => one !== 'directory')) {
    const row = rows.find(([keys = '']) => keys.split(', ').includes(key))
    assert.equal(row?.[1], migrationDefaults[key] ?? '', key)
  }
})

test('every file that the documents link to is there', () => {
  for (const file of ['README.md', 'CHANGELOG.md']) {
    const text = readFileSync(join(repository, file), 'utf8')
    for (const [, link = ''] of text.matchAll(/\]\((?!https:)([^)#]+)/g)) {
      assert.ok(existsSync(join(repository, link)), link)
    }
  }
})

/** The contents of the fenced blocks in a language. */
function blocks(language: string): string[] {
  const fences = readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))
  return Array.from(fences, ([, content = '']) => content)
}

/** What follows `npm ci` runs in a clone that has its packages; the checks are this very run. */
async function runLine({ run }: Clone, line: string): Promise<void> {
  const [command = ''] = line.replace(/^npm ci && /, '').split(/ +# /)
  if (command === 'npm test') return
  const [program = '', ...args] = command.split(' ')
  const { status, stdout, stderr } = await run(program, ...args)
  assert.equal(status, 0, `${command}\n${stderr}`)
  if (line.startsWith('npm ci')) showsOutput(stdout)
}

function showsOutput(stdout: string): void {
  const [shown = ''] = blocks('text')
  assert.ok(normalised(stdout).startsWith(normalised(shown)), stdout)
}
