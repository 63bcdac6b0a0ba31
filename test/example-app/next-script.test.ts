import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { withClone } from '../support/clone'
import { startRepository } from '../support/repository'

test('an entity is changed, its script is written and committed alone, goes up and comes down', async () => {
  await withClone({}, async ({ folder, run }) => {
    const { git } = await startRepository(folder)
    const migrate = async (...args: string[]) => {
      const { status, stdout, stderr } = await run('bin/migrate', 'development.ini', ...args)
      assert.equal(status, 0, `${args.join(' ')}\n${stderr}`)
      return stdout
    }
    await migrate('upgrade')
    const entity = join(folder, 'example-app/entity/customer.ts')
    const text = await readFile(entity, 'utf8')
    const phone = `  @Column({ length: 30, default: "it's unknown" })\n  phone!: string\n\n`
    await writeFile(entity, text.replace(/(?= {2}@CreateDateColumn)/, phone))

    const differs = await run('bin/migrate', 'add_script', '--check')
    const added = await migrate('add_script', 'phone', 'of', 'a', 'customer')
    await migrate('upgrade')
    const again = await migrate('add_script', 'nothing')
    const same = await run('bin/migrate', 'add_script', '--check')
    const schema = await run('bin/migrate', 'dump_schema', '--check')
    await migrate('downgrade')

    const [file = ''] = added.split('\n')
    assert.match(file, /^example-app\/migration\/\d{14}_phone_of_a_customer\.sql$/)
    assert.equal(await git('show', '--name-only', '--format=', 'HEAD'), file)
    assert.equal(await git('status', '--porcelain'), ' M example-app/entity/customer.ts')
    const script = await readFile(join(folder, file), 'utf8')
    assert.match(script, /^-- Proven with rows on PostgreSQL \d+\.$/m)
    assert.match(
      script,
      /-- MIGRATE UP\n\nALTER TABLE customer ADD COLUMN phone character varying\(30\) [^\n]*'it''s unknown'[^\n]*;\n/,
    )
    assert.doesNotMatch(
      script,
      /-- MIGRATE UP[^]*DROP (?!COLUMN phone|TABLE IF EXISTS "public"."typeorm_metadata")/,
    )
    assert.deepEqual([differs.status, same.status, schema.status], [3, 0, 3])
    assert.match(differs.stdout, /^Something differs:\n[^]*ADD COLUMN phone /)
    assert.match(schema.stdout, /It lacks:\n {2}ALTER TABLE customer ADD COLUMN phone /)
    assert.match(again, /^Nothing differs between the scripts and the entities\./)
  })
})
