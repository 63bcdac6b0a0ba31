import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { withProject } from './project'

const second = `-- names in two
--
-- Proven with rows on PostgreSQL 9.

-- MIGRATE UP
ALTER TABLE users ADD COLUMN first varchar(20);
UPDATE users SET first = name;
-- MIGRATE DOWN
ALTER TABLE users DROP COLUMN first;
`
const schema = 'CREATE TABLE users (id int PRIMARY KEY, name varchar(20), first varchar(20));'

test('prove proves an edited script with rows, up, down and up, and rewrites its header', async () => {
  const files = { 'migration/2_names.sql': second, 'schema.sql': schema }
  await withProject(files, async ({ run, cwd, git }) => {
    const file = join(cwd, 'migration/2_names.sql')
    const proven = await run('prove')
    const text = await readFile(file, 'utf8')
    const shown = await run('prove 2 --json')
    await writeFile(file, text.replace('DROP COLUMN first', 'DROP COLUMN name'))
    const broken = await run('prove migration/2_names.sql')
    const after = await readFile(file, 'utf8')
    await writeFile(file, text.replace('ADD COLUMN first', 'ADD COLUMN last'))
    const different = await run('prove latest --dry-run')
    const unknown = await run('prove 77')

    assert.equal(proven.status, 0, proven.stderr)
    assert.match(
      proven.stdout,
      /^migration\/2_names\.sql is proven on PostgreSQL 18: up, down, up, and leads to the canonical schema\.\n/,
    )
    assert.ok(
      text.startsWith('-- names in two\n--\n-- Proven with rows on PostgreSQL 18.\n\n'),
      text,
    )
    assert.equal((JSON.parse(shown.stdout) as { way: string }).way, 'up, down, up')
    assert.equal(broken.status, 1)
    assert.match(broken.stderr, /does not do what it should\n(?:.*\n)*.*downgrade/i)
    assert.match(after, /\n-- Not proven: it failed since it was changed\.\n/)
    assert.match(different.stderr, /UPDATE users|column "first"|leaves a difference/)
    assert.equal(unknown.status, 2)
    assert.match(await git('status', '--porcelain'), /^M migration\/2_names\.sql|^ M migration/)
  })
})

test('prove proves a module that imports from its project, and leaves what is applied as it is', async () => {
  const module = `import { column } from '../names'
import { size } from './_sizes'
export async function upgrade(runner) { await runner.query(\`ALTER TABLE users ADD \${column} varchar(\${size})\`) }
export async function downgrade(runner) { await runner.query(\`ALTER TABLE users DROP \${column}\`) }
`
  const files = {
    'tsconfig.json': '{}',
    'names.ts': "export const column = 'first'",
    'migration/_sizes.d.ts': '',
    'migration/_sizes.js': 'exports.size = 20',
    'migration/2_names.ts': module,
    'schema.sql': schema,
  }
  await withProject(files, async ({ run, cwd }) => {
    const upgraded = await run('upgrade')
    const proven = await run('prove')

    assert.equal(upgraded.status, 0, upgraded.stderr)
    assert.equal(proven.status, 0, proven.stderr)
    assert.match(proven.stdout, /: up, down, up, and leads to the canonical schema\./)
    assert.match(proven.stderr, /applied already, so that its file was left as it is/)
    assert.equal(await readFile(join(cwd, 'migration/2_names.ts'), 'utf8'), module)
  })
})
