import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FolderOptions, readFolder } from '../../src/script/folder/read-folder'
import { readScripts } from '../../src/script/source/read-scripts'
import type { Script } from '../../src/script/script'
import { migrationClasses } from '../../src/script/module-text/migration-classes'
import { loadScript } from '../../src/script/typescript/load-script'
import { failureOf } from '../support/failure'
import { withFolder } from '../support/folder'

const migration = (name: string) =>
  `export class ${name} implements MigrationInterface { async up(q) { q('${name}') } async down(q) { q('-${name}') } }\n`

const shown: readonly [text: string, names: string][] = [
  [migration('AddUsers1700000000001'), 'AddUsers1700000000001'],
  [migration('A1700000000001') + migration('B1700000000002'), 'A1700000000001 B1700000000002'],
  [
    `export default class implements MigrationInterface { name = 'X1700000000003'; up() {} }`,
    'X1700000000003',
  ],
  [
    `class A { name: string = "Given1700000000004"; public async up(q) {} }\nmodule.exports = A`,
    'Given1700000000004',
  ],
  [
    `class A1700000000005 { constructor() { this.name = 'A1700000000005'; } async up(q) { } }`,
    'A1700000000005',
  ],
  [`export const AddX1700000000006 = migration({ up: [] })`, 'AddX1700000000006'],
  [`export default create('AddY1700000000007', async (q) => {})`, 'AddY1700000000007'],
  [
    `exports.AddZ1700000000008 = void 0;\nexports.AddZ1700000000008 = (0, lib_1.create)([]);`,
    'AddZ1700000000008',
  ],
  [
    `export abstract class Base1700000000009 implements MigrationInterface { abstract up(): void }`,
    '',
  ],
  [`export class Old implements MigrationInterface { up() { const name = 'N1700000000001' } }`, ''],
  [`/* ${migration('Gone1700000000001')} */ export const upgrade = () => {}`, ''],
  [
    `export async function upgrade(q) { await q.query("DELETE FROM migrations WHERE name = 'A1700000000001'") }`,
    '',
  ],
  [`export class Short1234567890 implements MigrationInterface { up() {} }`, ''],
]

for (const [text, names] of shown)
  test(`the migrations that a module shows: ${text.slice(0, 70).replaceAll('\n', ' ')}`, () => {
    assert.equal(
      migrationClasses(text)
        .map(({ name }) => name)
        .join(' '),
      names,
    )
  })

async function read(files: Readonly<Record<string, string>>, options: FolderOptions = {}) {
  let found: readonly Script[] = []
  await withFolder(files, async (folder) => {
    const packages = options.packages?.map((pattern) => `${folder}/${pattern}`)
    found = await readFolder(folder, { ...options, packages })
  })
  return found.map((one) => `${one.revision} ${one.title}${one.numberedBy ? ' by class' : ''}`)
}

test('the class counts where the file has no number or another; a number of 14 digits stays', async () => {
  const files = {
    '1700000000001-AddUsers.ts': migration('AddUsers1700000000001'),
    'AddPets.ts': migration('AddPets1700000000003'),
    '1600000000000-AddToys.ts': migration('AddToys1700000000002'),
    '20260101120000_renamed.ts': migration('AddFood1700000000009'),
    '1700000000005_more.sql': 'SELECT 1;',
  }
  assert.deepEqual(await read(files), [
    '1700000000001 AddUsers',
    '1700000000002 AddToys by class',
    '1700000000003 AddPets by class',
    '1700000000005 more',
    '20260101120000 renamed',
  ])
})

test('each class of a file is a script of its own, and the right one is loaded', async () => {
  const text =
    'exports.A = class A1700000000001 { async up(q) { q("a") } }\nexports.list = [class { name = "B1700000000002"; async up(q) { q("b") } }]\n'
  await withFolder({ 'both.js': text }, async (folder) => {
    const scripts = await readFolder(folder)
    const done: string[] = []
    for (const script of scripts) {
      const { upgrade } = await loadScript(script)
      await upgrade(((word: string) => done.push(word)) as never, undefined)
    }
    assert.deepEqual(
      scripts.map(({ revision }) => revision),
      ['1700000000001', '1700000000002'],
    )
    assert.deepEqual(done, ['a', 'b'])
  })
})

test('a shared timestamp is refused, or ordered by the full name', async () => {
  const files = {
    'a/1700000000000-Beta.ts': migration('Beta1700000000000'),
    'b/1700000000000-Alpha.ts': migration('Alpha1700000000000'),
    'a/1700000000001-Next.ts': migration('Next1700000000001'),
    'a/0-zero.sql': 'SELECT 1;',
  }
  const packages = ['a', 'b']
  const error = await failureOf(read(files, { packages }))
  assert.match(error.detail ?? '', /a\/0-zero\.sql: revision 0.*\n.*two scripts have the revision/)
  assert.deepEqual(await read(files, { packages, byName: true }), [
    '1 0-zero',
    '1700000000000 Alpha',
    '1700000000001 Beta1700000000000',
    '1700000000002 Next1700000000001',
  ])
})

test('a glob of all modules is its folder, SQL included; another one picks files from any folder', async () => {
  const files = {
    'm/1_a.ts': migration('A1'),
    'm/2_b.sql': 'b;',
    'x/users/users.migration.ts': migration('Users1700000000001'),
    'x/users/seed.sql': 'no script',
    'x/users/entity.ts': 'export class Entity1700000000009 { up() {} }',
    'x/node_modules/pkg/p.migration.ts': migration('P1700000000001'),
  }
  assert.deepEqual(await read(files, { packages: ['m/*{.ts,.js}', 'x/**/*.migration.ts'] }), [
    '1 a',
    '2 b',
    '1700000000001 Users by class',
  ])
  const nothing = await failureOf(read(files, { packages: ['y/**/*.ts'] }))
  assert.deepEqual([nothing.code, /y\/\*\*\/\*\.ts/.test(nothing.message)], ['FOLDER_EMPTY', true])
})

test('classes that a DataSource lists are scripts beside those of its globs', async () => {
  class First1700000000001 {
    up() {}
  }
  class Named {
    name = 'Second1700000000003'
    up() {}
  }
  await withFolder({ '1700000000002_x.sql': 'x;' }, async (folder) => {
    const classes = { constructors: [First1700000000001, Named], file: `${folder}/source.ts` }
    const places = { directory: folder, ignore: [], classes }
    const listed = await readScripts({ ...places, packages: [] })
    const all = await readScripts({ ...places, packages: [folder] })
    assert.deepEqual(
      listed.map(({ title }) => title),
      ['First', 'Second'],
    )
    assert.deepEqual(
      all.map(({ title }) => title),
      ['First', 'x', 'Second'],
    )
    assert.equal(typeof (await loadScript(listed[1]!)).upgrade, 'function')
    const bad = { ...places, classes: { ...classes, constructors: [Date] } }
    assert.equal((await failureOf(readScripts(bad))).code, 'SCRIPT_NAME_INVALID')
  })
})
