import assert from 'node:assert/strict'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { migrate } from '../support/cli'
import { withDatabase } from '../support/database'
import { withFolder } from '../support/folder'
import { announceGolden } from './golden'
import { shapeCount, shapes } from './entity-shapes'

const typeorm = JSON.stringify(require.resolve('typeorm'))
const names = [...new Set(Array.from(shapes.matchAll(/@(\w+)\(/g), ([, name = '']) => name))]
const files = {
  'entity.ts': `import { ${names.join(', ')} } from ${typeorm}\n${shapes}`,
  'tsconfig.json':
    '{"compilerOptions": {"experimentalDecorators": true, "emitDecoratorMetadata": true}}',
}

const checkGolden = announceGolden('entities')
test(`${shapeCount} entities become a first script, and nothing differs afterwards`, async () => {
  assert.ok(shapeCount >= 50)
  await withDatabase(async (database) => {
    const url = database.url.replaceAll('%', '%%')
    const lines = [`typeorm.url = ${url}`, `scratch.url = ${url}`, 'typeorm.entities = entity.ts']
    const more = ['scratch.prefer = url', 'schema = schema.sql', 'vcs = none']
    const ini = `[migration]\n${[...lines, ...more].join('\n')}`
    await withFolder({ ...files, 'development.ini': ini }, async (cwd) => {
      const run = (argv: string) => migrate(argv.split(' '), { cwd })
      await mkdir(join(cwd, 'migration'))
      const first = await run('add_script everything --from entities')
      assert.equal(first.status, 0, first.stderr)
      const [name = ''] = await readdir(join(cwd, 'migration'))
      const script = await readFile(join(cwd, 'migration', name), 'utf8')
      if (process.env['SHOW']) console.log(script)
      const again = await run('add_script again --from entities')
      const dumped = await run('dump_schema')
      const setUp = await run('setup')
      const same = await run('add_script same --from schema')

      assert.match(script, /^-- Proven on PostgreSQL 18\.$/m)
      assert.match(again.stderr, /^note: Nothing is applied [^\n]*\n$/)
      assert.match(again.stdout, /^Nothing differs between the scripts and the entities\./)
      assert.deepEqual([dumped.status, setUp.status], [0, 0], dumped.stderr + setUp.stderr)
      assert.match(same.stdout, /^Nothing differs between the scripts and the canonical schema\./)
      assert.deepEqual(await readdir(join(cwd, 'migration')), [name])
      checkGolden(script)
    })
  })
})
