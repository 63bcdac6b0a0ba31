import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadModule } from '../../src/script/typescript/load-module'
import { MigrationError } from '../../src/errors'
import { failureOf, kinds, withProject, type Kind } from './load-fixture'

interface Case {
  rule: string
  only?: Kind
  files: Record<string, string>
  main?: string
  /** `file:line:column` and the message. */
  place: string
  message: string
  hint?: RegExp
}

const cases: Case[] = [
  {
    rule: 'a syntax error',
    files: { 'main.ts': `export const a = 1\n\n  export const b = = 2\n` },
    place: 'main.ts:3:20',
    message: 'main.ts has a syntax error: Expression expected',
  },
  {
    rule: 'a syntax error after a tab, an umlaut and an emoji',
    files: { 'main.ts': `\texport const ä = "😀" + = 2` },
    place: 'main.ts:1:25',
    message: 'main.ts has a syntax error: Expression expected',
  },
  {
    rule: 'a syntax error in a file that it imports',
    files: { 'main.ts': `import './deep/other.js'`, 'deep/other.ts': `export enum {\n` },
    place: 'deep/other.ts:1:8',
    message: `other.ts has a syntax error: Expected '{', got 'enum'`,
  },
  {
    rule: 'an import of a file that does not exist',
    files: {
      'main.ts': `import './a.js'`,
      'a.ts': `const x = 1\nimport { y } from './missing.js'\nexport const z = y`,
    },
    place: 'a.ts:2:19',
    message: 'a.ts imports "./missing.js", which does not exist',
    hint: /Correct the path/,
  },
  {
    rule: 'an import of a package that is not installed',
    files: { 'main.ts': `\n\nimport { y } from '@acme/absent'\nexport const z = y` },
    place: 'main.ts:3:19',
    message: 'main.ts imports "@acme/absent", which is not installed',
    hint: /Install the package/,
  },
  {
    rule: 'a name that the imported module lacks',
    only: 'module',
    files: {
      'main.ts': `import { y } from './a.js'\nexport const z = y`,
      'a.ts': `export const x = 1`,
    },
    place: 'main.ts:1:19',
    message: 'main.ts imports "y", which "./a.js" does not export',
    hint: /import type/,
  },
  {
    rule: 'top-level await',
    only: 'commonjs',
    files: { 'main.ts': `export const x = await 1` },
    place: 'main.ts::',
    message: 'main.ts awaits where a CommonJS module cannot',
    hint: /name it .mts/,
  },
  {
    rule: 'a throw at its top level',
    files: {
      'main.ts': `interface A {\n  a: string\n}\nenum E { a }\n  throw new RangeError('on purpose')`,
    },
    place: 'main.ts:5:9',
    message: 'main.ts threw while it was loaded: on purpose',
  },
  {
    rule: 'a throw in what it imports',
    files: {
      'main.ts': `import './a.js'`,
      'a.ts': `type A = 1\nthrow new RangeError('on purpose')`,
    },
    place: 'a.ts:2:7',
    message: 'main.ts threw while it was loaded: on purpose',
  },
  {
    rule: 'a tsconfig.json that is not there to be extended',
    files: { 'main.ts': `export {}`, 'tsconfig.json': `{ "extends": "./absent.json" }` },
    place: 'tsconfig.json::',
    message: 'tsconfig.json cannot be read',
    hint: /install the package/,
  },
  {
    rule: 'a package.json that is no JSON',
    files: { 'deep/package.json': `{`, 'deep/main.ts': `export {}` },
    main: 'deep/main.ts',
    place: 'deep/package.json::',
    message: 'package.json cannot be read',
  },
]

for (const kind of kinds)
  for (const { rule, only = kind, files, main = 'main.ts', ...expected } of cases)
    if (only === kind)
      test(`a ${kind} project's error for ${rule} names the place`, async () => {
        await withProject(kind, files, async ({ folder, at }) => {
          const error = await failureOf(loadModule(at(main)))

          assert.ok(error instanceof MigrationError)
          const { code, file, line, column, message } = error
          assert.deepEqual(
            {
              code,
              message,
              place: `${file?.slice(folder.length + 1)}:${line ?? ''}:${column ?? ''}`,
            },
            { code: 'SCRIPT_NOT_LOADABLE', message: expected.message, place: expected.place },
          )
          assert.match(error.hint ?? '', expected.hint ?? /^/)
        })
      })

test('a syntax error shows its line with a caret under the place', async () => {
  await withProject('commonjs', { 'main.ts': `\tlet ä = = 2` }, async ({ at }) => {
    await assert.rejects(loadModule(at('main.ts')), { excerpt: '\tlet ä = = 2\n\t        ^' })
  })
})

for (const kind of kinds)
  test(`what a ${kind} module throws stays the cause, with its class and its stack`, async () => {
    const source = `type A = 1\nexport class Odd extends Error {}\nfunction deep(): never { throw new Odd('odd') }\ndeep()`
    await withProject(kind, { 'main.ts': source }, async ({ at }) => {
      const error = await failureOf(loadModule(at('main.ts')))

      assert.ok(error instanceof MigrationError && error.cause instanceof Error)
      assert.equal(error.cause.constructor.name, 'Odd')
      assert.match(error.cause.stack ?? '', /main\.ts:3:32[^]*main\.ts:4:1/)
    })
  })

test('what is thrown without being an error is named all the same', async () => {
  await withProject('commonjs', { 'main.ts': `throw 'a text'` }, async ({ at }) => {
    await assert.rejects(loadModule(at('main.ts')), {
      code: 'SCRIPT_NOT_LOADABLE',
      message: 'main.ts threw while it was loaded: a text',
      cause: 'a text',
    })
  })
})

test('TypeScript in node_modules is not compiled', async () => {
  const files = {
    'node_modules/dep/index.ts': `export const x: number = 1`,
    'main.ts': `require('dep/index.ts')`,
  }
  await withProject('commonjs', files, async ({ at }) => {
    await assert.rejects(loadModule(at('main.ts')), {
      code: 'SCRIPT_NOT_LOADABLE',
      message: 'index.ts is TypeScript in node_modules, which is not compiled',
    })
  })
})
