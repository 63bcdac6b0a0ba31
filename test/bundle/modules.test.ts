import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { MigrationError } from '../../src/errors'
import { withDatabase } from '../support/database'
import { writeFiles } from '../support/folder'
import { withBundleProject } from './bundle-project'

const tsconfig = {
  compilerOptions: {
    module: 'nodenext',
    target: 'es2022',
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    paths: { '@app/*': ['./src/*'] },
  },
}

/** Modules that import in every way there is; each script writes what it has found into `log`. */
const files = {
  'tsconfig.json': JSON.stringify(tsconfig),
  'development.ini': '[migration]\ntypeorm.entities = src/*.entity.ts\n',
  'src/word.ts': "export { default as word } from './word.json'\n",
  'src/word.json': '"json"',
  'src/log.entity.ts': `import { Column, Entity, PrimaryColumn } from 'typeorm'
@Entity()
export class Log {
  @PrimaryColumn() id!: number
  @Column() text!: string
}
`,
  'migration/1_log.sql': 'CREATE TABLE log (id int PRIMARY KEY, text text);\n',
  'migration/2_alias.ts': `import type { QueryRunner } from 'typeorm'
import { word } from '@app/word'
import { Log } from '../src/log.entity'
export const upgrade = (q: QueryRunner) => q.manager.save(Log, { id: 2, text: word })
`,
  'migration/3_package.mts': `import { basename } from 'node:path'
import named, { twice } from 'some-package'
export async function upgrade(q) {
  const { third } = await import('./inner.mjs')
  await q.query('INSERT INTO log VALUES (3, $1)', [twice(named) + third + basename(import.meta.url)])
}
`,
  'migration/inner.mjs': "export const third = 'inner '\n",
  'migration/4_class.js': `const { MigrationError } = require('typetrek')
exports.Four1700000000004 = class {
  up(q) { return q.query("INSERT INTO log VALUES (4, '" + new MigrationError('USAGE', 'x').code + "')") }
}
`,
  'migration/5_named.ts':
    "export const upgrade = (_: unknown, context: any) => context.runSql('more/named.sql')\n",
  'migration/more/named.sql': "INSERT INTO log VALUES (5, 'named');\n",
}

test('a bundle has what its modules import: files, aliases, JSON, packages, ES modules, entities', async () => {
  const ignore = {
    ...files,
    'development.ini': `${files['development.ini']}ignore = more/*, inner.mjs\n`,
  }
  await withBundleProject(ignore, async ({ cwd, bundle }) => {
    await writeFiles(cwd, {
      'node_modules/some-package/package.json': '{"type": "module", "main": "index.js"}',
      'node_modules/some-package/index.js':
        "export default 'pack '\nexport const twice = (text) => text + text\n",
    })
    const { migrateTo } = await bundle()
    await withDatabase(async (database) => {
      await migrateTo(database.url)
      assert.deepEqual(await database.query('SELECT id, text FROM log ORDER BY id'), [
        { id: 2, text: 'json' },
        { id: 3, text: 'pack pack inner 3_package.mts' },
        { id: 4, text: 'USAGE' },
        { id: 5, text: 'named' },
      ])
    })
  })
})

test('what fails in a bundle is placed where it is in the source', async () => {
  const failing = {
    'development.ini': '[migration]\n',
    'migration/1_fails.ts': `interface Unused { text: string }

export async function upgrade(): Promise<void> {
  const unused: Unused = { text: 'here' }
  throw new Error(unused.text)
}
`,
  }
  await withBundleProject(failing, async ({ deployed, bundle }) => {
    const { migrateTo } = await bundle()
    await withDatabase(async (database) => {
      await assert.rejects(migrateTo(database.url), (error: MigrationError) => {
        assert.equal(error.code, 'SCRIPT_FAILED')
        assert.equal(error.file, join(deployed, 'migration/1_fails.ts'))
        assert.equal(error.line, 5)
        return true
      })
    })
  })
})

test('classes of a DataSource are scripts of its bundle', async () => {
  const classes = {
    'tsconfig.json': JSON.stringify(tsconfig),
    'development.ini': '[migration]\ntypeorm.data_source = data-source.ts\n',
    'data-source.ts': `import { DataSource } from 'typeorm'
import { AddUsers1700000000001 } from './src/add-users'
export const dataSource = new DataSource({
  type: 'postgres',
  url: process.env.BUNDLE_TEST_URL,
  migrations: [AddUsers1700000000001],
})
`,
    'src/add-users.ts': `export class AddUsers1700000000001 {
  up(q: any) { return q.query('CREATE TABLE users ()') }
  down(q: any) { return q.query('DROP TABLE users') }
}
`,
  }
  await withBundleProject(classes, async ({ bundle }) => {
    const { migrateTo } = await bundle()
    await withDatabase(async (database) => {
      const { steps } = await migrateTo(database.url)
      assert.deepEqual(
        steps.map(({ revision, title }) => [revision, title]),
        [['1700000000001', 'AddUsers']],
      )
      await migrateTo(database.url, '0')
    })
  })
})

test('what cannot be in a bundle stops its writing, with the next step', async () => {
  const refused: [Record<string, string>, string, RegExp][] = [
    [{ '1_a.ts': "export const upgrade = await import('typeorm')\n" }, '', /await/],
    [
      { '1_a.ts': "import './gone'\nexport const upgrade = () => {}\n" },
      '',
      /which does not exist/,
    ],
    [{ '1_a.sql': '-- MIGRATE UP\nSELECT 1;\n-- MIGRATE UP\n' }, '', /1_a\.sql/],
    [{ '1_a.sql': 'SELECT 1;' }, '.cjs --layout graph', /graph/],
    [{ '1_a.sql': 'SELECT 1;' }, '/x.mjs', /a bundle is a CommonJS file/],
  ]
  for (const [scripts, options, expected] of refused) {
    const named = Object.entries(scripts).map(([name, text]) => [`migration/${name}`, text])
    const project = { 'development.ini': '[migration]\n', 'package.json': '{"type": "module"}' }
    await withBundleProject({ ...project, ...Object.fromEntries(named) }, async ({ run }) => {
      const { status, stderr } = await run(`bundle out${options || '.cjs'}`)
      assert.equal(status, 2, `${stderr} ${expected}`)
      assert.match(stderr, expected)
      assert.match(stderr, /hint: /)
    })
  }
})

test('a file that is no bundle is not replaced without a word', async () => {
  const project = { 'development.ini': '[migration]\n', 'migration/1_a.sql': 'SELECT 1;' }
  await withBundleProject(project, async ({ cwd, run }) => {
    await mkdir(join(cwd, 'out'))
    await writeFile(join(cwd, 'out/a.cjs'), 'mine')
    const { status, stderr } = await run('bundle out/a.cjs')
    assert.equal(status, 1)
    assert.match(stderr, /a\.cjs is no bundle/)
    assert.equal((await run('bundle out/a.cjs --yes')).status, 0)
    assert.equal((await run('bundle out/a.cjs')).status, 0)
  })
})
