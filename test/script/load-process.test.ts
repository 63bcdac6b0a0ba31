import assert from 'node:assert/strict'
import { chmod, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { failureOf, kinds, withProject, type TestProject } from './load-fixture'

const compiler = `Object.keys(require.cache).some((file) => file.includes('@swc/core'))`
const entriesOf = async ({ at }: TestProject): Promise<string[]> =>
  (await readdir(at('node_modules/.cache/typetrek'))).map((name) =>
    at(`node_modules/.cache/typetrek/${name}`),
  )

for (const kind of kinds)
  for (const file of ['main.js', kind === 'module' ? 'main.cjs' : 'main.mjs'])
    test(`a compiled ${file} of a ${kind} project loads with no loader at all`, async () => {
      const exported = file.endsWith('.mjs') || (kind === 'module' && file === 'main.js')
      const source = exported ? `export const upgrade = () => {}` : `exports.upgrade = () => {}`
      await withProject(kind, { [file]: source }, async ({ run }) => {
        const said = await run(`
          const module = require('node:module')
          const before = module._resolveFilename
          let registered = false
          for (const name of ['register', 'registerHooks']) if (module[name]) module[name] = () => { registered = true }
          const { upgrade } = await load.loadModule(at('${file}'))
          console.log(typeof upgrade, '.ts' in require.extensions, module._resolveFilename === before, registered, ${compiler})`)

        assert.equal(said, 'function false true false false')
      })
    })

for (const kind of kinds)
  test(`a ${kind} project's second process takes the cache, not the compiler`, async () => {
    const files = {
      'main.cts': `const word: string = 'a'\nexport = { word }`,
      'main.ts': `export const word: string = 'a'`,
    }
    await withProject(kind, files, async (project) => {
      const file = kind === 'module' ? 'main.cts' : 'main.ts'
      const code = `console.log((await load.loadModule(at('${file}'))).word, ${compiler})`

      assert.equal(await project.run(code), 'a true')
      assert.equal(await project.run(code), 'a false')
    })
  })

test('a change of the text, of tsconfig.json or of package.json is seen through the cache', async () => {
  await withProject(
    'commonjs',
    { 'main.ts': `class A { x }\nexport const said = ['x' in new A(), typeof require]` },
    async (project) => {
      const code = `console.log((await load.loadModule(at('main.ts'))).said.join())`
      const after = async (path: string, text: string): Promise<string> => {
        await writeFile(project.at(path), text)
        return project.run(code)
      }

      assert.equal(await project.run(code), 'false,function')
      assert.equal(
        await after('tsconfig.json', `{ "compilerOptions": { "useDefineForClassFields": true } }`),
        'true,function',
      )
      assert.equal(await after('package.json', `{ "type": "module" }`), 'true,undefined')
      assert.equal(await after('main.ts', `export const said = ['new']`), 'new')
    },
  )
})

for (const [damage, text] of [
  ['cut', (whole: string) => whole.slice(0, -20)],
  ['altered', (whole: string) => whole.replace('right', 'wrong')],
  ['emptied', () => ''],
] as const)
  test(`a cache entry that was ${damage} is made again`, async () => {
    await withProject(
      'commonjs',
      { 'main.ts': `export const word: string = 'right'` },
      async (project) => {
        const code = `console.log((await load.loadModule(at('main.ts'))).word)`
        await project.run(code)
        const [entry = ''] = await entriesOf(project)
        const whole = await readFile(entry, 'utf8')
        await writeFile(entry, text(whole))

        assert.equal(await project.run(code), 'right')
        assert.equal(await readFile(entry, 'utf8'), whole)
      },
    )
  })

test('six processes that compile the same files at once leave whole entries, one a file', async () => {
  const names = Array.from({ length: 30 }, (_, i) => `m${i}`)
  const files = Object.fromEntries(
    names.map((name) => [`${name}.ts`, `export const word: string = '${name}'`]),
  )
  await withProject('commonjs', files, async (project) => {
    const code = `for (const name of ${JSON.stringify(names)}) {
      const { word } = await load.loadModule(at(name + '.ts'))
      if (word !== name) throw new Error(word)
    } console.log('ok')`

    const said = await Promise.all(Array.from({ length: 6 }, () => project.run(code)))

    assert.deepEqual(
      said,
      Array.from({ length: 6 }, () => 'ok'),
    )
    const entries = await entriesOf(project)
    assert.equal(entries.length, names.length)
    assert.deepEqual(
      entries.filter((entry) => !/[\\/][0-9a-f]{40}$/.test(entry)),
      [],
    )
  })
})

const three = {
  'a.ts': `export const word: string = 'right'`,
  'b.ts': `export const word: string = 'b'`,
  'c.ts': `export const word: string = `,
}
const loadThree = `await load.prepareModules(['a.ts', 'b.ts', 'c.ts'].map(at))
  const words = ['a.ts', 'b.ts'].map(async (name) => (await load.loadModule(at(name))).word)
  const error = await load.loadModule(at('c.ts')).catch((thrown) => thrown)
  console.log(...(await Promise.all(words)), error.code, error.line)`

for (const kind of kinds)
  test(`what is compiled side by side in a ${kind} project is kept in one file, and a bad one told when it is loaded`, async () => {
    await withProject(kind, three, async (project) => {
      const said = 'right b SCRIPT_NOT_LOADABLE 1'
      assert.equal(await project.run(loadThree), said)
      const entries = await entriesOf(project)
      assert.deepEqual(
        entries.map((entry) => /[\\/][0-9a-f]{40}\.json$/.test(entry)),
        [true],
      )

      await rm(project.at('c.ts'))
      const code = `await load.prepareModules(['a.ts', 'b.ts'].map(at))
        console.log((await load.loadModule(at('a.ts'))).word, ${compiler})`
      assert.equal(await project.run(code), 'right false')
    })
  })

test('a file that changes after it was compiled ahead is loaded as it is', async () => {
  await withProject('commonjs', three, async ({ run }) => {
    const said = await run(`await load.prepareModules(['a.ts', 'b.ts'].map(at))
      require('node:fs').writeFileSync(at('a.ts'), "export const word: string = 'new'")
      console.log((await load.loadModule(at('a.ts'))).word, (await load.loadModule(at('b.ts'))).word)`)

    assert.equal(said, 'new b')
  })
})

test('a file that cannot be read ahead stops nothing that is asked for later', async () => {
  await withProject('commonjs', three, async ({ run }) => {
    const said =
      await run(`const first = await load.prepareModules([at('gone.ts')]).catch(({ code }) => code)
      await load.prepareModules([at('a.ts')])
      console.log(first, (await load.loadModule(at('a.ts'))).word, require('node:fs').readdirSync(at('node_modules/.cache/typetrek')).length)`)

    assert.equal(said, 'ENOENT right 1')
  })
})

for (const [damage, text] of [
  ['cut', (whole: string) => whole.slice(0, -20)],
  ['altered', (whole: string) => whole.replaceAll('right', 'wrong')],
  ['emptied', () => ''],
  ['of another shape', () => '[["a", null], 1]'],
] as const)
  test(`a file with many compiled texts that was ${damage} is made again`, async () => {
    await withProject('commonjs', three, async (project) => {
      const said = await project.run(loadThree)
      const [entry = ''] = await entriesOf(project)
      const whole = await readFile(entry, 'utf8')
      await writeFile(entry, text(whole))

      assert.equal(await project.run(loadThree), said)
      assert.equal(await readFile(entry, 'utf8'), whole)
    })
  })

test('without node_modules the cache is a 0700 folder of this user under the temporary one', async () => {
  await withProject(
    'commonjs',
    { 'main.ts': `export const word: string = 'a'`, 'tmp/keep': '' },
    async (project) => {
      await rm(project.at('node_modules'), { recursive: true })
      const code = `console.log((await load.loadModule(at('main.ts'))).word, ${compiler})`
      const folder = project.at(`tmp/typetrek-${process.getuid?.()}`)

      assert.equal(await project.run(code, { TMPDIR: project.at('tmp') }), 'a true')
      assert.equal(await project.run(code, { TMPDIR: project.at('tmp') }), 'a false')
      assert.equal((await stat(folder)).mode & 0o777, 0o700)

      await chmod(folder, 0o777)
      assert.equal(await project.run(code, { TMPDIR: project.at('tmp') }), 'a true')
    },
  )
})

test('a cache folder into which others may put files is not used', async () => {
  const files = { 'main.ts': `export const word: string = 'a'`, 'tmp/keep': '' }
  await withProject('commonjs', files, async (project) => {
    const run = () =>
      project.run(`console.log((await load.loadModule(at('main.ts'))).word, ${compiler})`, {
        TMPDIR: project.at('tmp'),
      })
    assert.deepEqual([await run(), await run()], ['a true', 'a false'])
    const kept = await entriesOf(project)
    await chmod(project.at('node_modules/.cache/typetrek'), 0o777)

    assert.deepEqual([await run(), await run()], ['a true', 'a false'])
    assert.deepEqual(await entriesOf(project), kept)
  })
})

test('a cache folder that cannot be made costs nothing but time', async () => {
  await withProject(
    'commonjs',
    { 'main.ts': `export const word: string = 'a'` },
    async (project) => {
      await writeFile(project.at('node_modules/.cache'), 'a file')
      await writeFile(project.at('no-folder'), '')

      assert.equal(
        await project.run(`console.log((await load.loadModule(at('main.ts'))).word)`, {
          TMPDIR: project.at('no-folder'),
        }),
        'a',
      )
    },
  )
})

for (const kind of kinds)
  for (const cache of ['cold', 'warm'])
    test(`a stack names the line of the .ts in a ${kind} project, cache ${cache}`, async () => {
      const files = {
        'main.ts': `import { fail } from './fail.js'
          interface Gone { a: string }
          export async function upgrade(): Promise<void> {
            fail<Gone>()
          }`,
        'fail.ts': `enum Kind { a, b }
          export abstract class Base { constructor(readonly kind: Kind) {} }
          export function fail<T>(): never {
            throw new Error('here')
          }`,
      }
      await withProject(kind, files, async ({ run }) => {
        const code = `const { upgrade } = await load.loadModule(at('main.ts'))
          await upgrade().catch((error) => console.log(error.stack.replaceAll(at(''), '')))`
        if (cache === 'warm') await run(code)

        assert.match(await run(code), /fail \((?:file:\/\/)?\/fail\.ts:4:19\)\n.*main\.ts:4:/)
      })
    })

test('a CommonJS project pays for no hooks of import()', async () => {
  await withProject(
    'commonjs',
    { 'main.ts': `export const word: string = 'a'` },
    async ({ run }) => {
      const said = await run(`
      const module = require('node:module')
      let registered = 0
      for (const name of ['register', 'registerHooks']) if (module[name]) module[name] = () => { registered += 1 }
      await load.loadModule(at('main.ts'))
      console.log(registered)`)

      assert.equal(said, '0')
    },
  )
})

test('a .ts hook that the process has already keeps require to itself', async () => {
  await withProject(
    'commonjs',
    { 'main.ts': `import { a } from './a'`, 'a.ts': '' },
    async ({ run }) => {
      const said = await run(`
      require.extensions['.ts'] = (module, file) => module._compile('exports.by = "the other"', file)
      const resolve = require('node:module')._resolveFilename
      const { by } = await load.loadModule(at('main.ts'))
      console.log(by, require('node:module')._resolveFilename === resolve)`)

      assert.equal(said, 'the other true')
    },
  )
})

test('enabling twice hangs in one hook, and plain require and import() load TypeScript after it', async () => {
  const files = {
    'a.ts': `export const word: string = 'a'`,
    'b.mts': `export const word: string = 'b'`,
  }
  await withProject('commonjs', files, async ({ run }) => {
    const said = await run(`
      load.enableTypeScript(at('b.mts'))
      const hook = require.extensions['.ts']
      load.enableTypeScript(at('b.mts'))
      const { word } = await import(at('b.mts'))
      console.log(require(at('a.ts')).word, word, require.extensions['.ts'] === hook)`)

    assert.equal(said, 'a b true')
  })
})

test('JavaScript that imports a .js which is a .ts gets the .ts, and a .js which is there stays', async () => {
  const files = {
    'main.js': `export { word } from './a.js'; export { word as other } from './b.js'`,
    'a.ts': `export const word: string = 'a.ts'`,
    'b.ts': `export const word: string = 'b.ts'`,
    'b.js': `export const word = 'b.js'`,
  }
  await withProject('module', files, async ({ run }) => {
    const said = await run(`
      load.enableTypeScript(at('main.js'))
      const { word, other } = await import(at('main.js'))
      console.log(word, other)`)

    assert.equal(said, 'a.ts b.js')
  })
})

test('a syntax error in a process of its own says file and line on every kind of loader', async () => {
  await withProject('module', { 'main.ts': 'let a = = 1' }, async ({ run }) => {
    const error = await failureOf(run(`await load.loadModule(at('main.ts'))`))

    assert.match(String(error), /main\.ts has a syntax error[^]*line: 1/)
  })
})
