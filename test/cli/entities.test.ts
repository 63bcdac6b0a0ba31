import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { DataSource } from 'typeorm'
import { dataSourceFromConfig, setUpMigration } from '../../src/setup'
import type { TestDatabase } from '../support/database'
import { withProject, type Project } from './project'

const typeorm = JSON.stringify(require.resolve('typeorm'))
const decorators =
  '{"compilerOptions": {"experimentalDecorators": true, "emitDecoratorMetadata": true}}'

const header = `import { Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn, ViewColumn, ViewEntity } from ${typeorm}\n`

/** An application of entities alone, on an empty database that it shares with the command line. */
async function withEntities(
  entities: string,
  work: (project: Project & { ini: string }) => Promise<void>,
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  const files = { 'tsconfig.json': decorators, 'entity.ts': header + entities }
  const none = { 'migration/1_first.sql': 'SELECT 1' }
  await withProject({ ...files, ...none, ...more }, async (project) => {
    const ini = join(project.cwd, 'development.ini')
    await writeFile(ini, iniOf(project.database))
    await work({ ...project, ini })
  })
}

/** Modules are loaded once a process, so changed entities stand in another file. */
async function changeEntities(
  { cwd, database }: Project,
  change: (entities: string) => string,
): Promise<void> {
  await writeFile(join(cwd, 'later.ts'), change(await readFile(join(cwd, 'entity.ts'), 'utf8')))
  await writeFile(join(cwd, 'development.ini'), iniOf(database, 'later.ts'))
}

function iniOf(database: TestDatabase, file = 'entity.ts'): string {
  const url = database.url.replaceAll('%', '%%')
  const scratch = `scratch.url = ${url}\nscratch.prefer = url\n`
  return `[migration]\ntypeorm.url = ${url}\ntypeorm.entities = ${file}\nvcs = none\n${scratch}`
}

async function boot(ini: string, work?: (dataSource: DataSource) => Promise<void>): Promise<void> {
  const dataSource = await dataSourceFromConfig(ini)
  try {
    await setUpMigration(dataSource, ini, { whenSetUp: 'upgrade' })
    await work?.(dataSource)
  } finally {
    await dataSource.destroy()
  }
}

const generatedKey = `@Entity() export class Person {
  @PrimaryGeneratedColumn('uuid') id!: string
  @Column({ type: 'citext' }) email!: string
}`

test('the extensions that TypeORM makes when it connects do not stop the first script', async () => {
  await withEntities(generatedKey, async ({ ini, run, newest, database }) => {
    const added = await run('add_script first')
    const text = await newest()
    await boot(ini, async (dataSource) => {
      await dataSource.query(`INSERT INTO person (email) VALUES ('a@example.org')`)
    })
    const again = await run('add_script --check')
    const down = await run('downgrade 1')
    const up = await run('upgrade')

    assert.equal(added.status, 0, added.stderr)
    assert.match(text, /^CREATE EXTENSION IF NOT EXISTS "uuid-ossp"/m)
    assert.match(text, /^CREATE EXTENSION IF NOT EXISTS citext/m)
    assert.doesNotMatch(text, /COMMENT ON EXTENSION/)
    assert.equal(again.status, 0, again.stderr + again.stdout)
    assert.deepEqual([down.status, up.status], [0, 0], down.stderr + up.stderr)
    assert.deepEqual(await database.query('SELECT email FROM person'), [])
  })
})

const uuidMigration = `export class First1 {
  async up(queryRunner) {
    await queryRunner.query('CREATE TABLE person (id uuid NOT NULL DEFAULT uuid_generate_v4(), email citext NOT NULL, CONSTRAINT "PK_5fdaf670315c4b7e70cce85daa3" PRIMARY KEY (id))')
  }
  async down(queryRunner) { await queryRunner.query('DROP TABLE person') }
}`

test('a TypeORM migration that relies on its extensions is replayed, and run on an empty database', async () => {
  const files = { 'migration/1_first.sql': 'SELECT 1', 'migration/2_person.ts': uuidMigration }
  await withEntities(
    generatedKey,
    async ({ run, database }) => {
      const check = await run('add_script --check')
      const up = await run('upgrade')

      assert.equal(check.status, 0, check.stderr + check.stdout)
      assert.equal(up.status, 0, up.stderr)
      assert.deepEqual(await database.query('SELECT * FROM person'), [])
    },
    files,
  )
})

const leftAlone = `@Entity({ synchronize: false }) export class Legacy {
  @PrimaryColumn() id!: number
}
@Entity() @Index('by_hand', ['name'], { synchronize: false }) export class Person {
  @PrimaryColumn() id!: number
  @Column() name!: string
}
@ViewEntity({ name: 'shown', synchronize: false, expression: 'SELECT 1' }) export class Shown {
  @ViewColumn() id!: number
}`

const byHand = `CREATE TABLE legacy (id serial PRIMARY KEY, more text DEFAULT 'x');
CREATE VIEW shown AS SELECT id FROM legacy;
CREATE TABLE person (id int CONSTRAINT "PK_5fdaf670315c4b7e70cce85daa3" PRIMARY KEY, name varchar NOT NULL);
CREATE INDEX by_hand ON person (name)`

test('what an entity, a view or an index says is not synchronized is left alone', async () => {
  await withEntities(
    leftAlone,
    async (project) => {
      const { run, newest } = project
      const same = await run('add_script --check --drop-extra')
      const more = 'name!: string\n  @Column({ nullable: true }) age!: number'
      await changeEntities(project, (text) => text.replace('name!: string', more))
      const added = await run('add_script age --drop-extra --yes')

      assert.equal(same.status, 0, same.stderr + same.stdout)
      assert.equal(added.status, 0, added.stderr)
      const text = await newest()
      assert.match(text, /ADD COLUMN age integer/)
      assert.doesNotMatch(text, /legacy|shown|by_hand/)
    },
    { 'migration/1_first.sql': byHand },
  )
})

const remembered = `@Entity() export class Person {
  @PrimaryColumn() id!: number
  @Column() name!: string
  @Column({ asExpression: 'upper(name)', generatedType: 'STORED' }) loud!: string
}
@ViewEntity({ name: 'names', expression: 'SELECT name FROM person' }) export class Names {
  @ViewColumn() name!: string
}`

test('what TypeORM remembers of views and generated columns is written, so that its own tools work', async () => {
  await withEntities(remembered, async (project) => {
    const { ini, run, newest, database } = project
    const added = await run('add_script first')
    assert.equal(added.status, 0, added.stderr)
    await boot(ini, async (dataSource) => {
      const log = await dataSource.driver.createSchemaBuilder().log()
      assert.deepEqual(
        log.upQueries.map(({ query }) => query),
        [],
      )
    })
    const rows = 'SELECT type, name, value FROM typeorm_metadata ORDER BY 1'
    assert.deepEqual(await database.query(rows), [
      { type: 'GENERATED_COLUMN', name: 'loud', value: 'upper(name)' },
      { type: 'VIEW', name: 'names', value: 'SELECT name FROM person' },
    ])

    await changeEntities(project, (text) => text.replace('upper(name)', 'lower(name)'))
    const changed = await run('add_script quiet --yes')
    const up = await run('upgrade')
    assert.deepEqual([changed.status, up.status], [0, 0], changed.stderr + up.stderr)
    assert.match(await newest(), /^DELETE FROM "public"."typeorm_metadata"/m)
    assert.deepEqual((await database.query(rows))[0], {
      type: 'GENERATED_COLUMN',
      name: 'loud',
      value: 'lower(name)',
    })
    const otherRow = { type: 'VIEW', name: 'of another application', value: 'SELECT 1' }
    await database.query(
      "INSERT INTO typeorm_metadata (type, name, value) VALUES ('VIEW', 'of another application', 'SELECT 1')",
    )
    const down = await run('downgrade 1')
    assert.equal(down.status, 0, down.stderr)
    assert.deepEqual(await database.query(rows), [otherRow])
  })
})

test('@Was gives the old names of tables and columns, those of embedded and inherited ones too', async () => {
  const typetrek = JSON.stringify(join(__dirname, '../../src/index.js'))
  const entities = (now: boolean) => {
    const was = (name: string) => (now ? `@Was('${name}') ` : '')
    return `import { Was } from ${typetrek}
class Address { ${was('town')}@Column({ name: '${now ? 'city' : 'town'}' }) city!: string }
abstract class Named { ${was('name')}@Column({ name: '${now ? 'full_name' : 'name'}' }) called!: string }
${was('client')}@Entity('${now ? 'customer' : 'client'}') export class Customer extends Named {
  @PrimaryColumn() id!: number
  @Column(() => Address, { prefix: false }) address!: Address
}`
  }
  await withEntities(entities(false), async (project) => {
    const { run, newest, cwd, database } = project
    await run('add_script first --from entities --no-verify')
    await writeFile(join(cwd, 'later.ts'), header + entities(true))
    await writeFile(join(cwd, 'development.ini'), iniOf(database, 'later.ts'))
    const added = await run('add_script names --from entities --no-verify')

    assert.equal(added.status, 0, added.stderr)
    const text = await newest()
    for (const words of ['client RENAME TO customer', 'town TO city', 'name TO full_name'])
      assert.ok(text.includes(words), text)
    assert.doesNotMatch(text, /DROP|ADD COLUMN/)
  })
})

test('--with-source commits the changed entity files, and what they import, along with the script', async () => {
  const label = "export const label = 'name'\n"
  const entity = (column: string) =>
    `${header}import { label } from './label'\n@Entity() export class Cat {\n  @PrimaryColumn() id!: number\n  @Column({ name: label }) ${column}!: string\n}`
  const files = { 'tsconfig.json': decorators, 'cat.ts': entity('name'), 'label.ts': label }
  const none = { 'migration/1_first.sql': 'SELECT 1', 'unused.ts': 'export {}' }
  await withProject({ ...files, ...none }, async ({ cwd, database, git, run }) => {
    await writeFile(
      join(cwd, 'development.ini'),
      iniOf(database, '*.ts').replace('vcs = none\n', ''),
    )
    await git('commit', '--quiet', '--all', '--message=all')
    await writeFile(join(cwd, 'cat.ts'), entity('called'))
    await writeFile(join(cwd, 'label.ts'), "export const label = 'called'\n")
    await writeFile(join(cwd, 'notes.txt'), 'mine')
    const added = await run('add_script cats --from entities --no-verify --with-source')

    assert.equal(added.status, 0, added.stderr)
    const names = (await git('show', '--name-only', '--format=', 'HEAD')).split('\n')
    assert.deepEqual(names.slice(0, 2), ['cat.ts', 'label.ts'])
    assert.match(names[2] ?? '', /^migration\/\d{14}_cats\.sql$/)
    assert.equal(await git('status', '--porcelain'), '?? notes.txt')
  })
})
