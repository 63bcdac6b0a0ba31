import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, readFile, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { before, test } from 'node:test'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { entries } from '../tools/api-page'
import { withDatabase } from './support/database'
import { withFolder, writeFiles } from './support/folder'

const repository = join(__dirname, '../..')

/** What a server needs: `npm install --omit=optional`, and the peers. */
const production = [
  ...['commander', 'ini', 'libpg-query', 'pg-copy-streams', 'picocolors', 'picomatch'],
  ...['pg', 'typeorm', 'reflect-metadata', '@opentelemetry/api'],
]

let tarball: Promise<Buffer>

before(() => {
  tarball = pack()
})

async function pack(): Promise<Buffer> {
  let packed: Buffer | undefined
  await withFolder({}, async (folder) => {
    const options = ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder]
    const name = execFileSync('npm', options, { cwd: repository, encoding: 'utf8' }).trim()
    packed = await readFile(join(folder, name))
  })
  return packed!
}

/** A project with the tarball in its node_modules, and links to those packages that a server has. */
async function installed(
  files: Readonly<Record<string, string>>,
  work: (run: (...words: string[]) => string) => void,
): Promise<void> {
  await withFolder({}, async (project) => {
    const target = join(project, 'node_modules/typetrek')
    await mkdir(target, { recursive: true })
    await writeFiles(project, files)
    execFileSync('tar', ['-xz', '-C', target, '--strip-components=1'], { input: await tarball })
    for (const name of production) {
      const link = join(project, 'node_modules', name)
      await mkdir(dirname(link), { recursive: true })
      await symlink(join(repository, 'node_modules', name), link)
    }
    work((...words) => {
      const { NODE_PATH: _, ...env } = process.env
      return execFileSync(process.execPath, words, { cwd: project, encoding: 'utf8', env })
    })
  })
}

test('the package holds no maps of sources that it does not hold', async () => {
  const names = execFileSync('tar', ['-tz'], { input: await tarball, encoding: 'utf8' })

  assert.match(names, /dist\/src\/index\.js/)
  assert.doesNotMatch(names, /\.map$|\/src\/.*(?<!\.d)\.ts$/m)
})

test('publint has nothing to say of the package', async () => {
  const { messages } = await publint({ pkgDir: repository, pack: false, strict: true })

  assert.deepEqual(messages, [])
})

test('the types are right for every kind of resolution', async () => {
  const result = await checkPackage(createPackageFromTarballData(new Uint8Array(await tarball)))

  assert.ok(result.types)
  assert.deepEqual('problems' in result ? result.problems : [], [])
  const named = Object.keys(result.entrypoints).map((path) => path.replace(/^\./, 'typetrek'))
  for (const entry of Object.keys(entries)) assert.ok(named.includes(entry), entry)
})

const used = {
  typetrek: ['plan', 'execute', 'migrateTo', 'setUpMigration', 'MigrationError'],
  'typetrek/testing': ['withMigratedDatabase'],
  'typetrek/nestjs': ['TypetrekModule'],
  'typetrek/http': ['migrationHandlers'],
  'typetrek/opentelemetry': ['traced'],
  'typetrek/command': ['createMigrateCommand'],
}

test('the packed package works in a CommonJS and in an ES project without the optional packages', async () => {
  const lines = Object.entries(used)
  const files = {
    'cjs/package.json': '{"type": "commonjs"}',
    'cjs/main.js': [
      ...lines.map(([entry, names]) => `const { ${names.join(', ')} } = require('${entry}')`),
      `if (![${Object.values(used).flat().join(', ')}].every((one) => typeof one === 'function')) throw 1`,
      `migrateTo(process.argv[2], 'migration').then(({ steps }) => console.log(steps.length))`,
    ].join('\n'),
    'esm/package.json': '{"type": "module"}',
    'esm/main.js': [
      ...lines.map(([entry, names]) => `import { ${names.join(', ')} } from '${entry}'`),
      `if (![${Object.values(used).flat().join(', ')}].every((one) => typeof one === 'function')) throw 1`,
      `const { steps } = await migrateTo(process.argv[2], 'migration', '0')`,
      `console.log(steps.length)`,
    ].join('\n'),
    'migration/1_a.sql': '-- MIGRATE UP\nCREATE TABLE a ();\n-- MIGRATE DOWN\nDROP TABLE a;',
    'migration/2_b.js':
      'exports.upgrade = (q) => q.query("CREATE TABLE b ()"); exports.downgrade = (q) => q.query("DROP TABLE b")',
    'migration/package.json': '{"type": "commonjs"}',
  }
  await withDatabase(({ url }) =>
    installed(files, (run) => {
      assert.equal(run('cjs/main.js', url), '2\n')
      assert.equal(run('esm/main.js', url), '2\n')
      assert.match(run('node_modules/typetrek/bin/migrate', 'version'), /typetrek/)
      const compiled = `require('typetrek').dumpSchema.name`
      assert.equal(run('-p', compiled), 'dumpSchema\n')
    }),
  )
})
