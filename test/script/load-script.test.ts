import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadScript } from '../../src/script/typescript/load-script'
import { withProject, type TestProject } from './load-fixture'

const runner = {} as never
const migration = (name: string): string => `class ${name} { async up() {} async down() {} }`

// What the module says, and the error's message; each hint shows the way out.
const refused: [rule: string, source: string, message: string][] = [
  ['nothing', `const x = 1`, 'main.ts exports neither an upgrade function nor a migration class'],
  [
    'a word',
    `export const word = 'x'`,
    'main.ts exports neither an upgrade function nor a migration class',
  ],
  [
    'functions and a class',
    `export function upgrade() {}\nexport ${migration('Add')}`,
    'main.ts exports the functions and the class Add, one too many',
  ],
  [
    'functions and a default object',
    `export function upgrade() {}\nexport default { upgrade() {} }`,
    'main.ts exports the functions and a default with upgrade, one too many',
  ],
  [
    'two migration classes',
    `export ${migration('Add')}\nexport ${migration('Drop')}`,
    'main.ts exports the class Add and the class Drop, one too many',
  ],
  [
    'an upgrade that is a text',
    `export const upgrade = 'SELECT 1'`,
    'main.ts has an upgrade that is of type string, not a function',
  ],
  [
    'a downgrade that is null',
    `export function upgrade() {}\nexport const downgrade = null`,
    'main.ts has a downgrade that is null, not a function',
  ],
  ['a downgrade alone', `export function downgrade() {}`, 'main.ts has no upgrade function'],
  ['a class without up', `export class Add { down() {} }`, 'main.ts has no up function'],
  [
    'a transaction that is no boolean',
    `export function upgrade() {}\nexport const transaction = 'none'`,
    'main.ts has a transaction that is of type string, not true or false',
  ],
  [
    'a class whose constructor throws',
    `export class Add { constructor() { throw new Error('no users') } async up() {} }`,
    'main.ts has the class Add, which cannot be constructed: no users',
  ],
]

for (const [rule, source, message] of refused)
  test(`a script is refused that exports ${rule}`, async () => {
    await withProject('commonjs', { 'main.ts': source }, async (project) => {
      await assert.rejects(loadScript(project.script('main.ts')), {
        code: 'SCRIPT_INVALID',
        message,
        file: project.at('main.ts'),
        hint: /export async function upgrade[^]*implements MigrationInterface|^It is constructed/,
      })
    })
  })

const accepted: [rule: string, source: string, transaction: boolean, words: string][] = [
  [
    'functions',
    `export const upgrade = (q, c) => c('u')\nexport const downgrade = (q, c) => c('d')`,
    true,
    'ud',
  ],
  ['functions without a downgrade', `export const upgrade = (q, c) => c('u')`, true, 'u-'],
  [
    'functions outside a transaction',
    `export const transaction = false\nexport const upgrade = (q, c) => c('u')`,
    false,
    'u-',
  ],
  [
    'a default object',
    `export default { w: 'o', transaction: false, upgrade(q, c) { c(this.w) } }`,
    false,
    'o-',
  ],
  [
    'a default class with upgrade',
    `export default class { w = 'c'; upgrade(q, c) { c(this.w) } downgrade(q, c) { c('d') } }`,
    true,
    'cd',
  ],
  [
    'a class with transaction = false',
    `export class Add { transaction = false; async up(q, c) { c('u') } async down(q, c) { c('d') } }`,
    false,
    'ud',
  ],
  [
    'a default migration class',
    `export default class Add { async up(q, c) { c('u') } async down() {} }`,
    true,
    'u',
  ],
  [
    'one class under two names',
    `export class Add { async up(q, c) { c('u') } async down() {} }\nexport default Add`,
    true,
    'u',
  ],
  [
    'a migration class and other things',
    `export const table = 'x'\nexport class Helper { help() {} }\nexport class Add { async up(q, c) { c('u') } async down() {} }`,
    true,
    'u',
  ],
  [
    'a class whose up is a field',
    `export class Add { up = async (q, c) => c('u'); down = async () => {} }`,
    true,
    'u',
  ],
]

for (const [rule, source, transaction, words] of accepted)
  test(`a script is run that exports ${rule}`, async () => {
    await withProject('commonjs', { 'main.ts': source }, async (project) => {
      assert.deepEqual(await run(project, 'main.ts'), { transaction, words })
    })
  })

test('a compiled script of an old runtime, whose class is a function, is run', async () => {
  const source = `function Add() {}
    Add.prototype.up = function (q, c) { c('u') }
    Add.prototype.down = function (q, c) { c('d') }
    module.exports = Add`
  await withProject('commonjs', { 'main.js': source }, async (project) => {
    assert.deepEqual(await run(project, 'main.js'), { transaction: true, words: 'ud' })
  })
})

for (const file of ['main.mjs', 'main.js'])
  test(`a JavaScript module with top-level await is run from ${file}`, async () => {
    const source = `const word = await 'late'\nexport const upgrade = (q, c) => c(word)`
    await withProject('commonjs', { [file]: source }, async (project) => {
      assert.deepEqual(await run(project, file), { transaction: true, words: 'late-' })
    })
  })

test('what an upgrade throws reaches the caller as it is', async () => {
  const source = `export async function upgrade() { throw new RangeError('as it is') }`
  await withProject('commonjs', { 'main.ts': source }, async (project) => {
    const { upgrade } = await loadScript(project.script('main.ts'))

    await assert.rejects(upgrade(runner, undefined), { name: 'RangeError', message: 'as it is' })
  })
})

async function run(
  project: TestProject,
  file: string,
): Promise<{ transaction: boolean; words: string }> {
  const said: string[] = []
  const say = (word: string): number => said.push(word)
  const { transaction, upgrade, downgrade } = await loadScript(project.script(file))
  await upgrade(runner, say)
  if (downgrade) await downgrade(runner, say)
  else said.push('-')
  return { transaction, words: said.join('') }
}
