import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { delimiter, join } from 'node:path'
import { commandTable } from '../src/cli/commands'
import { longFlag, optionTable, type OptionName } from '../src/cli/arguments/option-table'
import * as publicNames from '../src/index'
import { migrationDefaults, migrationKeys } from '../src/settings/migration-keys'
import { normalised } from './support/cli'
import { withClone } from './support/clone'
import { writeFiles } from './support/folder'
import { makeProject } from './support/project'

const repository = join(__dirname, '../..')
const readme = readFileSync(join(repository, 'README.md'), 'utf8')
const api = readFileSync(join(repository, 'docs/api.md'), 'utf8')
const blocks = readBlocks(readme)

/** The sections that show a project of a user's own; the others are about a clone of this repository. */
const projectSections = ['In your project', 'Production']
/** `npm ci` and `npm install`: what they install is there; the checks are this very run. */
const installs = /^npm (?:ci|install|test)\b/

test('every command of the README works in a clone, in its order', async () => {
  const shown = blocks.filter(({ section }) => !projectSections.includes(section))
  const lines = linesOf(shown)
  assert.ok(lines.length > 10)

  await withClone({}, async ({ run }) => {
    for (const line of lines) {
      const command = commandOf(line).replace(/^npm ci && /, '')
      if (installs.test(command)) continue
      const { status, stdout, stderr } = await run('sh', '-c', command)
      assert.equal(status, 0, `${command}\n${stderr}`)
      if (line.startsWith('npm ci')) showsOutput(stdout)
    }
  })
})

test('a project that follows the README migrates its database, in development and in production', async () => {
  const shown = blocks.filter(({ section }) => projectSections.includes(section))
  assert.ok(linesOf(shown).length > 10)

  await withClone({}, async (clone) => {
    const { beside, runBeside } = clone
    await makeProject(clone)
    // npx takes a second each time to find what is there
    const path = [join(beside, 'node_modules/.bin'), process.env['PATH']].join(delimiter)
    const url = `embedded:${join(beside, '.postgres/production')}`
    const variables = { PATH: path, DATABASE_URL: url }
    const succeeds = async (program: string, ...args: readonly string[]) => {
      const { status, stdout, stderr } = await runBeside(variables, program, ...args)
      assert.equal(status, 0, [program, ...args, stdout, stderr].join('\n'))
    }
    for (const block of shown) {
      if (block.file) await writeFiles(beside, { [block.file]: block.content })
      for (const line of linesOf([block])) {
        const command = commandOf(line).replaceAll('npx ', '')
        if (!installs.test(command)) await succeeds('sh', '-c', command)
      }
    }
    const container = shown.find(({ language }) => language === 'dockerfile')?.content
    const [program = '', ...args] = JSON.parse(
      /^CMD (.*)$/m.exec(container ?? '')?.[1] ?? '[]',
    ) as string[]
    await succeeds(program, ...args)
  })
})

test('the code of the README boots an application on a database that is new', async () => {
  const code = blocks.find(({ language, file }) => language === 'ts' && !file)?.content ?? ''
  const load = `require('./dist/src/script/typescript/load-module').loadModule(process.cwd() + '/boot.ts')`

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

test('the README or docs/api.md names every public function, class and method', () => {
  const methods = readFileSync(join(repository, 'src/migrator/migrator-type.ts'), 'utf8')
  const migrator = /^export interface Migrator \{\n(.*?)^\}$/ms.exec(methods)?.[1] ?? ''
  const names = Array.from(migrator.matchAll(/^ {2}(\w+)\(/gm), ([, name = '']) => name)
  assert.ok(names.length > 8)
  for (const name of names.concat(Object.keys(publicNames))) {
    assert.match(readme + api, new RegExp(`\\b${name}[(\`]`), name)
  }
})

test('the README names every option that more than one command has', () => {
  const commands = Object.values(commandTable).flatMap(({ options }): OptionName[] => [...options])
  for (const name of Object.keys(optionTable) as OptionName[]) {
    const flag = longFlag(name)
    if (commands.filter((one) => one === name).length > 1)
      assert.match(readme, new RegExp(`${flag}(?![\\w-])`), flag)
  }
})

test('the README names every environment variable that names a database', () => {
  const text = readFileSync(join(repository, 'src/settings/environment.ts'), 'utf8')
  const names = Array.from(text.matchAll(/'([A-Z_]{2,})'/g), ([, name = '']) => name)
  assert.ok(names.length > 15)
  for (const name of names) assert.match(readme, new RegExp(`\`${name}\``), name)
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

/** A fenced block, and the file that its fence names. */
interface Block {
  section: string
  language: string
  file: string | undefined
  content: string
}

function readBlocks(text: string): Block[] {
  return text.split(/^## /m).flatMap((part) => {
    const section = part.slice(0, part.indexOf('\n'))
    const fences = part.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)
    return Array.from(fences, ([, language = '', file, content = '']) => {
      return { section, language, file, content }
    })
  })
}

function linesOf(some: readonly Block[]): string[] {
  const shell = some.filter(({ language }) => language === 'sh')
  return shell.flatMap(({ content }) => content.trimEnd().split('\n'))
}

/** A line without its comment. */
function commandOf(line: string): string {
  return line.split(/ +# /)[0] ?? ''
}

function showsOutput(stdout: string): void {
  const shown = blocks.find(({ language }) => language === 'text')?.content ?? ''
  assert.ok(normalised(stdout).startsWith(normalised(shown)), stdout)
}
