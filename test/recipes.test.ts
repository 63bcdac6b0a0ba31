import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { examples } from '../tools/api-page'
import { withDatabase, type TestDatabase } from './support/database'
import { withFolder } from './support/folder'

const repository = join(__dirname, '../..')
const recipes = join(repository, 'docs/recipes')

/** The scripts of the project in which the code of a page runs. */
const project = {
  'migration/20260101100000_customer.sql':
    '-- MIGRATE UP\nCREATE TABLE customer (name text);\n-- MIGRATE DOWN\nDROP TABLE customer;\n',
  'migration/20260102100000_order.ts':
    'export const upgrade = (q) => q.query(`CREATE TABLE "order" ()`)\nexport const downgrade = (q) => q.query(`DROP TABLE "order"`)\n',
  'tsconfig.json':
    '{"compilerOptions": {"module": "nodenext", "target": "es2022", "experimentalDecorators": true, "emitDecoratorMetadata": true}}',
  'package.json': '{"type": "module"}',
}

/** Runs modules one after the other in one process, as they stand on the page. */
async function runAll(
  codes: Readonly<Record<string, string>>,
  { url }: TestDatabase,
): Promise<void> {
  const files = Object.fromEntries(
    Object.entries(codes).map(([name, code]) => [`${name}.ts`, `${code}\nexport {}\n`]),
  )
  const server = url.replace(/\/[^/?]*\?/, '/postgres?')
  const ini = `[migration]
typeorm.url = ${url}
package = migration
scratch.url = ${server}
scratch.prefer = url
`.replaceAll('%', '%%')
  await withFolder({ ...project, ...files, 'development.ini': ini }, async (folder) => {
    const modules = join(folder, 'node_modules')
    await mkdir(modules)
    for (const name of readdirSync(join(repository, 'node_modules')))
      await symlink(join(repository, 'node_modules', name), join(modules, name))
    await symlink(repository, join(modules, 'typetrek'))
    const loader = join(repository, 'dist/src/script/typescript/load-module.js')
    const script = `const { loadModule } = require(${JSON.stringify(loader)})
;(async () => { for (const name of ${JSON.stringify(Object.keys(files))}) {
  await loadModule(require('node:path').resolve(name)).catch((error) => { throw new Error(name, { cause: error }) })
} process.exit(process.exitCode) })().catch((error) => { console.error(error); process.exit(1) })`
    const env = { ...process.env, DATABASE_URL: url, TEST_SERVER: server, ADMIN_TOKEN: 'x' }
    await promisify(execFile)(process.execPath, ['-e', script], { cwd: folder, env })
  })
}

function blocksOf(page: string): string[] {
  const text = readFileSync(join(recipes, page), 'utf8')
  return Array.from(text.matchAll(/^```ts\n([^]*?)^```/gm), ([, code = '']) => code)
}

test('the code of every recipe runs', async () => {
  const pages = readdirSync(recipes).filter((name) => name !== 'README.md')
  const codes = Object.fromEntries(
    pages.flatMap((page) =>
      blocksOf(page).map((code, index) => [`${page.replace('.md', '')}-${index}`, code]),
    ),
  )
  assert.ok(Object.keys(codes).length >= pages.length)
  await withDatabase((database) => runAll(codes, database))
})

/** What the examples of docstrings take for granted. */
const given = `import { Client, Pool } from 'pg'
import { DataSource } from 'typeorm'
import { createServer } from 'node:http'
import { Command } from 'commander'
import { Module } from '@nestjs/common'
import { TypeOrmModule } from '@nestjs/typeorm'
import * as typetrek from 'typetrek'
const { plan, execute, migrateTo, setUpMigration, dataSourceFromConfig } = typetrek
const url = process.env['DATABASE_URL']
const token = 'x', entities = []
const schema = { isHealthy: () => 0 }, health = { check: (all) => all.forEach((one) => one()) }
const client = new Client(url)
await client.connect()
const pool = new Pool({ connectionString: url, max: 4 })
const server = createServer()
const running = []
const test = (name, work) => running.push(work())
`
/** Names that an example uses and its subpath exports. */
const imports: Readonly<Record<string, string>> = {
  'typetrek/nestjs': "import { TypetrekModule } from 'typetrek/nestjs'\n",
  'typetrek/http': "import { migrationHandlers } from 'typetrek/http'\n",
  'typetrek/opentelemetry': "import { traced } from 'typetrek/opentelemetry'\n",
}

test('the example of every docstring runs', async () => {
  const all = examples()
  assert.ok(all.length > 7)
  const codes = Object.fromEntries(
    all.map(({ entry, name, code }) => [
      name,
      `${imports[entry] ?? ''}${given}${code.replace('program.parseAsync()', "program.parseAsync(['migrate', 'version'], { from: 'user' })")}
await Promise.all(running); await client.end(); await pool.end()`,
    ]),
  )
  await withDatabase((database) => runAll(codes, database))
})
