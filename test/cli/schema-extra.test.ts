import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { withProject } from './project'

const typeorm = JSON.stringify(require.resolve('typeorm'))

test('what schema_extra declares beside the entities comes into the next script', async () => {
  const files = {
    'tsconfig.json': '{"compilerOptions": {"experimentalDecorators": true}}',
    'migration/1_first.sql':
      'CREATE TABLE note (id integer NOT NULL CONSTRAINT "PK_96d0c172a4fba276b1bbed43058" PRIMARY KEY)',
    'entity.ts': `import { Entity, PrimaryColumn } from ${typeorm}\n@Entity() export class Note { @PrimaryColumn('int') id!: number }`,
    'db/2_policy.sql':
      'ALTER TABLE note ENABLE ROW LEVEL SECURITY; CREATE POLICY mine ON note USING (positive(id));',
    'db/1_function.sql':
      'CREATE FUNCTION positive(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT $1 > 0 $$;',
  }
  await withProject(files, async ({ cwd, database, run, newest }) => {
    const url = database.url.replaceAll('%', '%%')
    const ini = `[migration]\ntypeorm.url = ${url}\ntypeorm.entities = entity.ts\nvcs = none\nscratch.url = ${url}\nscratch.prefer = url\nschema_extra = db/*.sql\n`
    await writeFile(join(cwd, 'development.ini'), ini)
    const { status, stderr } = await run('add_script policies')
    assert.equal(status, 0, stderr)
    assert.match(
      await newest(),
      /FUNCTION positive[^]*POLICY "?mine[^]*MIGRATE DOWN[^]*DROP FUNCTION/i,
    )
    assert.match((await run('add_script --check')).stdout, /[Nn]othing/)
    await writeFile(join(cwd, 'development.ini'), ini.replace('db/*.sql', 'no/*.sql'))
    assert.match((await run('add_script --check')).stderr, /schema_extra finds no file/)
  })
})
